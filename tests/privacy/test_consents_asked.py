"""A visitor is asked whether their address may be opened: by whom, how often, until when, and what is kept of it (E05, E06)."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from chat import consenting, requeue
from chat.models import Conversation
from chat.states import Party, Why
from chat.wire import RefusedError as NotAsked
from helplines.models import Membership
from helplines.tenancy import across_organisations, inside
from privacy import consents, keys, tasks, vault
from privacy.models import ConsentState, OpeningConsent, OpeningState
from tests.factories.helplines import MembershipFactory
from tests.privacy.asking import PURPOSE, ask_visitor, question_of, says_yes, state_of, told, with_consent
from tests.privacy.test_consents import change, end_talk, refused
from tests.privacy.test_requests import why
from tests.privacy.test_vault import ADDRESS

pytestmark = [pytest.mark.django_db, pytest.mark.promise("E05", "E06")]


# Asking and answering


def test_nobody_is_pressed():
    room = with_consent()
    with time_machine.travel(timezone.now(), tick=False) as clock:
        consenting.refuse(row=ask_visitor(room), now=timezone.now())
        clock.shift(consents.REST - timedelta(seconds=1))
        with pytest.raises(NotAsked) as caught:
            ask_visitor(room)
        assert (caught.value.why, set(caught.value.extra)) == ("too_soon", {"again"})
        clock.shift(1)
        consenting.refuse(row=ask_visitor(room), now=timezone.now())
        clock.shift(consents.REST * 10)
        assert refused(ask_visitor, room) == "enough"


def test_question_that_was_taken_back_at_once_can_be_asked_better_and_then_no_more():
    room = with_consent()
    first = ask_visitor(room, "police")
    consenting.drop(row=first, membership=room.made["member"], now=timezone.now())
    assert refused(consenting.agree, row=first, now=timezone.now()) == "over"
    second = ask_visitor(room)
    consenting.drop(row=second, membership=room.made["member"], now=timezone.now())
    assert refused(ask_visitor, room) == "enough"


def test_one_question_at_a_time():
    room = with_consent()
    row = ask_visitor(room)
    assert refused(ask_visitor, room) == "pending"
    consenting.agree(row=row, now=timezone.now())
    assert refused(ask_visitor, room) == "pending"


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ({"recipient": "surroundings"}, "no_ground"),
        ({"recipient": "x"}, "no_ground"),
        ({"purpose": " "}, "empty"),
        ({"purpose": "\u200b\u2060"}, "empty"),
        ({"purpose": "\u2800\u3164"}, "empty"),
        ({"purpose": "\u202e. !"}, "empty"),
    ],
)
def test_question_that_the_policy_does_not_know_is_not_asked(given, word):
    room = with_consent()
    assert refused(ask_visitor, room, **given) == word
    assert question_of(room) is None


@pytest.mark.parametrize("purpose", ["De ambu\u202elance\x00\n\n komt\u2066", " De ambu\ufefflance \u2028 komt "])
def test_nothing_in_a_purpose_makes_it_read_as_something_else(purpose):
    """What turns words around or lets them run over many lines would steer what the visitor sees."""
    room = with_consent()
    row = ask_visitor(room, purpose=purpose)
    with inside(room.organisation):
        assert consents.purpose_of(row) == "De ambulance komt"


@pytest.mark.parametrize("purpose", ["می\u200cخواهم", "👩\u200d🚒 komt", "De ambulance komt naar je toe."])
def test_purpose_in_any_script_stays_as_it_was_written(purpose):
    room = with_consent()
    with inside(room.organisation):
        assert consents.purpose_of(ask_visitor(room, purpose=purpose)) == purpose


def test_yes_to_a_counsellor_whose_role_is_gone_is_none():
    room = with_consent()
    row = ask_visitor(room)
    change(room.made["member"], is_active=False)
    assert refused(consenting.agree, row=row, now=timezone.now()) == "over"
    assert consents.let_lapse(room.organisation.pk, timezone.now()) == 1
    assert question_of(room).state == ConsentState.ENDED


def test_only_who_has_the_talk_asks_while_it_goes_on():
    room = with_consent()
    colleague = MembershipFactory(organisation=room.organisation)
    assert refused(ask_visitor, room, membership=colleague) == "not_here"
    end_talk(room)
    assert refused(ask_visitor, room) == "closed"


def test_organisation_that_keeps_nothing_asks_nothing():
    room = with_consent(holders="nobody")
    assert refused(ask_visitor, room) == "no_ground"


@pytest.mark.parametrize("end", ["late", "talk over", "another counsellor"])
def test_yes_that_comes_too_late_is_none(end):
    room = with_consent()
    with time_machine.travel(timezone.now(), tick=False) as clock:
        row = ask_visitor(room)
        if end == "late":
            clock.shift(consents.ANSWER_TIME)
        elif end == "talk over":
            end_talk(room)
        else:
            with inside(room.organisation):
                requeue.to_the_front(conversation=room.talk, by=Party.COUNSELLOR, why=requeue.TAKEN, now=timezone.now())
        assert refused(consenting.agree, row=row, now=timezone.now()) == "over"
        assert consents.let_lapse(room.organisation.pk, timezone.now()) == 1
        assert consents.let_lapse(room.organisation.pk, timezone.now()) == 0
    expected = ConsentState.LAPSED if end == "late" else ConsentState.ENDED
    assert question_of(room).state == expected
    assert told("consent")[-1] == ("consent-lapsed", None, expected)


def test_yes_is_worth_nothing_after_a_day_however_long_the_talk_goes_on():
    room = with_consent()
    with time_machine.travel(timezone.now(), tick=False):
        says_yes(room)
        ends = timezone.now() + consents.COUNTS_FOR
        with inside(room.organisation):
            at = [ends - timedelta(microseconds=1), ends]
            assert [consents.standing(room.talk.code, "address", now) is None for now in at] == [False, True]


def test_yes_stands_while_the_talk_waits_for_a_colleague():
    room = with_consent()
    says_yes(room)
    with inside(room.organisation):
        requeue.to_the_front(conversation=room.talk, by=Party.COUNSELLOR, why=requeue.TAKEN, now=timezone.now())
    assert consents.let_lapse(room.organisation.pk, timezone.now()) == 0
    assert room.show(room.agree(room.ask())) == ADDRESS


def test_job_ends_a_yes_of_a_talk_that_is_over_where_no_socket_is_left():
    room = with_consent()
    says_yes(room)
    request = room.ask()
    with across_organisations():
        Conversation.objects.filter(pk=room.talk.pk).update(
            state="closed", ended_at=timezone.now(), ended_by="visitor", end_reason=Why.LEFT
        )
    tasks.watch_over_openings()
    assert (question_of(room).state, state_of(request)) == (ConsentState.ENDED, OpeningState.WITHDRAWN)


def test_asker_of_the_visitor_whose_account_goes_leaves_no_yes_behind():
    room = with_consent()
    row = says_yes(room)
    change(row, asked_by=None)
    assert why(room.ask) == "consent"
    with across_organisations():
        assert Membership.objects.filter(staff=room.asker).exists()


# What is kept


def test_row_holds_nothing_readable_and_goes_with_its_talk():
    room = with_consent()
    row = says_yes(room)
    with across_organisations():
        [stored] = OpeningConsent.objects.filter(pk=row.pk).values_list()
        text = b" ".join(
            bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode() for value in stored
        )
        assert [PURPOSE.encode() in text, ADDRESS.encode() in text, b"ambulance" in text] == [False, False, False]
        assert room.talk.code.encode() in text
        with inside(room.organisation):
            vault.forget([room.talk.code])
        assert OpeningConsent.objects.count() == 0


def test_talk_whose_key_is_gone_has_no_yes():
    room = with_consent()
    row = says_yes(room)
    keys.destroy(room.organisation.pk, [room.talk.code])
    with inside(room.organisation):
        assert consents.standing(room.talk.code, "address", timezone.now()) is None
        assert consenting.question(row, timezone.now())["purpose"] == ""
