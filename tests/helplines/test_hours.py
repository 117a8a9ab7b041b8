import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from helplines.hours import Extra, Opening, Shut, Span, Weekly, moment, opening, spans

BRUSSELS = ZoneInfo("Europe/Brussels")
SECOND = dt.timedelta(seconds=1)
CLOCK_CHANGES = [dt.date(2026, 3, 29), dt.date(2026, 10, 25), dt.date(2027, 3, 28), dt.date(2027, 10, 31)]
NIGHTS = [day + dt.timedelta(days=offset) for day in CLOCK_CHANGES for offset in (-1, 0, 1)]


def utc(*parts):
    return dt.datetime(*parts, tzinfo=dt.UTC)


def weekdays(opens, closes):
    return [Weekly(day, dt.time(opens), dt.time(closes)) for day in range(5)]


CAW, JAC = weekdays(13, 17), weekdays(13, 19)
WHOLE_WEEK = [Weekly(day, dt.time(0), dt.time(0)) for day in range(7)]


def is_open(week, at, extra=(), closures=(), zone=BRUSSELS):
    return opening(week, extra, closures, zone, at).is_open


def wall(year, month, day, hour, minute=0, second=0):
    return dt.datetime(year, month, day, hour, minute, second, tzinfo=BRUSSELS).astimezone(dt.UTC)


@pytest.mark.promise("A02")
@pytest.mark.parametrize(("week", "closes"), [(CAW, 17), (JAC, 19)], ids=["CAW", "JAC"])
@pytest.mark.parametrize("day", range(16, 23))
def test_line_is_open_on_working_days_to_the_second(week, closes, day):
    works = day <= 20  # 16 November 2026 is a Monday
    found = [
        is_open(week, wall(2026, 11, day, 13) - SECOND),
        is_open(week, wall(2026, 11, day, 13)),
        is_open(week, wall(2026, 11, day, closes) - SECOND),
        is_open(week, wall(2026, 11, day, closes)),
    ]
    assert found == [False, works, works, False]


@pytest.mark.promise("A02")
@pytest.mark.parametrize("day", CLOCK_CHANGES)
def test_hours_of_the_afternoon_stay_on_the_wall_clock_over_a_clock_change(day):
    week = [Weekly(number, dt.time(13), dt.time(17)) for number in range(7)]
    for date in (day - dt.timedelta(days=1), day, day + dt.timedelta(days=1)):
        opens, closes = (dt.datetime.combine(date, dt.time(hour), BRUSSELS).astimezone(dt.UTC) for hour in (13, 17))
        assert spans(week, [], [], BRUSSELS, opens - 9 * 3600 * SECOND, closes + 6 * 3600 * SECOND) == [
            Span(opens, closes)
        ]


# A row on the day so many days after the Sunday on which the clock changes, and from when until when that is in UTC.
SPRING = [
    ((-1, "22:00", "02:00"), (-1, "21:00"), (0, "01:00")),  # 02:00 does not exist
    ((-1, "22:00", "02:30"), (-1, "21:00"), (0, "01:00")),
    ((-1, "22:00", "03:00"), (-1, "21:00"), (0, "01:00")),
    ((-1, "22:00", "06:00"), (-1, "21:00"), (0, "04:00")),
    ((0, "01:00", "05:00"), (0, "00:00"), (0, "03:00")),
    ((0, "13:00", "17:00"), (0, "11:00"), (0, "15:00")),
    ((0, "22:00", "02:00"), (0, "20:00"), (1, "00:00")),
]
AUTUMN = [
    ((-1, "22:00", "02:00"), (-1, "20:00"), (0, "01:00")),  # 02:00 comes twice: it closes at the last
    ((-1, "22:00", "02:30"), (-1, "20:00"), (0, "01:30")),
    ((-1, "22:00", "03:00"), (-1, "20:00"), (0, "02:00")),
    ((-1, "22:00", "06:00"), (-1, "20:00"), (0, "05:00")),
    ((0, "01:00", "05:00"), (-1, "23:00"), (0, "04:00")),
    ((0, "02:00", "05:00"), (0, "00:00"), (0, "04:00")),  # and opens at the first
    ((0, "13:00", "17:00"), (0, "12:00"), (0, "16:00")),
    ((0, "22:00", "02:00"), (0, "21:00"), (1, "01:00")),
]
NIGHT_TABLE = [(sunday, *case) for sunday in CLOCK_CHANGES for case in (SPRING if sunday.month == 3 else AUTUMN)]


def in_utc(sunday, after):
    days, clock = after
    return dt.datetime.combine(sunday + dt.timedelta(days=days), dt.time.fromisoformat(clock), dt.UTC)


def around(opens, closes):
    return [opens - SECOND, opens, closes - SECOND, closes]


@pytest.mark.promise("A02")
@pytest.mark.parametrize(("sunday", "row", "opens", "closes"), NIGHT_TABLE)
def test_every_boundary_of_both_nights_holds_to_the_second(sunday, row, opens, closes):
    day, *clocks = row
    week = [Weekly((6 + day) % 7, *map(dt.time.fromisoformat, clocks))]
    edges = around(in_utc(sunday, opens), in_utc(sunday, closes))
    assert [is_open(week, at) for at in edges] == [False, True, True, False]
    # Whoever asks from a server in another zone asks of the same moments.
    elsewhere = ZoneInfo("America/Paramaribo")
    assert [is_open(week, at.astimezone(elsewhere)) for at in edges] == [False, True, True, False]


@pytest.mark.parametrize(
    ("day", "hours"), [((2026, 3, 29), 23), ((2026, 10, 25), 25), ((2027, 3, 28), 23), ((2027, 10, 31), 25)]
)
def test_whole_day_has_as_many_hours_as_the_day(day, hours):
    only = [Extra(dt.date(*day), dt.time(0), dt.time(0))]
    (found,) = spans([], only, [], BRUSSELS, wall(*day, 0) - 10 * 3600 * SECOND, wall(*day, 23) + 10 * 3600 * SECOND)
    assert found.opens == wall(*day, 0)
    assert found.closes - found.opens == dt.timedelta(hours=hours)


@pytest.mark.parametrize(
    ("opens", "closes", "expected"),
    [
        # 02:00-03:00 does not exist in this night: the jump is at 01:00 UTC.
        ((2, 30), (5, 0), (utc(2026, 3, 29, 1), utc(2026, 3, 29, 3))),
        ((1, 0), (2, 30), (utc(2026, 3, 29, 0), utc(2026, 3, 29, 1))),
        ((2, 15), (2, 45), None),
        ((1, 59), (3, 0), (utc(2026, 3, 29, 0, 59), utc(2026, 3, 29, 1))),
    ],
)
def test_time_that_the_spring_night_skips_means_the_jump(opens, closes, expected):
    row = [Extra(dt.date(2026, 3, 29), dt.time(*opens), dt.time(*closes))]
    found = spans([], row, [], BRUSSELS, utc(2026, 3, 28), utc(2026, 3, 30))
    assert found == ([Span(*expected)] if expected else [])


@pytest.mark.parametrize(
    ("opens", "closes", "expected"),
    [
        # 02:00-03:00 comes twice: first at 00:00 UTC, then at 01:00 UTC.
        ((2, 30), (5, 0), (utc(2026, 10, 25, 0, 30), utc(2026, 10, 25, 4))),
        ((1, 0), (2, 30), (utc(2026, 10, 24, 23), utc(2026, 10, 25, 1, 30))),
        ((2, 15), (2, 45), (utc(2026, 10, 25, 0, 15), utc(2026, 10, 25, 1, 45))),
        ((1, 0), (3, 0), (utc(2026, 10, 24, 23), utc(2026, 10, 25, 2))),
    ],
)
def test_time_that_the_autumn_night_repeats_opens_at_the_first_and_closes_at_the_last(opens, closes, expected):
    row = [Extra(dt.date(2026, 10, 25), dt.time(*opens), dt.time(*closes))]
    assert spans([], row, [], BRUSSELS, utc(2026, 10, 24), utc(2026, 10, 26)) == [Span(*expected)]


def test_span_past_midnight_belongs_to_the_evening_it_began():
    friday = [Weekly(4, dt.time(22), dt.time(2))]
    found = [
        is_open(friday, wall(2026, 11, 20, 22) - SECOND),
        is_open(friday, wall(2026, 11, 20, 22)),
        is_open(friday, wall(2026, 11, 21, 0)),
        is_open(friday, wall(2026, 11, 21, 2) - SECOND),
        is_open(friday, wall(2026, 11, 21, 2)),
        is_open(friday, wall(2026, 11, 20, 1)),
    ]
    assert found == [False, True, True, True, False, False]


def test_whole_week_is_one_span_without_an_end_in_sight():
    assert opening(WHOLE_WEEK, [], [], BRUSSELS, wall(2026, 10, 25, 2)) == Opening(True, None, None, None)


def test_spans_that_overlap_or_touch_are_one():
    day = dt.date(2026, 11, 16)
    rows = [Extra(day, dt.time(opens), dt.time(closes)) for opens, closes in [(9, 12), (11, 13), (13, 14), (15, 16)]]
    assert spans([], rows, [], BRUSSELS, wall(2026, 11, 16, 0), wall(2026, 11, 17, 0)) == [
        Span(wall(2026, 11, 16, 9), wall(2026, 11, 16, 14)),
        Span(wall(2026, 11, 16, 15), wall(2026, 11, 16, 16)),
    ]


def test_extra_opening_opens_on_its_date_only():
    saturday = [Extra(dt.date(2026, 11, 21), dt.time(10), dt.time(12))]
    assert is_open(CAW, wall(2026, 11, 21, 11), saturday)
    assert not is_open(CAW, wall(2026, 11, 28, 11), saturday)


@pytest.mark.promise("A06")
def test_closure_wins_over_hours_and_extra_openings_to_the_second():
    shut = [Shut(wall(2026, 11, 16, 14), wall(2026, 11, 16, 15), "exceptional")]
    extra = [Extra(dt.date(2026, 11, 16), dt.time(13), dt.time(17))]
    found = [
        is_open(CAW, at, extra, shut)
        for at in (
            wall(2026, 11, 16, 14) - SECOND,
            wall(2026, 11, 16, 14),
            wall(2026, 11, 16, 15) - SECOND,
            wall(2026, 11, 16, 15),
        )
    ]
    assert found == [True, False, False, True]


@pytest.mark.promise("A06")
@pytest.mark.parametrize("kind", ["planned", "holiday", "exceptional"])
def test_closed_line_tells_why_and_when_it_opens(kind):
    shut = [Shut(wall(2026, 11, 16, 0), wall(2026, 11, 17, 0), kind)]
    assert opening(CAW, [], shut, BRUSSELS, wall(2026, 11, 16, 14)) == Opening(
        False, kind, None, wall(2026, 11, 17, 13)
    )


@pytest.mark.promise("A06")
def test_gravest_of_two_closures_is_told():
    both = [Shut(wall(2026, 11, 16, 0), None, kind) for kind in ("holiday", "exceptional")]
    assert opening(CAW, [], both, BRUSSELS, wall(2026, 11, 16, 14)) == Opening(False, "exceptional", None, None)


@pytest.mark.promise("A02")
def test_closed_by_the_clock_tells_the_next_opening():
    assert opening(CAW, [], [], BRUSSELS, wall(2026, 11, 20, 18)) == Opening(
        False, "hours", None, wall(2026, 11, 23, 13)
    )


def test_open_line_tells_until_when():
    assert opening(CAW, [], [], BRUSSELS, wall(2026, 11, 16, 14)) == Opening(True, None, wall(2026, 11, 16, 17), None)


def test_open_line_tells_a_closure_that_comes_first():
    shut = [Shut(wall(2026, 11, 16, 15), None, "planned")]
    assert opening(CAW, [], shut, BRUSSELS, wall(2026, 11, 16, 14)).until == wall(2026, 11, 16, 15)


def test_next_opening_is_found_behind_a_closure_of_months():
    shut = [Shut(wall(2026, 11, 16, 0), wall(2027, 3, 1, 0), "planned")]
    assert opening(CAW, [], shut, BRUSSELS, wall(2026, 11, 16, 14)).next_opens == wall(2027, 3, 1, 13)


def test_line_without_hours_never_opens():
    assert opening([], [], [], BRUSSELS, wall(2026, 11, 16, 14)) == Opening(False, "hours", None, None)


def test_hours_follow_the_organisations_zone_and_not_the_servers():
    at = utc(2026, 11, 16, 12, 30)
    zones = ["Europe/Brussels", "America/Paramaribo", "Pacific/Auckland"]
    assert [is_open(CAW, at, zone=ZoneInfo(zone)) for zone in zones] == [True, False, False]
    assert is_open(CAW, at.astimezone(ZoneInfo("Pacific/Auckland")))


# An oracle that shares nothing with the code: look at the clock on the wall.
clocks = st.one_of(
    st.times().map(lambda clock: clock.replace(microsecond=0)),
    st.sampled_from([dt.time(0), dt.time(1, 30), dt.time(2), dt.time(2, 30), dt.time(3), dt.time(3, 30)]),
)
weeks = st.lists(st.builds(Weekly, st.integers(0, 6), clocks, clocks), max_size=4)
moments = st.one_of(
    st.builds(
        lambda day, seconds: dt.datetime.combine(day, dt.time(0), dt.UTC) + seconds * SECOND,
        st.sampled_from(NIGHTS),
        st.integers(-7200, 90000),
    ),
    st.integers(0, 2 * 366 * 86400).map(lambda seconds: utc(2026, 1, 1) + seconds * SECOND),
)


def wall_says_open(week, at):
    """Whether a row holds the time that the wall clock shows."""
    shown = at.astimezone(BRUSSELS).replace(tzinfo=None, fold=0)
    clock, today, yesterday = shown.time(), shown.weekday(), (shown.weekday() - 1) % 7
    return any(
        (row.opens < row.closes and row.weekday == today and row.opens <= clock < row.closes)
        or (row.opens >= row.closes and row.weekday == today and clock >= row.opens)
        or (row.opens >= row.closes and row.weekday == yesterday and clock < row.closes)
        for row in week
    )


def comes_twice(at):
    shown = at.astimezone(BRUSSELS)
    return shown.replace(fold=0).utcoffset() != shown.replace(fold=1).utcoffset()


@pytest.mark.promise("A02")
@given(weeks, moments)
@example([Weekly(6, dt.time(2, 30), dt.time(2, 30))], utc(2026, 3, 29, 1))
@example([Weekly(6, dt.time(2, 30), dt.time(2, 30))], utc(2026, 10, 25, 1))
def test_line_is_open_exactly_when_the_wall_clock_says_so(week, at):
    if wall_says_open(week, at):
        assert is_open(week, at)
    elif not comes_twice(at):
        assert not is_open(week, at)


@given(weeks, moments, st.integers(1, 20))
def test_spans_are_in_order_apart_and_within_the_period(week, at, days):
    end = at + dt.timedelta(days=days)
    found = spans(week, [], [], BRUSSELS, at, end)
    edges = [edge for span in found for edge in span]
    assert edges == sorted(set(edges))
    assert all(at <= edge <= end for edge in edges)


@given(weeks, moments)
def test_every_boundary_holds_to_the_second(week, at):
    for span in spans(week, [], [], BRUSSELS, at, at + dt.timedelta(days=8)):
        inside = [max(span.opens, at), span.closes - SECOND]
        assert all(is_open(week, moment) for moment in inside)
        if span.closes < at + dt.timedelta(days=8):
            assert not is_open(week, span.closes)
        if span.opens > at:
            assert not is_open(week, span.opens - SECOND)


closures = st.lists(
    st.builds(lambda at, hours: Shut(at, at + dt.timedelta(hours=hours), "planned"), moments, st.integers(1, 72)),
    max_size=3,
)


@pytest.mark.promise("A06")
@given(weeks, moments, closures)
def test_closures_win_and_touch_nothing_else(week, at, shut):
    covered = any(entry.starts <= at < entry.ends for entry in shut)
    assert is_open(week, at, closures=shut) == (is_open(week, at) and not covered)


@given(weeks, moments, closures)
def test_next_opening_and_until_are_true(week, at, shut):
    found = opening(week, [], shut, BRUSSELS, at)
    if found.next_opens:
        assert is_open(week, found.next_opens, closures=shut)
        assert not is_open(week, found.next_opens - SECOND, closures=shut) or found.next_opens - SECOND < at
    if found.until:
        assert not is_open(week, found.until, closures=shut)


@given(st.sampled_from(CLOCK_CHANGES), clocks)
def test_moment_shows_its_own_time_unless_that_does_not_exist(day, clock):
    first, last = (moment(day, clock, BRUSSELS, last=last) for last in (False, True))
    assert dt.timedelta(0) <= last - first <= dt.timedelta(hours=1)
    shown = first.astimezone(BRUSSELS).time()
    assert shown == clock or (shown == dt.time(3) and dt.time(2) <= clock < dt.time(3))
