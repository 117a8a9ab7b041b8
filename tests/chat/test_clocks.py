"""Nodes whose clocks differ, or jump: nobody gets a fifth talk, and what was said keeps its order (security goal J3)."""

import time
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from chat import blocks, newcomers, writer
from chat.models import Block, Contact
from helplines.tenancy import across_organisations, inside
from privacy import clocks, holders, pseudonyms, registry
from privacy.models import PseudonymKey
from tests.chat.test_newcomers import DAY, NOON, SECOND, allow, answered, begin, line, refusal  # noqa: F401
from tests.factories.chat import contents_of, texts_in

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
# Two nodes: one that is an hour ahead of the database, one that is an hour behind.
SKEWS = (HOUR, -HOUR)


@pytest.fixture
def database(monkeypatch):
    """A database that says what time it is: `database.now`."""

    class Database:
        now = NOON

        def ask(self):
            return self.now

    found = Database()
    monkeypatch.setattr(clocks, "is_shared", True)
    monkeypatch.setattr(clocks, "ask", found.ask)
    # Each look is a new one: in this test no time goes by between two.
    monkeypatch.setattr(clocks, "TRUSTED_SECONDS", 0)
    monkeypatch.setattr(time, "monotonic", lambda: 1.0)
    return found


@pytest.mark.promise("C07")
@pytest.mark.parametrize("skew", SKEWS)
@pytest.mark.parametrize("begun", SKEWS)
def test_node_that_is_ahead_or_behind_lets_in_no_fifth_and_keeps_nobody_out_too_long(line, database, begun, skew):  # noqa: F811
    for _number in range(4):
        answered(line, NOON + begun)
    database.now = NOON + DAY - SECOND
    refused = refusal(line, database.now + skew)
    assert refused is not None
    assert (refused[0], refused[1]["again"]) == ("limit", newcomers.moment(NOON + DAY))
    database.now = NOON + DAY
    assert refusal(line, database.now + skew) is None


@pytest.mark.promise("C07")
def test_worker_that_is_ahead_destroys_no_key_that_still_counts(line, database):  # noqa: F811
    answered(line)
    eraser = registry.eraser("pseudonym-keys")
    assert eraser in holders.ERASERS
    ahead = NOON + 2 * DAY
    assert (eraser.due(line.organisation_id, ahead), eraser.erase(line.organisation_id, ahead, 10)) == (0, 0)
    database.now = pseudonyms.end_of(pseudonyms.window_of(NOON)) + DAY
    assert eraser.erase(line.organisation_id, ahead, 10) == 2
    with across_organisations():
        assert PseudonymKey.objects.count() == 0


@pytest.mark.promise("C06")
@pytest.mark.parametrize("skew", SKEWS)
def test_block_lasts_its_hours_on_every_node(line, database, skew):  # noqa: F811
    allow(line, contact_limit=None, block_hours=8)
    talk = answered(line, NOON + skew)
    made = blocks.block(conversation=talk, membership=line.member, reason="threats", now=NOON + skew)
    with inside(line.organisation):
        assert Block.objects.get().until == made.until == NOON + 8 * HOUR
    database.now = NOON + 8 * HOUR - SECOND
    for other in SKEWS:
        # Neither a worker that is ahead nor a node that is ends it sooner.
        assert blocks.erase(line.organisation_id, database.now + other, 10) == 0
        assert refusal(line, database.now + other) is not None
    database.now = NOON + 8 * HOUR
    assert refusal(line, database.now - skew) is None
    assert blocks.erase(line.organisation_id, database.now - HOUR, 10) == 1


def test_clock_that_jumps_between_two_looks_changes_nothing(monkeypatch):
    """Our steady clock goes on from the last reading; an administrator who sets the computer's clock moves no limit."""
    steady = [100.0]
    monkeypatch.setattr(clocks, "is_shared", True)
    monkeypatch.setattr(time, "monotonic", lambda: steady[0])
    asked = iter([NOON, NOON + 2 * HOUR])
    monkeypatch.setattr(clocks, "ask", lambda: next(asked))
    seen = []
    for passed in (0.0, 30.0, 29.0, 1.0):
        steady[0] += passed
        seen.append(clocks.shared(NOON - 5 * DAY) - NOON)
    assert seen == [timedelta(0), timedelta(seconds=30), timedelta(seconds=59), 2 * HOUR]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="asks PostgreSQL what time it is (DATABASE_URL)")
def test_postgresql_is_asked_whatever_this_computer_thinks(monkeypatch):
    monkeypatch.setattr(clocks, "is_shared", True)
    true = timezone.now()
    with time_machine.travel(true + HOUR, tick=True):
        assert abs(clocks.shared(timezone.now()) - true) < timedelta(minutes=5)


def test_without_a_clock_of_the_database_ours_counts(monkeypatch):
    monkeypatch.setattr(clocks, "is_shared", True)
    monkeypatch.setattr(clocks, "ask", lambda: None)
    assert clocks.shared(NOON) == NOON


def test_what_was_said_keeps_its_order_when_the_clock_jumps(line):  # noqa: F811
    """Messages are in the order of their numbers, never of their times: a clock that goes back an hour turns nothing round."""
    talk = answered(line)
    contents = contents_of(talk)
    for number, jump in enumerate((HOUR, -HOUR, timedelta(seconds=5), -HOUR, timedelta(0))):
        with time_machine.travel(NOON + jump, tick=False):
            saying = writer.Saying(talk.pk, contents, 0, None, uuid4(), f"Zin {number}")
            assert isinstance(writer.store([saying])[0], writer.Stored)
    said = [(seq, text) for seq, _party, text in texts_in(talk) if text.startswith("Zin")]
    assert [text for _seq, text in said] == [f"Zin {number}" for number in range(5)]
    first = said[0][0]
    assert [seq for seq, _text in said] == list(range(first, first + 5))


def test_contact_is_dated_on_the_clock_of_the_database(line, database):  # noqa: F811
    talk = begin(line, NOON + HOUR)
    with inside(line.organisation):
        assert (Contact.objects.get().at, talk.started_at) == (NOON, NOON + HOUR)
