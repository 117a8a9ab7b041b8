"""What is drawn of a table: no bar tells more than the figure beside it, and hidden ones all look alike (L2)."""

from dataclasses import replace

import pytest

from registration.documents import Row
from registration.pictures import LEAST_PART, MOST_BARS, MOST_PICTURES, ROOM, WIDE, WORDS, pictures
from tests.registration.sheets import CONTACTS, HIDDEN, OUTCOMES, row


def bars(sheet, threshold=10):
    return [
        (bar.label, bar.value, round(bar.part, 3), bar.hidden)
        for picture in pictures(sheet, threshold, "hidden")
        for bar in picture.bars
    ]


def test_bars_stand_in_the_order_of_the_table_without_its_total():
    assert bars(CONTACTS) == [
        ("januari 2026 · Chat", "120", 1, False),
        ("januari 2026 · Telefoon", "hidden", 0.083, True),
        ("februari 2026 · Chat", "60", 0.5, False),
        ("februari 2026 · Telefoon", "0", 0, False),
    ]


def test_of_several_columns_the_sum_is_drawn():
    [found] = pictures(OUTCOMES, 10, "hidden", "See the table.")
    assert (found.key, found.title, found.description) == ("outcomes-0", OUTCOMES.title, "See the table.")
    assert [bar.value for bar in found.bars] == ["40", "30"]


def test_course_is_the_total_of_each_column_but_the_sum():
    course, _groups = pictures(OUTCOMES, 10, "hidden", with_course=True)
    assert (course.key, course.title) == ("outcomes-course", "Alles samen")
    assert [(bar.label, bar.value, round(bar.part, 2)) for bar in course.bars] == [
        ("januari 2026", "60", 1),
        ("februari 2026", "10", 0.17),
    ]


def test_course_of_one_column_is_not_drawn():
    assert [picture.key for picture in pictures(CONTACTS, 10, "hidden", with_course=True)] == ["contacts-0"]


@pytest.mark.promise("G06")
@pytest.mark.parametrize("biggest", [0, 10, 5000])
def test_hidden_figures_have_one_bar_that_depends_on_nothing_hidden(biggest):
    rows = (row("a", "b", counts=(biggest,)), *(row("c", str(place), counts=(None,)) for place in range(5)))
    parts = {part for _label, _value, part, hidden in bars(replace(CONTACTS, rows=rows)) if hidden}
    assert parts == {round(max(LEAST_PART, 10 / max(10, biggest)), 3)}


def test_bar_of_a_few_is_seen_and_of_none_is_not():
    rows = (row("a", "b", counts=(100000,)), row("c", "d", counts=(10,)), row("e", "f", counts=(0,)))
    assert [part for _label, _value, part, _hidden in bars(replace(CONTACTS, rows=rows))] == [1, LEAST_PART, 0]


def test_many_rows_are_drawn_apart_by_their_first_label():
    rows = tuple(row(f"month {month}", f"line {line}") for month in range(3) for line in range(MOST_BARS - 10))
    found = pictures(replace(CONTACTS, rows=rows), 10, "hidden")
    assert [(picture.title, len(picture.bars), picture.left_out) for picture in found] == [
        (f"{CONTACTS.title} · month {month}", MOST_BARS - 10, 0) for month in range(3)
    ]
    assert found[0].bars[0].label == "line 0"


def test_what_is_too_much_to_see_is_left_to_the_table():
    rows = tuple(row(f"month {month}", f"line {line}") for month in range(30) for line in range(MOST_BARS + 3))
    found = pictures(replace(CONTACTS, rows=rows), 10, "hidden")
    assert len(found) == MOST_PICTURES
    assert [(len(picture.bars), picture.left_out) for picture in found] == [(MOST_BARS, 3)] * MOST_PICTURES


def test_long_words_are_cut_and_the_bar_stays_within_the_picture():
    rows = (Row(("woord " * 40, ""), (HIDDEN,)), row("a", "b", counts=(7,)))
    bar, other = pictures(replace(CONTACTS, rows=rows), 10, "hidden")[0].bars
    assert (bar.label[-6:], len(bar.label)) == ("d woo…", 46)
    assert [one.width + ROOM <= WIDE for one in (bar, other)] == [True, True]
    assert [one.bar_at - one.words_at for one in (bar, other)] == [WORDS, WORDS]


def test_nothing_is_drawn_of_an_empty_table():
    assert pictures(replace(CONTACTS, rows=()), 10, "hidden") == ()
