import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helplines.availability import Availability, availability
from helplines.hours import Opening

MONDAY = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
OPEN = Opening(True, None, None, None)


@pytest.mark.promise("A03", "A04")
@pytest.mark.parametrize(
    ("present", "room", "waiting", "queue", "expected"),
    [
        (1, 1, 0, False, ("open", None, True)),
        (2, 3, 2, False, ("open", None, True)),
        (1, 1, 1, False, ("busy", None, False)),
        (1, 0, 0, False, ("busy", None, False)),
        (1, 0, 0, True, ("busy", None, True)),
        (1, 0, 2, True, ("busy", None, True)),
        (1, 0, 3, True, ("busy", None, False)),
        (1, 1, 3, True, ("busy", None, True)),
        (1, 1, 4, True, ("busy", None, False)),
        (0, 0, 0, False, ("closed", "nobody", False)),
        (0, 0, 0, True, ("closed", "nobody", False)),
    ],
)
def test_state_within_opening_hours(present, room, waiting, queue, expected):
    assert availability(OPEN, present, room, waiting, queue, 3) == Availability(*expected, None)


@pytest.mark.promise("A06")
@pytest.mark.parametrize(
    ("reason", "told"),
    [("hours", "hours"), ("holiday", "holiday"), ("exceptional", "exceptional"), ("planned", "hours")],
)
def test_state_outside_opening_hours_tells_why_and_when_again(reason, told):
    shut = Opening(False, reason, None, MONDAY)
    assert availability(shut, 2, 2, 0, True, 10) == Availability("closed", told, False, MONDAY)


numbers = st.integers(0, 20)
openings = st.sampled_from([OPEN, Opening(False, "hours", None, MONDAY), Opening(False, "planned", None, None)])


@pytest.mark.promise("A04", "A05")
@given(openings, numbers, numbers, numbers, st.booleans(), st.integers(1, 20))
def test_start_is_possible_only_with_somebody_there_and_room_or_a_queue(opening, present, room, waiting, queue, length):
    found = availability(opening, present, room, waiting, queue, length)
    assert found.state in {"open", "busy", "paused", "closed"}
    assert (found.state == "open") == (opening.is_open and present > 0 and room > waiting)
    assert (found.reason is None) == (found.state != "closed")
    if found.can_start and not queue:
        assert found.state == "open"
    if found.state == "closed":
        assert not found.can_start


def test_a_break_of_everybody_pauses_the_line():
    assert availability(OPEN, 0, 0, 0, True, 10, pausing=1) == Availability("paused", None, False, None)
    assert availability(OPEN, 1, 1, 0, True, 10, pausing=1).state == "open"
    assert availability(OPEN, 0, 0, 0, True, 10).state == "closed"
