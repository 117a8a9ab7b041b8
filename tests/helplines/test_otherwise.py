"""Days that differ from the week: what visitors are told ahead, and what the administrator sees with the reasons (A02, A06)."""

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from helplines import otherwise
from helplines.models import Line
from helplines.otherwise import Other
from helplines.tenancy import inside
from tests.factories.helplines import ClosureFactory, ExtraOpeningFactory, LineFactory, OpeningHoursFactory
from tests.helplines.admin_rooms import house, signed_in

pytestmark = pytest.mark.django_db
# A Monday, 12:00 in Brussels.
MONDAY = dt.datetime(2026, 6, 1, 10, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def monday() -> Any:
    with time_machine.travel(MONDAY, tick=False):
        yield


@pytest.fixture
def line() -> Line:
    """Open on Mondays and Wednesdays from 13:00 to 17:00."""
    made: Line = LineFactory()
    for weekday in (0, 2):
        OpeningHoursFactory(line=made, weekday=weekday, opens=dt.time(13), closes=dt.time(17))
    return made


def extra(line: Line, day: int, opens: int, closes: int, **values: Any) -> None:
    ExtraOpeningFactory(line=line, day=dt.date(2026, 6, day), opens=dt.time(opens), closes=dt.time(closes), **values)


def shut(line: Line, day: int, hour: int, until: dt.datetime | None, **values: Any) -> None:
    """From an hour of UTC, two behind Brussels."""
    starts = dt.datetime(2026, 6, day, hour, tzinfo=dt.UTC)
    ClosureFactory(organisation=line.organisation, line=line, starts_at=starts, ends_at=until, **values)


def at(day: int, hour: int) -> dt.datetime:
    return dt.datetime(2026, 6, day, hour, tzinfo=dt.UTC)


def told(line: Line, language: str = "en") -> str:
    with inside(line.organisation):
        return otherwise.otherwise_in_words(line, language, timezone.now())


@pytest.mark.promise("A02")
def test_a_week_as_always_is_not_told_again(line):
    assert told(line) == ""


@pytest.mark.promise("A02")
@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "today 09:00–11:00 + 13:00–17:00"), ("nl", "vandaag 09:00–11:00 + 13:00–17:00")],
)
def test_extra_opening_of_today_is_told_with_the_hours_of_that_day(line, language, said):
    extra(line, 1, 9, 11)
    assert told(line, language) == said


@pytest.mark.promise("A02")
def test_extra_opening_and_closure_of_another_day_are_told_by_their_date(line):
    extra(line, 5, 10, 12)
    shut(line, 3, 0, at(4, 0))
    assert told(line) == "Wednesday 3 June closed, Friday 5 June 10:00–12:00"
    assert told(line, "nl") == "woensdag 3 juni gesloten, vrijdag 5 juni 10:00–12:00"


def test_part_of_a_day_that_is_closed_leaves_the_rest(line):
    shut(line, 3, 13, at(3, 15))
    assert told(line) == "Wednesday 3 June 13:00–15:00"


def test_days_in_a_row_with_the_same_hours_are_told_once(line):
    for day in (1, 2, 3, 4, 6):
        extra(line, day, 0, 0)
    assert told(line) == "today to Thursday 4 June open all day, Saturday 6 June open all day"


@pytest.mark.parametrize(
    "changed",
    [
        lambda line: extra(line, 1, 14, 16),  # within the week's own hours
        lambda line: extra(line, 8, 9, 11),  # a week from now
        lambda line: shut(line, 2, 8, at(2, 10)),  # when it is closed anyway
        lambda line: shut(line, 1, 9, None, kind="exceptional"),  # until nobody knows when
        lambda line: extra(LineFactory(organisation=line.organisation), 2, 9, 11),
    ],
)
def test_what_changes_nothing_in_the_coming_days_is_not_told(line, changed):
    changed(line)
    assert told(line) == ""


def test_what_was_today_is_over(line):
    extra(line, 2, 9, 11)
    with time_machine.travel(at(2, 8), tick=False):
        assert told(line) == "today 09:00–11:00"
    with time_machine.travel(at(2, 9), tick=False):
        assert told(line) == ""


@pytest.mark.promise("A02")
@pytest.mark.parametrize("end", ["", "frame/"])
def test_visitor_reads_it_beside_the_hours(line, end):
    address = f"/{line.organisation.slug}/{line.slug}/{end}?lang=nl"
    assert "Anders in de komende dagen" not in Client().get(address).content.decode()
    extra(line, 5, 10, 12, reason="Wat niemand anders aangaat")
    page = Client().get(address).content.decode()
    assert "Anders in de komende dagen: vrijdag 5 juni 10:00–12:00" in page
    assert "Wat niemand anders aangaat" not in page


def test_staff_read_it_with_what_is_promised(line):
    ours = house("Ours")
    extra(ours.line, 5, 10, 12)
    page = signed_in(ours.counsellor.staff).get(reverse("promises", args=[ours.organisation.slug]))
    assert "Friday 5 June 10:00–12:00" in page.content.decode()


# With the reasons, for who made them


def test_each_day_has_its_reasons(line):
    extra(line, 2, 22, 2, reason="Night of the chat")
    shut(line, 3, 9, at(4, 10), reason="Course")
    with inside(line.organisation):
        found = otherwise.others(line, dt.date(2026, 6, 1), 5)
    assert found == {
        dt.date(2026, 6, 1): [],
        dt.date(2026, 6, 2): [Other(True, "22:00–24:00", "Night of the chat")],
        dt.date(2026, 6, 3): [Other(True, "00:00–02:00", "Night of the chat"), Other(False, "11:00–24:00", "Course")],
        dt.date(2026, 6, 4): [Other(False, "00:00–12:00", "Course")],
        dt.date(2026, 6, 5): [],
    }


def test_a_closure_of_all_lines_without_an_end_stands_on_every_day(line):
    ClosureFactory(organisation=line.organisation, line=None, starts_at=at(2, 10), ends_at=None, reason="Flood")
    shut(LineFactory(), 2, 8, at(3, 8), reason="Of strangers")
    with inside(line.organisation):
        found = otherwise.others(line, dt.date(2026, 6, 1), 3)
    assert list(found.values()) == [
        [],
        [Other(False, "12:00–24:00", "Flood")],
        [Other(False, "00:00–24:00", "Flood")],
    ]


def test_preview_of_fourteen_days_marks_extra_openings_and_closures_with_their_reasons(line):
    ours = house("Ours")
    extra(ours.line, 5, 10, 12, reason="Open day")
    shut(ours.line, 3, 0, at(4, 0), reason="Repairs <of> the roof")
    page = signed_in(ours.admin).get(reverse("admin:timetable"), headers={"accept-language": "nl"}).content.decode()
    assert '<span class="other">extra open 10:00–12:00: Open day</span>' in page
    assert '<span class="other other--shut">gesloten 02:00–24:00: Repairs &lt;of&gt; the roof</span>' in page
