"""What of a talk stands in a question to colleagues: a rule without a database (C09)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.quotes import Said, carried_over, plain

TALK = Said(
    nickname="Robin",
    answers=("12 tot 17", "ja", "Mijn vader drinkt elke avond en dan slaat hij"),
    codes=("kQ3_v9xTq0aB1cD2eF3gH4", "7K4M-Q2RX"),
    texts=(
        "Hij zegt dat ik nergens goed voor ben en dat niemand mij gelooft",
        "ik slaap bij Lotte",
        "Ok",
        "Donaudampfschifffahrtsgesellschaft",
    ),
)

pytestmark = pytest.mark.promise("C09")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Wat doe ik met Robin?", ["nickname"]),
        ("Robins moeder weet het niet", ["nickname"]),
        ("Robin's moeder", ["nickname"]),
        ("RÓBIN vraagt iets", ["nickname"]),
        ("Ro\u200bbin vraagt iets", ["nickname"]),
        ("Iemand van 12 tot 17 jaar", ["answer"]),
        ("Iemand van 12-tot-17", ["answer"]),
        ("code 7k4m q2rx", ["code"]),
        ("code 7K4MQ2RX", ["code"]),
        ("gesprek kQ3_v9xTq0aB1cD2eF3gH4", ["code"]),
        ("Ze zegt: 'dat ik nergens goed voor' ben", ["quote"]),
        ("nergens, goed VOOR ben; en dat", ["quote"]),
        ("Het gaat om Donaudampfschifffahrtsgesellschaften", ["quote"]),
        ("d a t i k n e r g e n s g o e d v o o r b e n e n", ["quote"]),
        ("vader drinkt elke avond en", ["quote"]),
        ("ze schrijft\nik slaap bij Lotte\nen nu?", ["quote"]),
        ("Robin: ik slaap bij Lotte", ["nickname"]),
    ],
)
def test_what_comes_from_the_talk_is_found(text, found):
    assert carried_over(text, TALK) == found


@pytest.mark.parametrize(
    "text",
    [
        "Hoe praat ik met iemand die thuis geweld meemaakt?",
        "Ja of nee: mag ik naar de politie verwijzen?",
        "Roberto zegt iets",
        "Iemand slaapt niet meer thuis. Waar kan die terecht?",
        "Ok",
        "goed voor ben en",
    ],
)
def test_question_in_own_words_passes(text):
    assert carried_over(text, TALK) == []


def test_common_word_as_a_nickname_counts_only_by_itself():
    assert carried_over("wat doe je met iemand", Said(nickname="niet ik")) == []
    assert carried_over("hij noemt zich niet ik", Said(nickname="niet ik")) == ["nickname"]
    assert carried_over("Jo vraagt iets", Said(nickname="Jo")) == ["nickname"]
    assert carried_over("wie is a", Said(nickname="a")) == []


def test_nothing_known_finds_nothing():
    assert carried_over("Wat doe ik?", Said()) == []


@given(st.text(max_size=60), st.text(max_size=60), st.text(min_size=1, max_size=80))
def test_text_with_a_whole_message_of_five_words_in_it_is_a_quote(before, after, message):
    if len(plain(message)) >= 5:
        assert "quote" in carried_over(f"{before} {message} {after}", Said(texts=(message,)))


@given(st.text("ab ", max_size=60), st.text("ab ", max_size=60), st.text("ab", min_size=25, max_size=40))
def test_run_of_25_letters_is_found_wherever_it_begins(before, after, run):
    assert "quote" in carried_over(f"x{run}y", Said(texts=(f"{before}{run}{after}",)))


def test_run_of_24_letters_is_not_found():
    letters = "abcdefghijklmnopqrstuvwx"
    assert carried_over(f"zz{letters}zz", Said(texts=(f"yy{letters}yy",))) == []
