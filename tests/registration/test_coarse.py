"""What a registration tells of the time and the length of a talk."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registration import coarse
from registration.coarse import LEVELS, Level, Told

BRUSSELS = ZoneInfo("Europe/Brussels")


@pytest.mark.parametrize(
    ("minutes", "step", "told"),
    [(0, 5, 0), (2, 5, 0), (3, 5, 5), (22, 15, 15), (23, 15, 30), (400, 5, 120), (-4, 5, 0)],
)
def test_length_is_rounded_and_a_very_long_talk_is_told_as_a_long_one(minutes, step, told):
    assert coarse.rounded(minutes, step) == told


def test_month_and_moment_are_those_of_the_organisation():
    late = datetime(2026, 2, 28, 23, 30, tzinfo=UTC)  # half past midnight in March, in Brussels
    assert coarse.month_of(late, BRUSSELS) == date(2026, 3, 1)
    assert (coarse.moment_of(late, BRUSSELS, "hour"), coarse.moment_of(late, BRUSSELS, "part")) == ("h00", "night")


@pytest.mark.parametrize(
    ("hour", "part"), [(5, "night"), (6, "morning"), (12, "afternoon"), (18, "evening"), (23, "evening")]
)
def test_hour_has_its_part_of_the_day(hour, part):
    assert coarse.part_of(hour) == part


@pytest.mark.parametrize("exactness", LEVELS)
@given(minutes=st.integers(0, 300), hour=st.integers(0, 23))
def test_each_level_tells_no_more_than_the_one_before(exactness, minutes, hour):
    """What looks alike goes on looking alike, so that a crowd only grows."""
    code = coarse.as_told(coarse.hour_code(hour), exactness)
    tellings = [level.of(Told(code, coarse.rounded(minutes, 5))) for level in LEVELS[exactness]]
    assert tellings[-1] == Told("", None)
    known = [(telling.moment != "", telling.minutes is not None) for telling in tellings]
    assert known == sorted(known, reverse=True)


def test_level_leaves_out_what_it_does_not_tell():
    assert Level(None, 30).of(Told("h13", 40)) == Told("", 30)
    assert Level("part", None).of(Told("h13", 40)) == Told("afternoon", None)
    assert Level("hour", 5).of(Told("h13", None)) == Told("h13", None)
