"""Figures of waiting, of what was missed, and of limits and blocks."""

from datetime import UTC, date, datetime, timedelta

import pytest

from chat import counting
from chat.states import State, Why
from helplines.tenancy import inside
from tests.factories.chat import ConversationFactory
from tests.factories.helplines import LineFactory

pytestmark = pytest.mark.django_db
MARCH = date(2026, 3, 1)
AT = datetime(2026, 3, 10, 12, tzinfo=UTC)


@pytest.fixture
def line():
    return LineFactory()


def came(line, *, waited=None, state=State.CLOSED, why="", claimed=True, at=AT, **given):
    """A visitor who waited so many seconds, until somebody answered or it ended."""
    until = None if waited is None else at + timedelta(seconds=waited)
    return ConversationFactory(
        line=line, organisation=line.organisation, state=state, end_reason=why, started_at=at,
        claimed_at=until if claimed else None, ended_at=until, **given,
    )  # fmt: skip


@pytest.mark.promise("A05", "G06")
def test_waiting_and_missed_visitors_are_counted_by_line_and_time(line):
    other = LineFactory(organisation=line.organisation)
    came(line, waited=20)
    came(line, waited=59.9)
    came(line, waited=60, came_in=other)
    came(line, waited=1900, state=State.ABANDONED, why=Why.LEFT, claimed=False)
    came(line, waited=300, state=State.REFUSED, why=Why.LINE_CLOSED, claimed=False)
    # Not of these: kept out, still waiting, of another month, of another organisation.
    came(line, waited=0, state=State.REFUSED, why=Why.LIMIT, claimed=False)
    came(line, state=State.WAITING, claimed=False)
    came(line, waited=20, at=datetime(2026, 2, 28, 22, 59, tzinfo=UTC))
    came(LineFactory(), waited=20)
    with inside(line.organisation):
        found = counting.waiting(line.organisation, MARCH)
    place, second = str(line.pk), str(other.pk)
    assert dict(found["ending"]) == {
        (place, "answered"): 2, (second, "answered"): 1, (place, "left"): 1, (place, "turned-away"): 1,
    }  # fmt: skip
    assert dict(found["waited"]) == {(place, "0"): 2, (second, "1"): 1, (place, "30"): 1, (place, "5"): 1}


def test_month_begins_on_the_clock_of_the_organisation(line):
    came(line, waited=20, at=datetime(2026, 2, 28, 23, 30, tzinfo=UTC))  # 00.30 on 1 March in Brussels
    with inside(line.organisation):
        assert counting.waiting(line.organisation, MARCH)["ending"].total() == 1
        assert counting.first(line.organisation) == MARCH


@pytest.mark.promise("C06", "C07", "G06")
def test_who_was_kept_out_is_counted_by_reason(line):
    for why in (Why.LIMIT, Why.LIMIT, Why.BLOCKED):
        came(line, waited=0, state=State.REFUSED, why=why, claimed=False)
    came(line, waited=300, state=State.REFUSED, why=Why.LINE_CLOSED, claimed=False)
    with inside(line.organisation):
        found = counting.limits(line.organisation, MARCH)["kept"]
    assert dict(found) == {("limit", str(line.pk)): 2, ("blocked", str(line.pk)): 1}


def test_every_code_has_words(line):
    with inside(line.organisation):
        waiting = counting.waiting_words(line.organisation, "en")
        limits = counting.limits_words(line.organisation, "en")
    assert waiting["line"] == limits["line"] == {str(line.pk): line.name}
    assert list(waiting["waited"]) == ["0", "1", "2", "5", "10", "30"]
    assert set(waiting["ending"]) == {"answered", "left", "turned-away"}
    assert set(limits["kept"]) == {"limit", "blocked"}
