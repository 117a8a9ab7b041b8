"""How long somebody will wait: from recent talks, or not at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.estimates import ENOUGH, FAR, STEP, estimate, quantile

MINUTES = st.lists(st.floats(0, 300), max_size=40)
LENGTHS = [20.0, 30.0, 40.0, 50.0, 60.0]
WAITS = [1.0, 2.0, 3.0, 4.0, 9.0]


@pytest.mark.parametrize(
    ("ahead", "slots", "busy", "told"),
    [
        (0, 1, 1, (30, 55)),
        (1, 1, 1, (60, None)),
        (0, 2, 2, (15, 30)),
        (3, 2, 2, (60, None)),
        (0, 3, 2, (0, 5)),
        (1, 3, 2, (10, 20)),
        (0, 0, 0, None),
        (0, 2, 5, (15, 30)),
    ],
)
def test_more_people_and_shorter_talks_make_it_shorter(ahead, slots, busy, told):
    assert estimate(ahead=ahead, slots=slots, busy=busy, lengths=LENGTHS, waits=WAITS) == told


@pytest.mark.parametrize(
    ("busy", "known"), [(1, {"lengths": LENGTHS[1:], "waits": WAITS}), (0, {"lengths": LENGTHS, "waits": WAITS[1:]})]
)
def test_with_too_few_talks_we_do_not_know(busy, known):
    assert estimate(ahead=0, slots=1, busy=busy, **known) is None


@given(st.integers(0, 50), st.integers(0, 50), st.integers(0, 50), MINUTES, MINUTES)
def test_what_is_told_is_a_whole_span_or_nothing(ahead, slots, busy, lengths, waits):
    told = estimate(ahead=ahead, slots=slots, busy=busy, lengths=lengths, waits=waits)
    if told is None:
        return
    low, high = told
    assert slots > 0
    assert low % STEP == 0
    assert (low > 0) if high is None else (low < high <= FAR and high % STEP == 0)


@given(st.integers(0, 20), st.lists(st.floats(1, 120), min_size=ENOUGH, max_size=20))
def test_who_is_further_back_is_never_told_less(ahead, lengths):
    one, other = (estimate(ahead=place, slots=2, busy=2, lengths=lengths, waits=[]) for place in (ahead, ahead + 1))
    if one and other:
        assert one[0] <= other[0]


@given(st.lists(st.floats(0, 100), min_size=1), st.floats(0, 1))
def test_quantile_lies_among_the_values(values, part):
    assert min(values) <= quantile(values, part) <= max(values)
