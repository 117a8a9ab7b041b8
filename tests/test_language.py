"""Visitors read plain Dutch (B1): short sentences, common words, nobody shouted at and nobody blamed."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polib
import pytest
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = ROOT / "locale/nl/LC_MESSAGES/django.po"
VISITOR_MODULES = (
    "chat/strings/visitor.py",
    "chat/strings/shared.py",
    "chat/strings/safety.py",
    "chat/strings/check.py",
)
# What a visitor reads on the pages of the chat; the desk is for staff, yet its people are tired too.
TEMPLATES = "templates/chat/**/*.html"
DEMO = sorted((ROOT / "config/demo/organisations").glob("*.toml"))

LONGEST = 20
TARGET = 15
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


def python_strings(path: Path) -> set[str]:
    """What stands between `_(` and `)`."""
    calls = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
    named = [call for call in calls if isinstance(call.func, ast.Name) and call.func.id == "_"]
    return {str(ast.literal_eval(call.args[0])) for call in named}


def template_strings(path: Path) -> set[str]:
    """What stands in the tags for translation, as Django itself gathers it."""
    code = templatize(path.read_text(), origin=str(path))
    found = re.findall(r"""(?:_|gettext)\(u?("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')\)""", code)
    return {str(ast.literal_eval(literal)) for literal in found}


def visitor_strings() -> set[str]:
    modules = [python_strings(ROOT / name) for name in VISITOR_MODULES]
    templates = [template_strings(path) for path in sorted(ROOT.glob(TEMPLATES))]
    return set().union(*modules, *templates)


def dutch_in(value: Any) -> Iterator[str]:
    """Every text under a key `nl`, however deep."""
    if isinstance(value, dict):
        for name, part in value.items():
            if name == "nl" and isinstance(part, str):
                yield part
            else:
                yield from dutch_in(part)
    elif isinstance(value, list):
        for part in value:
            yield from dutch_in(part)


def sentences(text: str) -> list[str]:
    plain = PLACEHOLDER.sub(" ", text)
    return [sentence.strip() for sentence in SENTENCE_END.split(plain) if sentence.strip()]


def words(text: str) -> list[str]:
    return WORD.findall(PLACEHOLDER.sub(" ", text))


def complaints(text: str) -> list[str]:
    """What makes this text harder or harsher than it has to be."""
    long = [f"{len(words(part))} words: {part}" for part in sentences(text) if len(words(part)) > LONGEST]
    loud = [f"exclamation mark: {part}" for part in text.splitlines() if "!" in part]
    hard = [f"{word}: {part}" for part in sentences(text) for word in words(part) if word.lower() in FORBIDDEN]
    return [*long, *loud, *hard]


def test_visitors_read_plain_dutch() -> None:
    dutch = catalogue()
    strings = visitor_strings()

    assert len(strings) > 100
    assert [problem for text in sorted(strings) for problem in complaints(dutch[text])] == []


def test_few_sentences_for_visitors_pass_the_target() -> None:
    dutch = catalogue()
    lengths = [len(words(part)) for text in visitor_strings() for part in sentences(dutch[text])]

    assert len([length for length in lengths if length > TARGET]) <= len(lengths) // 20


def test_nobody_is_called_u_by_the_program() -> None:
    formal = {"u", "uw", "uzelf"}

    assert [text for text in catalogue().values() if formal & {word.lower() for word in words(text)}] == []


def test_no_english_is_left_in_the_dutch() -> None:
    english = frozenset(ENGLISH.split())

    assert [text for text in catalogue().values() if english & {word.lower() for word in words(text)}] == []


def test_nobody_is_shouted_at() -> None:
    assert [text for text in catalogue().values() if "!" in text] == []


@pytest.mark.parametrize("path", DEMO, ids=lambda path: path.stem)
def test_the_example_organisations_write_plain_dutch(path: Path) -> None:
    texts = list(dutch_in(tomllib.loads(path.read_text())))

    assert len(texts) > 10
    assert [problem for text in texts for problem in complaints(text)] == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Je bent de volgende. Laat deze pagina open.", 0),
        ("Gelieve te wachten.", 1),
        ("Welkom!", 1),
        ("Je token is ongeldig.", 2),
        (" ".join(["woord"] * 20) + ".", 0),
        (" ".join(["woord"] * 21) + ".", 1),
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
