"""What is taken out of a talk before colleagues read it (F10, G04)."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chat import striking
from helplines.personal_data import MASK, Known

KNOWN = Known.of(["help@example.org", "help@kade.be"], ["112"])
NAMES = striking.names_in("Robin K", ["16", "Ik voel me al weken zo alleen"], ["abc123def456ghi789jkl0"])
PERSONAL = [
    "robin@example.net", "0470 12 34 56", "+32 2 123 45 67", "BE71 0961 2345 6769", "93.05.18-223.61", "12/03/2009",
    "Kerkstraat 12", "9000 Gent", "robin", "ROBIN", "16", "abc123def456ghi789jkl0", "www.facebook.example.com/robin.k",
    "https://insta.example.org/x", "@robin_k09", "203.0.113.9", "2001:db8:0:0:0:0:0:9", "robink.be/me",
]  # fmt: skip


@pytest.mark.promise("F10")
@pytest.mark.parametrize("personal", PERSONAL)
@pytest.mark.parametrize("sentence", ["{}", "mail of bel {} als je wil", "het is {}.", "({})"])
def test_what_tells_who_somebody_is_goes_wherever_it_stands(personal, sentence):
    struck = striking.struck(sentence.format(personal), KNOWN, NAMES)
    assert personal.casefold() not in struck.casefold()
    assert MASK in struck


@pytest.mark.promise("F10")
@pytest.mark.parametrize(
    "personal", [one for one in PERSONAL if one not in {"12/03/2009", "Kerkstraat 12", "9000 Gent"}]
)
def test_what_is_certain_never_comes_back(personal):
    text = f"mail of bel {personal} als je wil"
    kept = {mark.text for mark in striking.marks(text, KNOWN, NAMES)}
    assert personal not in striking.struck(text, KNOWN, NAMES, kept)


@pytest.mark.promise("F10")
def test_what_is_only_taken_for_a_name_comes_back_where_the_counsellor_says_so():
    text = "ik woon in Tervuren bij Annelies"
    assert striking.struck(text, KNOWN, NAMES) == f"ik woon in {MASK} bij {MASK}"
    assert striking.doubtful([text], KNOWN, NAMES) == ["Tervuren", "Annelies"]
    assert striking.struck(text, KNOWN, NAMES, ["Tervuren"]) == f"ik woon in Tervuren bij {MASK}"


def test_what_is_the_organisations_own_stays_and_a_story_is_no_name():
    text = "ik voel me al weken zo alleen, mail help@example.org, help@kade.be of bel 112 om 10.30"
    assert striking.struck(text, KNOWN, NAMES) == text


@pytest.mark.promise("F10")
@pytest.mark.parametrize("written", ["Zoe", "ZOË", "zoë’s", "Zoes", "Ｚｏë", "Zo\u00ade", "Zoe\u0308"])
def test_name_of_the_visitor_goes_however_it_is_written(written):
    struck = striking.struck(f"dat zei {written} nog", KNOWN, ["Zoë"])
    assert struck.startswith(f"dat zei {MASK}")
    assert "o" not in struck.removeprefix("dat zei ").removesuffix(" nog").removesuffix("’s")


@given(st.text(max_size=200))
@example("\x1bA@00")
def test_struck_text_has_nothing_left_to_strike(text):
    once = striking.struck(text, KNOWN, NAMES)
    assert [mark.text for mark in striking.must_go(once, KNOWN, NAMES, ()) if MASK not in mark.text] == []
