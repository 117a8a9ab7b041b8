"""When it was busy: by hour and weekday on the organisation's clock, and never of one counsellor."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from chat import load
from helplines.tenancy import inside
from tests.chat.test_team import client_of, someone
from tests.factories.chat import ActiveConversationFactory, ConversationFactory, staffed_line
from tests.factories.helplines import LineFactory

pytestmark = pytest.mark.django_db
# A Wednesday; Brussels is an hour ahead of UTC.
NOW = datetime(2026, 3, 11, 14, 40, tzinfo=UTC)


@pytest.fixture(autouse=True)
def at_once():
    with time_machine.travel(NOW, tick=False):
        yield


def came(line, at, waited=60, member=None, **given):
    """Somebody who came then, and was taken by this member or by nobody."""
    taken = at + timedelta(seconds=waited)
    if member is None:
        given = {"state": "abandoned", "ended_at": taken, "end_reason": "left", **given}
        return ConversationFactory(line=line, started_at=at, waiting_since=at, **given)
    given = {"state": "closed", "ended_at": taken + timedelta(minutes=30), **given}
    return ActiveConversationFactory(
        line=line, counsellor=member, started_at=at, waiting_since=at, claimed_at=taken, **given
    )


def loads(line, role="manager"):
    member = someone(line, role)
    with inside(line.organisation):
        return load.of_late(member, NOW)


def spots(found):
    return {
        (row.hour, day): (spot.came, spot.missed)
        for row in found.hours
        for day, spot in enumerate(row.spots)
        if spot.came
    }


def test_visitors_are_counted_by_hour_and_weekday_on_the_clock_of_the_organisation():
    line, [member] = staffed_line(queue=True)
    monday = datetime(2026, 3, 9, 12, 59, tzinfo=UTC)
    came(line, monday, 30, member)
    came(line, monday + timedelta(minutes=1), 90, member)
    came(line, monday + timedelta(days=-7, minutes=2), 600)
    [found] = loads(line)
    assert (found.came, found.missed, found.wait, found.wait_in_words) == (3, 1, 60, "01:00")
    assert spots(found) == {(13, 0): (1, 0), (14, 0): (2, 1)}
    assert [row.hour for row in found.hours] == [13, 14]


@pytest.mark.parametrize(
    ("at", "given", "count"),
    [
        (datetime(2026, 2, 10, 23, 0, tzinfo=UTC), {}, 1),  # four weeks ago, at midnight
        (datetime(2026, 2, 10, 22, 59, tzinfo=UTC), {}, 0),
        (datetime(2026, 3, 10, 22, 59, tzinfo=UTC), {}, 1),
        (datetime(2026, 3, 10, 23, 0, tzinfo=UTC), {}, 0),  # today
        (datetime(2026, 3, 9, 12, tzinfo=UTC), {"state": "refused", "end_reason": "limit"}, 0),
        (datetime(2026, 3, 9, 12, tzinfo=UTC), {"state": "refused", "end_reason": "line_closed"}, 1),
        (datetime(2026, 3, 9, 12, tzinfo=UTC), {"expires_at": NOW}, 0),
    ],
)
def test_whole_days_of_four_weeks_count_and_who_never_waited_does_not(at, given, count):
    line, _members = staffed_line(queue=True)
    came(line, at, **given)
    assert [found.came for found in loads(line)] == [count]


def test_clock_that_changes_moves_no_visitor_to_another_hour():
    """29 March 2026: an hour is skipped at two."""
    line, _members = staffed_line(queue=True)
    for day in (28, 29):
        came(line, datetime(2026, 3, day, 12, tzinfo=UTC))
    member = someone(line, "manager")
    with inside(line.organisation):
        [found] = load.of_late(member, datetime(2026, 4, 1, 10, tzinfo=UTC))
    assert spots(found) == {(13, 5): (1, 1), (14, 6): (1, 1)}


@pytest.mark.parametrize("role", ["manager", "mentor", "administrator"])
def test_coordinators_see_it_and_no_name_stands_there(role):
    line, [member] = staffed_line(queue=True)
    came(line, datetime(2026, 3, 9, 12, tzinfo=UTC), 30, member)
    answer = client_of(someone(line, role)).get(f"/team/{line.organisation.slug}/busy/")
    assert answer.status_code == 200
    assert line.name in answer.content.decode()
    names = {member.public_name, member.staff.username, str(member.staff)} - {""}
    assert names
    assert [name for name in names if name in answer.content.decode()] == []


@pytest.mark.parametrize("role", ["counsellor", "auditor", "dpo"])
def test_others_do_not_see_it(role):
    line, _members = staffed_line(queue=True)
    assert client_of(someone(line, role)).get(f"/team/{line.organisation.slug}/busy/").status_code == 404


def test_page_asks_as_much_for_many_visitors_as_for_one(django_assert_num_queries):
    line, [member] = staffed_line(queue=True)
    manager = someone(line, "manager")
    came(line, datetime(2026, 3, 9, 12, tzinfo=UTC), 30, member)
    LineFactory()
    for count in range(2):
        with inside(line.organisation), django_assert_num_queries(3):
            load.of_late(manager, NOW)
        for _more in range(5 * (1 - count)):
            came(line, datetime(2026, 3, 9, 12, tzinfo=UTC), 30, member)
