"""The catalogue with "u": everything that speaks to a visitor stands in it, and nothing else."""

import re

import polib
from django.utils.translation import to_locale

from helplines import voices
from tests.test_language import CATALOGUE, catalogue, complaints, words
from tests.test_translations import garbled
from tests.visitor_words import ROOT, for_visitors, said_to_visitors

FORMAL = ROOT / "locale/nl_Formal/LC_MESSAGES/django.po"
JE = frozenset({"je", "jij", "jou", "jouw", "jouwe", "jezelf", "jullie"})
U = frozenset({"u", "uw", "uzelf"})


def formal() -> dict[str, str]:
    return {entry.msgid: entry.msgstr for entry in polib.pofile(str(FORMAL))}


def spoken(text: str) -> set[str]:
    return {word.lower() for word in words(text)}


def test_what_visitors_read_with_je_has_a_twin_with_u() -> None:
    dutch, strings = catalogue(), said_to_visitors()
    informal = {text for text in strings if JE & spoken(dutch[text])}

    assert len(informal) > 80
    assert {"without a twin": sorted(informal - set(formal())), "for nothing": sorted(set(formal()) - informal)} == {
        "without a twin": [],
        "for nothing": [],
    }


def test_a_twin_says_u_and_not_je() -> None:
    assert [text for text in formal().values() if JE & spoken(text) or not U & spoken(text)] == []


def test_twins_are_as_plain_and_name_the_same_values() -> None:
    assert [problem for text in formal().values() for problem in complaints(text)] == []
    assert garbled(polib.pofile(str(FORMAL))) == []
    assert polib.pofile(str(FORMAL)).metadata == {
        **polib.pofile(str(CATALOGUE)).metadata,
        "Language-Team": "Nederlands, u-vorm",
    }


def test_every_formal_voice_has_its_catalogue() -> None:
    there = {path.name for path in (ROOT / "locale").iterdir() if "_" in path.name}

    assert {to_locale(code) for code in voices.FORMAL.values()} == there


def test_pages_for_visitors_take_their_language_from_the_line() -> None:
    """`translation.override` knows nothing of a line; the empty page after a quick exit belongs to none."""
    found = [path for pattern in ("chat/**/*.py", "config/demo/*.py") for path in for_visitors(pattern)]
    free = {path.name for path in found if re.search(r"translation\.(override|activate)", path.read_text())}

    assert free == {"safety.py", "seed.py"}


def test_words_of_the_button_speak_to_nobody() -> None:
    scripts = [(ROOT / f"chat/static/chat/{name}.js").read_text() for name in ("launcher", "embed")]

    assert [(JE | U) & spoken(script) for script in scripts] == [set(), set()]
