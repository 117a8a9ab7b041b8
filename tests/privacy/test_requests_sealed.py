"""What a request to open an identity shows of a talk before everybody agreed, and what of it lies anywhere: nothing."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.utils import timezone

from chat import retention, service
from helplines.models import Membership, Role
from helplines.tenancy import across_organisations
from privacy import keys, layers, promised, requests, tasks
from privacy.models import OpeningRequest, OpeningState
from privacy.sealing import UnreadableError
from tests.factories.helplines import OrganisationFactory
from tests.factories.vault import holder
from tests.privacy.asking import BY_ORDER, by_order, in_danger, member, state_of, told
from tests.privacy.test_requests import why
from tests.privacy.test_vault import ADDRESS

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("made", [in_danger, by_order])
@pytest.mark.parametrize("is_late", [False, True])
def test_talk_with_and_without_an_address_answer_alike_until_everybody_agreed(made, is_late):
    answers = []
    for address in (ADDRESS, ""):
        room = made(address)
        request = room.ask()
        seen = [why(room.ask), why(room.agree, request, by=room.asker), why(room.agree, request, device="desk")]
        _row, stranger = holder(room.organisation, "provider")
        seen.append(why(room.agree, request, private=stranger))
        if len(room.people) > 1:
            # A key of this office that came after the talk is taken too.
            _row, later = holder(room.organisation, "management")
            room.agree(request, private=later if is_late else room.privates[0])
        with across_organisations():
            row = OpeningRequest.objects.get(pk=request.pk)
        answers.append([*seen, row.state, row.agreed, len(row.layer or b""), len(row.words), row.terms])
    assert answers[0] == answers[1]


def test_talk_of_which_nothing_is_kept_says_so_when_everybody_agreed():
    room = by_order("")
    request = room.ask()
    room.agree(request)
    assert room.agree(request, 1).secret == ""
    assert state_of(request) == OpeningState.NOTHING
    assert told()[-1] == ("identity-refused", room.people[1].pk, "nothing")


def test_last_key_that_came_after_the_talk_may_be_followed_by_the_right_one():
    room = in_danger()
    request = room.ask()
    _row, later = holder(room.organisation)
    assert why(room.agree, request, private=later) == "late_key"
    assert room.show(room.agree(request)) == ADDRESS


def test_one_talk_has_one_request_at_a_time():
    room = in_danger()
    first = room.ask()
    assert why(room.ask) == "another_open"
    room.agree(first)
    assert room.ask().pk != first.pk


# Nothing that was peeled can be read


@pytest.mark.promise("D01", "D03")
def test_no_layer_and_no_value_lies_readable_anywhere():
    room = by_order("2001:db8::c0de")
    request = room.ask(why="zqxwhycanary")
    room.agree(request)
    seen = [stored()]
    agreed = room.agree(request, 1)
    seen.append(stored())
    assert room.show(agreed) == "2001:db8::c0de"
    for data in seen:
        for word in ("2001:db8::c0de", "zqxwhycanary", *BY_ORDER.order.values(), agreed.secret):
            assert word.encode() not in data
    # Neither the key of the talk alone nor the secret alone opens what is shown.
    with across_organisations():
        row = OpeningRequest.objects.get()
    key = keys.conversation_key(row.organisation_id, row.conversation)
    for wrong in ((key, ""), (bytes(32), agreed.secret)):
        with pytest.raises(UnreadableError):
            layers.open_shown(row, *wrong)
    assert (repr(agreed), row.layer) == (f"Agreed({request.code})", None)


def stored():
    with across_organisations():
        rows = [*OpeningRequest.objects.values_list(), *Session.objects.values_list()]
    return b" ".join(bytes(v) if isinstance(v, bytes | memoryview) else str(v).encode() for row in rows for v in row)


@pytest.mark.promise("F01", "E07")
def test_request_goes_with_its_talk(done):
    room = in_danger()
    room.ask()
    with done():
        service.leave(conversation=room.talk, now=timezone.now())
    after = timezone.now() + timedelta(days=200)
    with time_machine.travel(after, tick=False):
        retention.erase(room.organisation.pk, after, 100)
    with across_organisations():
        assert OpeningRequest.objects.count() == 0


# Letters and alarms


@pytest.mark.promise("D01")
def test_letters_go_to_whose_turn_it_is_within_the_organisation_and_say_nothing(mailoutbox, done):
    room, _elsewhere = by_order(), by_order()
    second = member(room.line, Role.MANAGER)
    with done():
        request = room.ask(why="zqxwhycanary")
    assert sorted(letter.to[0] for letter in mailoutbox) == sorted([room.people[0].email, second.email])
    with done():
        room.agree(request)
    assert [letter.to for letter in mailoutbox[2:]] == [[room.people[1].email]]
    for letter in mailoutbox:
        text = f"{letter.subject} {letter.body}"
        assert request.code in text
        # By chance a code has any two letters.
        text = text.replace(request.code, "")
        for word in ("zqxwhycanary", room.talk.code, room.asker.username, "order", "police", *BY_ORDER.order.values()):
            assert word not in text


@pytest.mark.promise("E07")
def test_alarm_goes_out_once_when_nobody_looks_within_five_minutes(mailoutbox, done):
    room, calm = in_danger(), in_danger()
    with time_machine.travel(timezone.now(), tick=False) as clock, done():
        request, seen = room.ask(), calm.ask()
        with requests.inside(calm.organisation):
            requests.read(row=seen, by=calm.people[0])
        clock.shift(timedelta(minutes=5, seconds=-1))
        counts = [requests.alarm_if_unseen(one.organisation, timezone.now()) for one in (room, calm)]
        clock.shift(1)
        counts += [requests.alarm_if_unseen(one.organisation, timezone.now()) for one in (room, calm, room)]
    assert counts == [0, 0, 1, 0, 0]
    alarms = [letter for letter in mailoutbox if letter.to == [room.organisation.privacy_email]]
    assert len(alarms) == 1
    assert room.talk.code not in alarms[0].body and request.code not in alarms[0].body


@pytest.mark.promise("E07")
def test_job_of_every_half_minute_ends_what_is_over_and_tells_what_nobody_saw(mailoutbox, done):
    seen, unseen, late = in_danger(), in_danger(), in_danger()
    with time_machine.travel(timezone.now(), tick=False) as clock:
        old = late.ask()
        clock.shift(timedelta(hours=24))
        opened, waiting = seen.agree(seen.ask()), unseen.ask()
        clock.shift(timedelta(minutes=16))
        assert requests.unseen_everywhere(timezone.now()) == 2
        with done():
            tasks.watch_over_openings()
            tasks.watch_over_openings()
        assert requests.unseen_everywhere(timezone.now()) == 1
    assert [state_of(one) for one in (old, opened.request, waiting)] == ["expired", "gone", "asked"]
    with across_organisations():
        assert list(OpeningRequest.objects.exclude(shown=None)) == []
    assert [letter.to for letter in mailoutbox] == [[unseen.organisation.privacy_email]]


@pytest.mark.promise("E01", "E07")
def test_promise_that_somebody_decides_is_broken_without_them():
    room, empty = by_order(), in_danger()
    with across_organisations():
        Membership.objects.filter(staff=room.people[1]).update(staff=room.people[0])
        Membership.objects.filter(staff__in=[empty.people[0], room.asker]).update(is_active=False)
    found = []
    for one in (room, empty, in_danger(), Nothing()):
        with requests.inside(one.organisation):
            seen = promised.somebody_decides(one.organisation, timezone.now())
        found.append((seen.broken, seen.rows))
    assert found == [(2, ("office:management", "office:dpo")), (1, ("office:administrator",)), (0, ()), (0, ())]


class Nothing:
    """An organisation without a key, which keeps no address."""

    def __init__(self):
        self.organisation = OrganisationFactory()
