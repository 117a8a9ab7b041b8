"""A talk is gone from the instant that was promised: unreadable at once, its rows soon, and nothing younger is touched."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import DatabaseError, connections
from django.utils import timezone

from chat import access, notes, queries, retention, service
from chat.models import Advice, AdviceAnswer, Conversation, Handover, Message, Note, Silence
from chat.states import Party
from chat.wire import RefusedError
from helplines.tenancy import across_organisations, inside
from privacy.models import ConversationKey
from tests.factories.chat import (
    ActiveConversationFactory,
    HandoverFactory,
    SilenceFactory,
    contents_of,
    say,
    staffed_line,
    texts_in,
)
from tests.factories.helplines import MembershipFactory, PolicyFactory

pytestmark = pytest.mark.django_db(transaction=True)
BRUSSELS = ZoneInfo("Europe/Brussels")
SECOND = timedelta(seconds=1)
TABLES = (Message, Note, Advice, AdviceAnswer, Handover, Silence, Conversation, ConversationKey)


def local(text: str, zone: ZoneInfo = BRUSSELS) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


def ended(line, member, at: datetime) -> Conversation:
    """A talk that ended at this moment, with something in every table beside it."""
    with time_machine.travel(at, tick=False):
        talk = ActiveConversationFactory(line=line, counsellor=member)
        say(talk, Party.VISITOR, "Mag niemand weten")
        notes.write(conversation=talk, membership=member, text="Bang", version=0, socket="s", now=at)
        service.close(conversation=talk, membership=member, why="finished", now=at)
        contents, beside = contents_of(talk), {"organisation": talk.organisation, "at": at}
        question = Advice.objects.create(
            conversation=talk, line=line, asker=member, uuid=uuid4(), text=contents.seal("q", "advice", "Wie"), **beside
        )
        AdviceAnswer.objects.create(advice=question, author=member, uuid=uuid4(), text=b"sealed", **beside)
        SilenceFactory(conversation=talk)
        colleague = MembershipFactory(organisation=talk.organisation)
        HandoverFactory(conversation=talk, owner=member, to_member=colleague, state="declined", ended_at=at)
        talk.refresh_from_db()
    return talk


def left() -> dict[str, int]:
    """How many rows there are in each table."""
    with across_organisations():
        return {table.__name__: table.objects.count() for table in TABLES}


NOTHING = dict.fromkeys((table.__name__ for table in TABLES), 0)
ONE = dict.fromkeys(NOTHING, 1)


def is_readable(talk: Conversation, member) -> bool:
    """Through the door of the desk: the talk, what was said, the note."""
    try:
        with inside(talk.organisation_id):
            row = access.own_talk(member, talk.code)
            said = queries.history(row, access.contents_of(row), 0, member)["messages"]
            noted = notes.read(conversation=row, membership=member)["text"]
    except RefusedError:
        return False
    assert ([entry["text"] for entry in said], noted) == (["Mag niemand weten"], "Bang")
    return True


def sweep(organisation_id: int, now: datetime, chunk: int = 1) -> int:
    retention.shut(organisation_id, now)
    gone = 0
    while count := retention.erase(organisation_id, now, chunk):
        gone += count
    return gone


# Ended when (local time), kept for so many months, gone when (local time), in which zone.
INSTANTS = [
    (6, "2026-08-31T22:00", "2027-02-28T22:00", "Europe/Brussels"),
    (6, "2027-08-31T22:00", "2028-02-29T22:00", "Europe/Amsterdam"),
    (12, "2028-02-29T09:30", "2029-02-28T09:30", "Europe/Brussels"),
    (18, "2028-08-15T12:00", "2030-02-15T12:00", "Europe/Amsterdam"),
    # The hour that there is not in the spring night, and the one that there is twice in the autumn night.
    (6, "2026-09-28T02:30", "2027-03-28T02:30", "Europe/Brussels"),
    (6, "2026-04-25T02:30", "2026-10-25T02:30", "Europe/Brussels"),
    (1, "2026-12-31T23:59:59", "2027-01-31T23:59:59", "America/St_Johns"),
]


@pytest.mark.promise("F01", "F02", "F03")
@pytest.mark.parametrize(("months", "ended_at", "gone_at", "zone"), INSTANTS)
def test_talk_is_unreadable_from_its_instant_and_gone_after_the_sweep(months, ended_at, gone_at, zone):
    line, [member] = staffed_line(retention_months=months)
    type(line.organisation)._base_manager.filter(pk=line.organisation_id).update(time_zone=zone)
    talk = ended(line, member, local(ended_at, ZoneInfo(zone)))
    instant = local(gone_at, ZoneInfo(zone))
    found = []
    for moment in (instant - SECOND, instant, instant + SECOND):
        with time_machine.travel(moment, tick=False):
            found.append(is_readable(talk, member))
    assert found == [True, False, False]
    assert (sweep(talk.organisation_id, instant - SECOND), left()) == (0, ONE)
    assert (sweep(talk.organisation_id, instant), left()) == (1, NOTHING)


@pytest.mark.promise("F01")
@pytest.mark.parametrize(("seconds", "readable"), [(-1, 1), (0, 0), (1, 0)])
def test_talk_and_note_are_in_no_list_from_their_instant_on(seconds, readable):
    line, [member] = staffed_line(retention_months=6)
    talk = ended(line, member, local("2026-03-01T12:00"))
    with time_machine.travel(talk.expires_at + timedelta(seconds=seconds), tick=False), inside(line.organisation):
        found = [table.objects.readable_by(member).count() for table in (Conversation, Note)]
    assert found == [readable, readable]


@pytest.mark.promise("F13")
def test_sweep_touches_nothing_younger_or_of_others_and_may_run_twice_and_late():
    line, [member] = staffed_line(retention_months=6)
    elsewhere, [stranger] = staffed_line(retention_months=6)
    start = local("2026-03-01T12:00")
    old = [ended(line, member, start) for _ in range(5)]
    younger, theirs = ended(line, member, start + timedelta(days=11)), ended(elsewhere, stranger, start)
    late = local("2026-09-11T12:00")
    assert [sweep(line.organisation_id, late) for _twice in range(2)] == [len(old), 0]
    with across_organisations():
        assert set(Conversation.objects.values_list("code", flat=True)) == {younger.code, theirs.code}
    with time_machine.travel(late, tick=False):
        assert texts_in(younger) == [(1, "visitor", "Mag niemand weten")]


@pytest.mark.promise("F01")
def test_nothing_moves_the_instant_later():
    line, [member] = staffed_line(retention_months=6)
    at = local("2026-03-01T12:00")
    talk = ended(line, member, at)
    instant = talk.expires_at
    with time_machine.travel(at + timedelta(days=3), tick=False):
        notes.write(conversation=talk, membership=member, text="Nog iets", version=1, socket="s", now=timezone.now())
        longer = {"values": {"retention_months": 120}, "valid_from": timezone.now()}
        PolicyFactory(organisation=line.organisation, number=2, **longer)
        with across_organisations():
            Conversation.objects.filter(pk=talk.pk).update(counsellor=MembershipFactory(organisation=line.organisation))
    with time_machine.travel(at + timedelta(days=9), tick=False):
        retention.reach_back(line.organisation_id, timezone.now())
        with inside(line.organisation):
            retention.begin_clock(talk, talk.ended_at)
    with across_organisations():
        stored = (Conversation.objects.get().expires_at, ConversationKey.objects.get().expires_at)
    assert stored == (instant, instant)


@pytest.mark.promise("F01")
def test_shorter_promise_reaches_what_is_stored_from_its_instant_on():
    line, [member] = staffed_line(retention_months=6)
    talk = ended(line, member, local("2026-03-01T12:00"))
    shorter = local("2026-07-01T00:00")
    PolicyFactory(organisation=line.organisation, number=2, valid_from=shorter, values={"retention_months": 3})
    found = []
    for moment in (shorter - SECOND, shorter):
        with time_machine.travel(moment, tick=False):
            found.append((is_readable(talk, member), retention.due(line.organisation_id, moment)))
    assert found == [(True, 0), (False, 1)]
    assert (sweep(line.organisation_id, shorter), left()) == (1, NOTHING)


def test_talk_that_is_not_yet_due_gets_the_shorter_instant_on_both_sides():
    line, [member] = staffed_line(retention_months=6)
    talk = ended(line, member, local("2026-03-01T12:00"))
    since = local("2026-03-20T12:00")
    PolicyFactory(organisation=line.organisation, number=2, valid_from=since, values={"retention_months": 3})
    sweep(line.organisation_id, local("2026-04-01T12:00"))
    with across_organisations():
        stored = {Conversation.objects.get().expires_at, ConversationKey.objects.get(conversation=talk.code).expires_at}
    assert stored == {local("2026-06-01T12:00")}


@pytest.mark.promise("F01")
def test_talk_that_goes_sooner_than_any_promise_keeps_its_instant():
    """Two sweeps looked at once, under a promise that was made shorter and longer again: the later one moves nothing."""
    line, [member] = staffed_line(retention_months=6)
    talk = ended(line, member, local("2026-03-01T12:00"))
    sooner = local("2026-04-01T12:00")
    with inside(line.organisation):
        Conversation.objects.update(expires_at=sooner, kept_months=1)
        retention.date_all(line.organisation_id, list(Conversation.objects.all()), local("2026-03-02T12:00"))
        row = Conversation.objects.get(pk=talk.pk)
    assert (row.expires_at, row.kept_months) == (sooner, 1)


def test_talk_that_an_older_release_ended_gets_its_instant():
    line, [member] = staffed_line(retention_months=6)
    talk = ended(line, member, local("2026-03-01T12:00"))
    with across_organisations():
        Conversation.objects.update(expires_at=None, kept_months=None)
        ConversationKey.objects.update(expires_at=None)
    with time_machine.travel(local("2026-09-01T12:00"), tick=False):
        assert not is_readable(talk, member)
    assert (sweep(line.organisation_id, local("2026-09-01T12:00")), left()) == (1, NOTHING)


class Killed(DatabaseError):
    """What a test throws in the place of a power cut."""


def kill_at(number: int):
    """Lets so many statements through on both databases together, and then none."""
    seen = {"count": 0}

    def wrapper(execute, sql, params, many, context):
        seen["count"] += 1
        if seen["count"] > number:
            raise Killed
        return execute(sql, params, many, context)

    return wrapper


@pytest.mark.promise("F13")
def test_sweep_that_is_killed_anywhere_is_finished_by_the_next():
    """After every one of its statements in turn: nothing that was made unreadable can be read again, nothing else goes."""
    line, [member] = staffed_line(retention_months=6)
    start, late = local("2026-03-01T12:00"), local("2026-09-02T12:00")
    younger = ended(line, member, start + timedelta(days=11))
    points, done = 0, False
    while not done:
        old = [ended(line, member, start + timedelta(hours=hour)) for hour in range(3)]
        wrapper = kill_at(points)
        with connections["default"].execute_wrapper(wrapper), connections["keys"].execute_wrapper(wrapper):
            try:
                sweep(line.organisation_id, late)
                done = True
            except Killed:
                pass
        with time_machine.travel(late, tick=False):
            assert not any(is_readable(talk, member) for talk in old)
        with across_organisations():
            keys = set(ConversationKey.objects.values_list("conversation", flat=True))
            rows = set(Conversation.objects.values_list("code", flat=True))
        assert keys <= rows, "A key without its talk would never be found again."
        sweep(line.organisation_id, late)
        assert left() == ONE
        points += 1
    assert points > 50, points
    with time_machine.travel(late, tick=False):
        assert texts_in(younger) == [(1, "visitor", "Mag niemand weten")]
