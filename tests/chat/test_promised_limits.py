"""Limits, blocks and the clock of a talk are proved each night; a limit that lets one too many in is found (C03, C06, C07)."""

from datetime import timedelta

import pytest
from django.db import models

from chat import newcomers, promised_limits
from chat.models import Block, Contact, Conversation, Message
from chat.models.care import FIRST, LAST
from chat.states import Party, State, Why
from helplines import told_numbers, wording
from helplines.policies import FIELDS
from helplines.tenancy import across_organisations, inside
from privacy import promises, service
from privacy.models import Verdict
from tests.chat.test_newcomers import NOON, allow, begin, line  # noqa: F401
from tests.factories.chat import ActiveConversationFactory, say, staffed_line
from tests.factories.helplines import LineFactory, MembershipFactory, PolicyFactory

pytestmark = pytest.mark.django_db
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)


def checked(organisation, check, at=NOON):
    with inside(organisation):
        return check(organisation, at)


def rows():
    with across_organisations():
        return Conversation.objects.count(), Contact.objects.count()


@pytest.mark.promise("C07")
@pytest.mark.parametrize("keyed_on", ["token", "address", "both"])
def test_limit_is_tried_and_nothing_of_the_try_stays(line, keyed_on):  # noqa: F811
    allow(line, contact_limit=4, keyed_on=keyed_on)
    seen = checked(line.organisation, promised_limits.never_one_more)
    assert (seen.verdict, seen.proof) == (Verdict.KEPT, {"refused": 0, "tried": 1, "wrong": 0})
    assert rows() == (0, 0)


@pytest.mark.promise("C07")
def test_limit_that_lets_a_fifth_in_is_found_with_its_line(line, monkeypatch):  # noqa: F811
    allow(line, contact_limit=4)
    monkeypatch.setattr(newcomers, "check_limit", lambda *_given: None)
    seen = checked(line.organisation, promised_limits.never_one_more)
    assert (seen.verdict, seen.rows) == (Verdict.BROKEN, (f"line:{line.pk}",))


@pytest.mark.promise("C07")
def test_limit_that_lets_too_few_in_is_found(line, monkeypatch):  # noqa: F811
    allow(line, contact_limit=4)
    ordinary = newcomers.check_limit
    monkeypatch.setattr(newcomers, "check_limit", lambda times, limit, now: ordinary(times, limit - 1, now))
    assert checked(line.organisation, promised_limits.never_one_more).broken == 1


@pytest.mark.promise("C07")
def test_visitors_who_were_refused_are_counted_for_a_week(line):  # noqa: F811
    allow(line, contact_limit=4)
    with across_organisations():
        for at in (NOON - DAY, NOON - 6 * DAY, NOON - 7 * DAY):
            newcomers.record(
                line, f"refused-{at:%d}".ljust(22, "x"), "nl", newcomers.TurnedAwayError(Why.LIMIT, at, at)
            )
    assert checked(line.organisation, promised_limits.never_one_more).proof["refused"] == 2


@pytest.mark.promise("C07")
def test_line_without_a_limit_promises_none(line):  # noqa: F811
    allow(line)
    assert checked(line.organisation, promised_limits.never_one_more).proof["tried"] == 0
    [promise] = [one for one in promises.promises() if one.key == "limit"]
    assert promise.said(None) == str(promise.without)


def blocked(organisation, hours, at=NOON):
    member = MembershipFactory(organisation=organisation)
    with across_organisations():
        given = {"by": member, "reason": "threats", "at": at, "until": at + timedelta(hours=hours), "window": 1}
        return Block.objects.create(organisation=organisation, code=f"b{hours}".ljust(22, "x"), **given)


@pytest.mark.promise("C06")
def test_block_that_lasts_longer_than_promised_is_found():
    found = LineFactory()
    PolicyFactory(organisation=found.organisation, values={"block_hours": 8}, valid_from=NOON - 2 * DAY)
    blocked(found.organisation, 8)
    assert checked(found.organisation, promised_limits.lifts_by_itself).verdict == Verdict.KEPT
    longer = blocked(found.organisation, 9)
    seen = checked(found.organisation, promised_limits.lifts_by_itself)
    assert (seen.rows, seen.proof["blocks"], seen.proof["longer"]) == ((longer.code,), 2, 1)


@pytest.mark.promise("C06")
def test_block_that_was_made_under_a_longer_promise_keeps_it():
    found = LineFactory()
    PolicyFactory(organisation=found.organisation, number=1, values={"block_hours": 9}, valid_from=NOON - 2 * DAY)
    PolicyFactory(organisation=found.organisation, number=2, values={"block_hours": 8}, valid_from=NOON + SECOND)
    blocked(found.organisation, 9)
    assert checked(found.organisation, promised_limits.lifts_by_itself, NOON + DAY / 24).broken == 0


@pytest.mark.promise("C06")
def test_block_that_is_over_and_still_there_a_day_later_is_found():
    found = LineFactory()
    made = blocked(found.organisation, 8)
    assert checked(found.organisation, promised_limits.lifts_by_itself, made.until + DAY - SECOND).broken == 0
    assert checked(found.organisation, promised_limits.lifts_by_itself, made.until + DAY).rows == (made.code,)


@pytest.mark.promise("C03")
def test_talk_with_another_clock_than_promised_is_found():
    found, [member] = staffed_line(soft_minutes=60)
    talk = ActiveConversationFactory(line=found, counsellor=member, soft_minutes=60)
    assert checked(found.organisation, promised_limits.clock_as_promised, talk.started_at).broken == 0
    with across_organisations():
        models.QuerySet(Conversation).filter(pk=talk.pk).update(soft_minutes=90)
    assert checked(found.organisation, promised_limits.clock_as_promised, talk.started_at).rows == (talk.code,)
    with across_organisations():
        models.QuerySet(Conversation).filter(pk=talk.pk).update(state=State.CLOSED, ended_at=talk.started_at)
    assert checked(found.organisation, promised_limits.clock_as_promised, talk.started_at).broken == 0


@pytest.mark.promise("C03")
@pytest.mark.parametrize(("minutes", "early"), [(10, 0), (9, 1)])
def test_talk_that_ended_for_silence_too_early_is_found(minutes, early):
    found, [member] = staffed_line(silent_minutes=10)
    talk = ActiveConversationFactory(line=found, counsellor=member)
    say(talk, Party.COUNSELLOR, "Ben je er nog?")
    with across_organisations():
        ended = Message.objects.get(conversation=talk).at + timedelta(minutes=minutes) + FIRST + LAST
        given = {"ended_by": Party.SYSTEM, "end_reason": Why.NO_ANSWER, "ended_at": ended, "state": State.CLOSED}
        models.QuerySet(Conversation).filter(pk=talk.pk).update(**given)
    seen = checked(found.organisation, promised_limits.asked_before_the_end, ended)
    assert (seen.proof, seen.rows) == ({"ended": 1, "early": early}, (talk.code,) * early)
    assert checked(found.organisation, promised_limits.asked_before_the_end, ended + DAY).proof["ended"] == 0


@pytest.mark.promise("N04")
def test_every_number_that_a_text_can_tell_has_a_check():
    """What a placeholder fills in, and what is compared with the policy when somebody writes a number."""
    told = {topic.field for topic in told_numbers.TOPICS}
    filled = {"retention_months" if name == "retention" else name for name in wording.PLACEHOLDERS} & set(FIELDS)
    assert (told | filled) - {one.field for one in promises.promises()} == set()


def test_evidence_of_a_limit_is_kept_and_shown(line):  # noqa: F811
    allow(line, contact_limit=4)
    service.keep_evidence(line.organisation, NOON)
    with inside(line.organisation):
        [row] = [one for one in promises.ledger(line.organisation, public=True) if one.promise.key == "limit"]
    assert (row.verdict, row.check.value, row.check.found["tried"]) == (Verdict.KEPT, 4, 1)
    assert rows() == (0, 0)
    assert begin(line) is not None
