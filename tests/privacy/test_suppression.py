"""Rounding together: close to the truth, always the same, and as likely after one contact more."""

import random
from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy import suppression
from privacy.suppression import Coins, publication, rounded, summed

KEY = b"k" * 32
cells = st.dictionaries(
    st.tuples(st.sampled_from("AB"), st.sampled_from("xyz"), st.sampled_from("123")), st.integers(0, 40), max_size=18
)
bases = st.sampled_from([5, 10, 12])


def coins(number=0):
    return Coins(KEY, str(number))


@given(cells, bases, st.integers(0, 99))
def test_every_cell_place_and_the_whole_is_a_multiple_near_the_truth(counts, base, number):
    found = rounded(counts, base, coins(number))
    assert [count % base for count in found.values()] == [0] * len(counts)
    for margin in ((0, 1, 2), (0,), ()):
        true, told = summed(counts, margin), summed(found, margin)
        assert max((abs(true[cell] - told[cell]) for cell in true), default=0) < base


@given(cells, bases)
def test_what_is_a_multiple_already_stays(counts, base):
    multiples = {cell: base * count for cell, count in counts.items()}
    assert rounded(multiples, base, coins()) == multiples


@pytest.mark.promise("G06")
def test_same_question_has_the_same_answer_ten_thousand_times():
    """Goal L4: asking again and again, and taking the mean, tells nothing."""
    counts = {("A", "x"): 3, ("A", "y"): 9, ("B", "x"): 1, ("B", "z"): 17}
    first = rounded(counts, 5, coins())
    assert first != counts
    assert {tuple(rounded(counts, 5, coins()).items()) for _time in range(10_000)} == {tuple(first.items())}


def test_other_key_or_words_answer_otherwise():
    counts = {("A", letter): 3 for letter in "abcdefghijklmnop"}
    answers = [
        tuple(rounded(counts, 5, Coins(key, *about)).values())
        for key, about in ((KEY, ("2026-03",)), (KEY, ("2026-04",)), (b"o" * 32, ("2026-03",)), (KEY, ("2026", "03")))
    ]
    assert len(set(answers)) == 4


def test_rounding_is_right_on_average():
    counts = {("A", "x", "1"): 1, ("A", "x", "2"): 4, ("A", "y", "1"): 7, ("B", "y", "2"): 12, ("B", "z", "2"): 3}
    found = [rounded(counts, 5, coins(number)) for number in range(2000)]
    for cell, count in counts.items():
        # The mean of 2000 has a spread of 0.06 at most.
        assert abs(fmean(one[cell] for one in found) - count) < 0.25


@given(cells, bases, st.data())
def test_one_publication_can_come_from_k_data_that_differ_in_one_cell(counts, base, data):
    """What the proof in the module says, done: for each t some key leads from D + t, and from D - t, to the same R."""
    exact = {cell: base * (count % 3) for cell, count in counts.items()}
    if not exact:
        return
    cell, by = data.draw(st.sampled_from(sorted(exact))), data.draw(st.integers(1, base - 1))
    for sign in (1, -1) if exact[cell] else (1,):
        other = {**exact, cell: exact[cell] + sign * by}
        assert any(rounded(other, base, coins(number)) == exact for number in range(400))


def test_what_goes_outside_can_come_from_ten_data():
    """It is rounded from what is published inside, to a base that is a multiple of that."""
    inside = [rounded({("A", "x"): count}, 5, coins(number)) for count in range(10) for number in range(20)]
    outside = {
        count: {
            rounded(one, 10, Coins(KEY, "outside", str(number)))["A", "x"]
            for number, one in enumerate(inside[20 * count : 20 * count + 20])
        }
        for count in range(10)
    }
    assert all(0 in found for found in outside.values())


def test_margins_stay_close_where_many_small_cells_are_added_up():
    rng = random.Random(3)
    counts: dict[tuple[str, ...], int] = {}
    for _contact in range(600):
        cell = (rng.choice("AB"), rng.choice("abcdefgh"), rng.choice("12345"), rng.choice("xyz"))
        counts[cell] = counts.get(cell, 0) + 1
    found = rounded(counts, 10, coins())
    for margin in ((1,), (2,), (3,), (0, 1), (0, 2)):
        true, told = summed(counts, margin), summed(found, margin)
        # Each cell rounded for itself is off by thirty and more.
        assert max(abs(true[cell] - told[cell]) for cell in true) <= 25


def test_tables_of_one_publication_have_the_same_totals():
    tables = {
        "kinds": {("A", "x"): 13, ("A", "y"): 4, ("B", "x"): 8},
        "lengths": {("A", "15"): 2, ("A", "30"): 15, ("B", "15"): 3, ("B", "30"): 5},
    }
    for number in range(50):
        found = publication(tables, 5, coins(number))
        assert summed(found["kinds"], (0,)) == summed(found["lengths"], (0,))
        assert all(abs(found[name][cell] - tables[name][cell]) < 5 for name in tables for cell in tables[name])
    with pytest.raises(ValueError, match="lengths"):
        publication({**tables, "lengths": {("A", "15"): 17}}, 5, coins())


def test_places_that_have_nothing_to_do_with_each_other_are_rounded_apart():
    """Somebody may have answered both questions: their figures must not be set off against each other."""
    table = {"answers": {("first", "yes"): 4, ("second", "yes"): 4}}
    found = {tuple(publication(table, 5, coins(number), together=False)["answers"].values()) for number in range(200)}
    assert found == {(0, 0), (0, 5), (5, 0), (5, 5)}
    together = {tuple(publication(table, 5, coins(number))["answers"].values()) for number in range(200)}
    assert (0, 0) not in together


def test_many_loose_cells_are_settled_too(monkeypatch):
    monkeypatch.setattr(suppression, "MANY", 10)
    counts = {("A", letter, digit): 3 for letter in "abcdef" for digit in "123"}
    found = rounded(counts, 5, coins())
    assert abs(sum(found.values()) - 54) < 5
    assert set(found.values()) == {0, 5}
