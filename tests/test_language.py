"""Visitors read plain Dutch (B1): short sentences, common words, nobody shouted at and nobody blamed."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polib
import pytest

from tests.visitor_words import ROOT, said_to_visitors, template_strings

CATALOGUE = ROOT / "locale/nl/LC_MESSAGES/django.po"
DEMO = sorted((ROOT / "config/demo/organisations").glob("*.toml"))
SHIPPED = sorted((ROOT / "registration/shipped_forms").glob("*.toml"))

LONGEST = 15
SENTENCE_END = re.compile(r"(?<=[.?:;!])\s+|\n+")
WORD = re.compile(r"[^\W_]+(?:['’.@-][^\W_]+)*")
PLACEHOLDER = re.compile(r"\{\{.*?\}\}|%\(\w+\)[a-z]|\{\w+\}|<[^>]+>")
# Stiff or legal words, trade words, English where Dutch has a common word, and words that put blame.
HARD = """
    aangaande alsmede alvorens betreffende bovengenoemd conform derhalve desbetreffende desgewenst desondanks dient
    dienaangaande echter eveneens evenals gelieve hetgeen hieromtrent ingevolge inzake indien jegens krachtens middels
    mits nadien navolgende nochtans omtrent onderhavige onverwijld reeds slechts teneinde tevens thans uiterlijk vermits
    voornoemd vooraleer wegens zodoende zulks
    authenticatie applicatie cache client configuratie database device domein hulpvraag hulpverleningstraject
    implementatie intake interface module moderator operator problematiek protocol resetten server sessie socket systeem
    timeout token traject triage websocket
    fout foutief schuld ongeldig verboden verkeerd verplicht
"""
ENGLISH = """
    agreement availability available away branch busy call cancel closed counsellor counselor desk disclaimer dashboard
    email error feedback helpdesk invalid line loading login logout offline online password please policy present promise
    queue refresh reload request role save skip staff submit support talk tab ticket tool update user visitor warning
    welcome and are have not that the there this what when with you your
"""
FORBIDDEN = frozenset(HARD.split()) | frozenset(ENGLISH.split())


def catalogue() -> dict[str, str]:
    return {entry.msgid: entry.msgstr for entry in polib.pofile(str(CATALOGUE)) if not entry.obsolete}


def visitor_strings() -> set[str]:
    """What visitors read, and all pages of the chat: the desk is for staff, yet its people are tired too."""
    return said_to_visitors().union(*(template_strings(path) for path in ROOT.glob("templates/chat/**/*.html")))


def texts_in(value: Any, language: str) -> Iterator[str]:
    """Every text under the key of a language, however deep."""
    if isinstance(value, dict):
        for name, part in value.items():
            if name == language and isinstance(part, str):
                yield part
            else:
                yield from texts_in(part, language)
    elif isinstance(value, list):
        for part in value:
            yield from texts_in(part, language)


def sentences(text: str) -> list[str]:
    plain = PLACEHOLDER.sub(" ", text)
    return [sentence.strip() for sentence in SENTENCE_END.split(plain) if sentence.strip()]


def words(text: str) -> list[str]:
    return WORD.findall(PLACEHOLDER.sub(" ", text))


def too_long(text: str) -> list[str]:
    return [f"{len(words(part))} words: {part}" for part in sentences(text) if len(words(part)) > LONGEST]


def complaints(text: str) -> list[str]:
    """What makes this text harder or harsher than it has to be."""
    loud = [f"exclamation mark: {part}" for part in text.splitlines() if "!" in part]
    hard = [f"{word}: {part}" for part in sentences(text) for word in words(part) if word.lower() in FORBIDDEN]
    return [*too_long(text), *loud, *hard]


def test_visitors_read_plain_dutch() -> None:
    dutch = catalogue()
    strings = visitor_strings()

    assert len(strings) > 400
    assert [problem for text in sorted(strings) for problem in complaints(dutch[text])] == []


def test_visitors_read_short_english() -> None:
    assert [problem for text in sorted(visitor_strings()) for problem in too_long(text)] == []


def test_nobody_is_called_u_by_the_program() -> None:
    """Unless an organisation chose so: tests/test_voices.py. Between quotes the word speaks to nobody."""
    formal = {"u", "uw", "uzelf"}
    said = [re.sub("“[^”]*”", " ", text) for text in catalogue().values()]

    assert [text for text in said if formal & {word.lower() for word in words(text)}] == []


def test_no_english_is_left_in_the_dutch() -> None:
    english = frozenset(ENGLISH.split())

    assert [text for text in catalogue().values() if english & {word.lower() for word in words(text)}] == []


def test_nobody_is_shouted_at() -> None:
    assert [text for text in catalogue().values() if "!" in text] == []


@pytest.mark.parametrize("path", [*DEMO, *SHIPPED], ids=lambda path: path.stem)
def test_the_example_organisations_and_shipped_forms_write_plain_dutch(path: Path) -> None:
    texts = list(texts_in(tomllib.loads(path.read_text()), "nl"))

    assert len(texts) > 10
    assert [problem for text in texts for problem in complaints(text)] == []


@pytest.mark.parametrize("path", [*DEMO, *SHIPPED], ids=lambda path: path.stem)
def test_the_example_organisations_and_shipped_forms_write_short_english(path: Path) -> None:
    texts = list(texts_in(tomllib.loads(path.read_text()), "en"))

    assert len(texts) > 10
    assert [problem for text in texts for problem in too_long(text)] == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Je bent de volgende. Laat deze pagina open.", 0),
        ("Gelieve te wachten.", 1),
        ("Welkom!", 1),
        ("Je token is ongeldig.", 2),
        (" ".join(["woord"] * 15) + ".", 0),
        (" ".join(["woord"] * 16) + ".", 1),
        ("Kom binnen %(minutes)s minuten terug, {{ line }} wacht {n} uur.", 0),
    ],
)
def test_what_is_hard_to_read_is_noticed(text: str, expected: int) -> None:
    assert len(complaints(text)) == expected


def test_a_template_is_read_as_django_gathers_it(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(
        "{% load i18n %}{% translate 'Go on' %}{% blocktranslate trimmed with a=b %}\n  Wait {{ a }}\n{% endblocktranslate %}"
    )

    assert template_strings(page) == {"Go on", "Wait %(a)s"}
