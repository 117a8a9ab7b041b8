"""The word and the code to come back with: read by people, typed by people, guessed by nobody."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat import rejoin

KEYS = st.binary(min_size=32, max_size=32)


def test_alphabet_has_no_look_alikes_and_enough_bits():
    assert len(set(rejoin.ALPHABET)) == len(rejoin.ALPHABET)
    assert not set("0O1ILZSBU") & set(rejoin.ALPHABET)
    assert math.log2(len(rejoin.ALPHABET)) * rejoin.LENGTH >= 38


@given(KEYS)
def test_code_has_two_groups_of_four_and_stays_the_same(key):
    first, second = rejoin.ticket(key, "Robin"), rejoin.ticket(key, None)
    assert [len(group) for group in first.code.split("-")] == [4, 4]
    assert set(first.code) <= {*rejoin.ALPHABET, "-"}
    assert first.code == second.code
    assert (first.name, second.name in rejoin.WORDS) == ("Robin", True)


@given(st.lists(KEYS, min_size=2, max_size=50, unique=True))
def test_other_keys_give_other_codes(keys):
    assert len({rejoin.ticket(key, None).code for key in keys}) == len(keys)


@pytest.mark.parametrize("nothing", [None, "", "  ", "\u200b\u2060"])
def test_who_gives_no_name_gets_a_word(nothing):
    assert rejoin.ticket(bytes(32), nothing).name in rejoin.WORDS


@pytest.mark.parametrize("typed", ["k7pd3xwm", " K7PD 3XWM ", "k7pd - 3xwm", "K7PD–3XWM"])
def test_code_may_be_typed_in_any_way(typed):
    assert rejoin.plain_code(typed) == rejoin.plain_code("K7PD-3XWM")


def test_look_alikes_are_read_as_what_was_shown():
    assert rejoin.plain_code("bszu") == "852V"


@pytest.mark.parametrize("typed", ["zoë", "ZOE", " Zo e\u0308 ", "Zoë\u200b"])
def test_name_may_be_typed_in_any_way(typed):
    assert rejoin.plain_name(typed) == rejoin.plain_name("Zoë")


@given(st.text(max_size=80), st.text(max_size=40))
def test_any_text_is_taken(name, code):
    assert rejoin.proof(1, name, code).startswith("1\n")


@given(st.text(max_size=20), st.text(max_size=20))
def test_no_sign_of_a_name_moves_into_the_code(name, code):
    assert len(rejoin.proof(1, name, code).split("\n")) == 3
