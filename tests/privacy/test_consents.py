"""The yes of a visitor as a ground: asked in the talk, recorded by the program, worth what was asked (E05)."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
import time_machine
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import models
from django.utils import timezone

from chat import consenting, service
from chat.wire import RefusedError as NotAsked
from helplines import openings
from helplines.tenancy import across_organisations
from privacy import audit, consents, disclosure, requests
from privacy.audit import AuditUnavailable
from privacy.disclosure import Asked, Consent, Procedure
from privacy.models import AuditEntry, ConsentState, OpeningRequest, OpeningState
from tests.factories.helplines import MembershipFactory, PolicyFactory
from tests.privacy.asking import (
    PURPOSE,
    ask_visitor,
    asked_with,
    begin,
    in_danger,
    question_of,
    says_yes,
    state_of,
    told,
    with_consent,
)
from tests.privacy.test_requests import why
from tests.privacy.test_vault import ADDRESS

pytestmark = [pytest.mark.django_db, pytest.mark.promise("E05", "E06")]
ASKS = Procedure("administrator", ("consent",), ("counsellor",), ("emergency", "police"))
YES = Consent("code", "administrator", "emergency", PURPOSE)
ASKED = Asked("consent", "emergency", "agreed", consent="code", purpose=PURPOSE)


def refused(call, *args, **given):
    """The word with which a question or an answer is refused."""
    with pytest.raises(NotAsked) as caught:
        call(*args, **given)
    return caught.value.why


def change(row, **columns):
    """As somebody who has the database would."""
    with across_organisations():
        models.QuerySet(type(row)).filter(pk=row.pk).update(**columns)


def end_talk(room, now=None):
    service.leave(conversation=room.talk, now=now or timezone.now())


# The rule


def test_no_preset_has_this_ground():
    assert [name for name, preset in openings.PRESETS.items() if "consent" in preset["opening_grounds"]] == []


@pytest.mark.parametrize(
    ("asked", "yes"),
    [
        (ASKED, None),
        (replace(ASKED, consent=""), YES),
        (replace(ASKED, consent=""), replace(YES, code="")),
        (replace(ASKED, consent="other"), YES),
        (replace(ASKED, recipient="police"), YES),
        (replace(ASKED, purpose="Something else"), YES),
        (replace(ASKED, purpose=""), replace(YES, purpose="")),
        (ASKED, replace(YES, holders="management-dpo")),
    ],
)
def test_yes_is_worth_what_was_asked_and_nothing_beside(asked, yes):
    today = date(2026, 12, 1)
    assert disclosure.refusal(ASKS, ASKED, frozenset({"counsellor"}), today, YES) == ""
    assert disclosure.refusal(ASKS, asked, frozenset({"counsellor"}), today, yes) == "consent"


def test_yes_is_no_ground_where_the_policy_has_none():
    asks = replace(ASKS, grounds=("danger-self", "order"))
    assert disclosure.refusal(asks, ASKED, frozenset({"counsellor"}), date(2026, 12, 1), YES) == "ground"


# The course


def test_visitor_says_yes_and_the_administrator_opens_it():
    room = with_consent()
    says_yes(room)
    request = room.ask(why="What the counsellor makes of it")
    assert requests.words_of(request).why == PURPOSE
    assert room.show(room.agree(request)) == ADDRESS
    assert question_of(room).state == ConsentState.USED
    asker, opener = room.asker.pk, room.people[0].pk
    assert told("consent") == [("consent-asked", asker, "emergency"), ("consent-given", None, "emergency")]
    assert told() == [
        ("identity-asked", asker, "consent"),
        ("identity-approved", opener, "administrator"),
        ("identity-opened", opener, "consent"),
        ("identity-shown", opener, "consent"),
    ]


def test_two_offices_open_it_with_one_yes():
    room = with_consent(holders="management-dpo")
    says_yes(room)
    request = room.ask()
    room.agree(request)
    assert question_of(room).state == ConsentState.GIVEN
    assert room.show(room.agree(request, 1)) == ADDRESS


def test_without_a_yes_nothing_is_asked():
    room = with_consent()
    claimed = Asked("consent", "emergency", "agreed", consent="0" * 22, purpose=PURPOSE)
    assert why(room.ask, asked=claimed) == "consent"
    row = ask_visitor(room)
    assert why(room.ask, asked=asked_with(row)) == "consent"
    consenting.refuse(row=row, now=timezone.now())
    assert why(room.ask, asked=asked_with(row)) == "consent"
    assert told()[-1] == ("identity-refused", room.asker.pk, "consent")
    assert told("consent")[-1] == ("consent-refused", None, "refused")
    with across_organisations():
        assert OpeningRequest.objects.count() == 0


@pytest.mark.parametrize("otherwise", [{"recipient": "police"}, {"purpose": "Iets anders"}])
def test_yes_for_one_thing_is_none_for_another(otherwise):
    room = with_consent()
    row = says_yes(room)
    assert why(room.ask, asked=asked_with(row, **otherwise)) == "consent"


def test_yes_of_another_talk_is_worth_nothing():
    room, other = with_consent(), with_consent()
    row = says_yes(room)
    theirs = begin(room.line, "203.0.113.78")
    assert why(room.ask, talk=theirs, asked=asked_with(row)) == "consent"
    assert why(other.ask, asked=asked_with(row)) == "consent"
    says_yes(other)
    assert why(other.ask, asked=asked_with(row)) == "consent"


# It fails closed, at each step


def taken_back(room, clock):
    consenting.withdraw(row=question_of(room), now=timezone.now())


def left(room, clock):
    end_talk(room)


def closed(room, clock):
    service.close(conversation=room.talk, membership=room.made["member"], why="finished", now=timezone.now())


def needed_no_more(room, clock):
    consenting.drop(row=question_of(room), membership=room.made["member"], now=timezone.now())


def grew_old(room, clock):
    clock.shift(consents.COUNTS_FOR)


def state_forged_back(room, clock):
    row = question_of(room)
    consenting.withdraw(row=row, now=timezone.now())
    change(row, state="given", answer=row.answer, ended_at=None)


def recipient_forged(room, clock):
    change(question_of(room), recipient="police")


def purpose_forged(room, clock):
    change(question_of(room), purpose=b"\x01" + bytes(300))


def time_forged(room, clock):
    change(question_of(room), until=timezone.now() + timedelta(days=9))


def nobody_knows_of_talks(room, clock):
    consents._talks.clear()


ENDS = [
    taken_back, left, closed, needed_no_more, grew_old, state_forged_back, recipient_forged, purpose_forged, time_forged,
    nobody_knows_of_talks,
]  # fmt: skip


@pytest.fixture
def talks():
    yield
    consenting.sign_in()


@pytest.mark.usefixtures("talks")
@pytest.mark.parametrize("ended", ENDS)
@pytest.mark.parametrize("step", ["ask", "agree", "open"])
def test_yes_that_does_not_stand_opens_nothing_at_any_step(ended, step):
    room = with_consent(holders="management-dpo")
    with time_machine.travel(timezone.now(), tick=False) as clock:
        says_yes(room)
        if step == "ask":
            ended(room, clock)
            assert why(room.ask) == "consent"
            return
        request = room.ask()
        if step == "open":
            room.agree(request)
        ended(room, clock)
        assert why(room.agree, request, int(step == "open")) in {"consent", "gone"}
    with across_organisations():
        row = OpeningRequest.objects.get(pk=request.pk)
    assert (row.state in {OpeningState.OPENED, OpeningState.GONE}, row.shown) == (False, None)


def test_request_ends_with_the_yes_on_which_it_stands():
    room = with_consent()
    row = says_yes(room)
    request = room.ask()
    consenting.withdraw(row=row, now=timezone.now())
    assert state_of(request) == OpeningState.WITHDRAWN
    assert why(room.agree, request) == "gone"
    assert told("consent")[-1] == ("consent-withdrawn", None, "withdrawn")
    # It was asked, and it was refused: each has its own entry, with the yes on which it stood.
    assert [event for event, _who, _why in told()] == ["identity-asked", "identity-refused"]
    assert told()[-1] == ("identity-refused", None, "consent")
    with across_organisations():
        marks = AuditEntry.objects.filter(event__startswith="identity").values_list("on_behalf_of", flat=True)
        assert set(marks) == {disclosure.consent_mark(row.code)}


def test_a_question_that_ends_without_a_request_refuses_none():
    room = with_consent()
    consenting.withdraw(row=says_yes(room), now=timezone.now())
    assert told() == []


def test_second_yes_does_not_revive_what_was_asked_on_the_first():
    room = with_consent()
    with time_machine.travel(timezone.now(), tick=False) as clock:
        row = says_yes(room)
        request = room.ask()
        consenting.withdraw(row=row, now=timezone.now())
        clock.shift(consents.REST)
        change(request, state="asked", ended_at=None)
        says_yes(room)
        assert why(room.agree, request) == "consent"


def test_yes_counts_once():
    room = with_consent()
    row = says_yes(room)
    request = room.ask()
    room.agree(request)
    assert why(room.ask) == "consent"
    # As somebody who puts back what was there.
    change(request, state="asked", agreed=0, approvals=[])
    with across_organisations():
        change(row, state="given", answer=row.answer, ended_at=None)
    assert why(room.agree, request) == "consent"


def test_yes_cannot_be_taken_back_once_it_is_opened():
    room = with_consent()
    row = says_yes(room)
    room.agree(room.ask())
    assert refused(consenting.withdraw, row=row, now=timezone.now()) == "over"


def test_looser_policy_does_not_reach_a_talk_that_began_before():
    room = in_danger()
    PolicyFactory(organisation=room.organisation, values={"opening_grounds": ["danger-self", "consent"]})
    member = MembershipFactory(organisation=room.organisation)
    with across_organisations():
        service.claim(conversation=room.talk, membership=member, now=timezone.now())
    room.made["member"], room.asker = member, member.staff
    assert refused(ask_visitor, room) == "no_ground"
    assert why(room.ask, asked=replace(ASKED, consent="0" * 22)) == "ground"


def test_stricter_policy_leaves_a_talk_what_it_began_with():
    room = with_consent()
    PolicyFactory(organisation=room.organisation, values={"opening_grounds": ["order"]})
    says_yes(room)
    assert room.show(room.agree(room.ask())) == ADDRESS


def test_nothing_kept_shows_only_when_everybody_agreed_and_uses_up_no_yes():
    room = with_consent(address="")
    says_yes(room)
    request = room.ask()
    room.agree(request)
    assert (state_of(request), question_of(room).state) == (OpeningState.NOTHING, ConsentState.GIVEN)


# The log


@pytest.mark.promise("D08")
@pytest.mark.parametrize("event", ["consent-asked", "consent-given"])
def test_no_question_and_no_yes_where_the_log_cannot_be_written(event, monkeypatch):
    room, write = with_consent(), audit.record

    def broken(**given):
        if given["event"] == event:
            raise AuditUnavailable
        write(**given)

    monkeypatch.setattr(audit, "record", broken)
    with pytest.raises(AuditUnavailable):
        says_yes(room)
    row = question_of(room)
    assert row is None if event == "consent-asked" else row.state == ConsentState.ASKED


@pytest.mark.parametrize("end", [consenting.refuse, consenting.withdraw])
def test_no_and_taking_back_count_also_where_the_log_cannot_be_written(end, monkeypatch, caplog):
    room = with_consent()
    row = ask_visitor(room)
    if end is consenting.withdraw:
        consenting.agree(row=row, now=timezone.now())
    monkeypatch.setattr(audit, "record", lambda **given: (_ for _ in ()).throw(AuditUnavailable()))
    end(row=row, now=timezone.now())
    assert question_of(room).state in {ConsentState.REFUSED, ConsentState.WITHDRAWN}
    assert "could not be logged" in caplog.text


def test_yes_of_which_the_log_tells_nothing_is_none(monkeypatch):
    room = with_consent()
    write = audit.record
    monkeypatch.setattr(audit, "record", lambda **given: given["event"] == "consent-given" or write(**given))
    says_yes(room)
    assert question_of(room).state == ConsentState.GIVEN
    assert why(room.ask) == "consent"


# At the server


def test_command_line_opens_with_a_yes_and_refuses_without(tmp_path, capsys, monkeypatch):
    from privacy.management.commands import open_identity

    room = with_consent()
    monkeypatch.setattr(open_identity, "private_in", lambda path: room.privates[0])
    common = [
        "open_identity", f"--organisation={room.organisation.slug}", f"--talk={room.talk.code}",
        f"--asked-by={room.asker.username}", "--ground=consent", "--discussed=agreed", "--key=key.json",
    ]  # fmt: skip
    for recipient in ("emergency", "police"):
        with pytest.raises(CommandError, match="No yes of the visitor"):
            call_command(*common, f"--recipient={recipient}")
    says_yes(room)
    with pytest.raises(CommandError, match="No yes of the visitor"):
        call_command(*common, "--recipient=police")
    call_command(*common, "--recipient=emergency")
    assert ADDRESS in capsys.readouterr().out
    assert question_of(room).state == ConsentState.USED
    with pytest.raises(CommandError, match="No yes of the visitor"):
        call_command(*common, "--recipient=emergency")
