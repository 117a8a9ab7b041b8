"""Nobody stands alone."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from registration import crowd

ITEMS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 9)), max_size=80)
LEVELS = [lambda item: item, lambda item: item[0], lambda item: 0]


@given(items=ITEMS, least=st.integers(2, 12))
def test_everybody_placed_is_in_a_crowd_and_nobody_is_lost(items, least):
    numbered = list(enumerate(items))
    placed, left = crowd.crowds(numbered, [lambda one, look=look: look(one[1]) for look in LEVELS], least)
    crowds = Counter((level, LEVELS[level](item)) for (_number, item), level in placed)
    assert all(count >= least for count in crowds.values())
    assert sorted(number for number, _item in [*(one for one, _level in placed), *left]) == list(range(len(items)))
    assert len(left) < least


@given(items=ITEMS, least=st.integers(2, 12))
def test_what_is_alike_is_told_alike(items, least):
    """Of a talk that somebody knows exactly, one crowd alone can hold the registration: there is nothing to rule out."""
    placed, left = crowd.crowds(items, LEVELS, least)
    levels = {}
    for item, level in [*placed, *((one, -1) for one in left)]:
        assert levels.setdefault(item, level) == level


CELLS = st.dictionaries(st.tuples(*[st.sampled_from("abc")] * 3), st.integers(1, 9), max_size=20)


@given(counts=CELLS, least=st.integers(2, 10))
def test_no_kept_cell_is_small_but_what_remains_of_the_total(counts, least):
    goes = crowd.merged(counts, least, "~")
    kept = Counter()
    for cell, count in counts.items():
        kept[goes[cell]] += count
    assert set(goes) == set(counts)
    assert kept.total() == sum(counts.values())
    assert all(count >= least for cell, count in kept.items() if cell != ("~", "~", "~"))


def test_small_cell_loses_its_last_part_first():
    counts = {
        ("pay", "east", "12-17"): 6,
        ("pay", "east", "87-"): 2,
        ("pay", "east", "0-11"): 3,
        ("home", "west", "12-17"): 1,
    }
    assert crowd.merged(counts, 5, "~") == {
        ("pay", "east", "12-17"): ("pay", "east", "12-17"),
        ("pay", "east", "87-"): ("pay", "east", "~"),
        ("pay", "east", "0-11"): ("pay", "east", "~"),
        ("home", "west", "12-17"): ("~", "~", "~"),
    }
