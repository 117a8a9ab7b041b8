"""The Dutch catalogue says everything that the source says: nothing is missing, guessed, left over or garbled."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import polib
import pytest

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = Path("locale/nl/LC_MESSAGES/django.po")
SOURCES = ("chat", "complaints", "config", "helplines", "privacy", "registration", "templates", "locale")
# The three ways in which a source string names a value: gettext's own, the browser's, and that of an organisation's text.
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|\{\{ .+? \}\}|\{\w+\}|\[\]|<[^>]+>")


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program without its compiled files, so that gathering strings leaves the committed catalogue alone."""
    if shutil.which("xgettext") is None:
        if os.environ.get("CI") == "true":
            pytest.fail("With CI=true the gettext tools must be there (apt install gettext).")
        pytest.skip("the catalogue is not compared with the source: xgettext was not found (apt install gettext)")
    target = tmp_path_factory.mktemp("source")
    for name in SOURCES:
        shutil.copytree(ROOT / name, target / name, ignore=shutil.ignore_patterns("__pycache__", "*.mo"))
    shutil.copy(ROOT / "manage.py", target)
    return target


def problems(copy: Path) -> dict[str, list[str]]:
    """What a fresh gathering of strings finds wrong with the catalogue of this copy."""
    committed = polib.pofile(str(copy / CATALOGUE))
    guessed = [entry.msgid for entry in committed if entry.fuzzy and not entry.obsolete]
    obsolete = [entry.msgid for entry in committed.obsolete_entries()]
    subprocess.run(
        [sys.executable, "manage.py", "makemessages", "-l", "nl", "--no-location"], cwd=copy, check=True, timeout=120
    )
    fresh = polib.pofile(str(copy / CATALOGUE))
    committed_ids = {key(entry) for entry in committed if not entry.obsolete}
    fresh_ids = {key(entry) for entry in fresh if not entry.obsolete}
    without = {key(entry) for entry in committed if not entry.obsolete and not is_said(entry)}
    return {
        "missing": sorted((fresh_ids - committed_ids) | without),
        "guessed": sorted(guessed),
        "left over": sorted({*obsolete, *(committed_ids - fresh_ids)}),
    }


def key(entry: polib.POEntry) -> str:
    return "|".join([entry.msgctxt or "", entry.msgid, entry.msgid_plural]).strip("|")


def is_said(entry: polib.POEntry) -> bool:
    return all(form.strip() for form in forms(entry))


def forms(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) or [entry.msgstr]


def placeholders(text: str) -> set[str]:
    return set(PLACEHOLDER.findall(text))


def garbled(catalogue: polib.POFile) -> list[str]:
    """The strings of which the Dutch does not name the same values, or holds other HTML."""
    return [
        entry.msgid
        for entry in catalogue
        if not entry.obsolete
        and any(placeholders(form) != placeholders(entry.msgid_plural or entry.msgid) for form in forms(entry))
    ]


def test_every_string_of_the_source_has_its_dutch(copy: Path) -> None:
    shutil.copy(ROOT / CATALOGUE, copy / CATALOGUE)

    assert problems(copy) == {"missing": [], "guessed": [], "left over": []}


def test_a_spoiled_catalogue_is_noticed(copy: Path) -> None:
    catalogue = polib.pofile(str(ROOT / CATALOGUE))
    entries = {entry.msgid: entry for entry in catalogue}
    catalogue.remove(entries["Keep waiting"])
    entries["Stop waiting"].msgstr = ""
    entries["Stop waiting?"].flags.append("fuzzy")
    catalogue.append(polib.POEntry(msgid="Nobody says this anywhere", msgstr="Niemand zegt dit ergens"))
    catalogue.save(str(copy / CATALOGUE))

    assert problems(copy) == {
        "missing": ["Keep waiting", "Stop waiting"],
        "guessed": ["Stop waiting?"],
        "left over": ["Nobody says this anywhere"],
    }


def test_the_dutch_names_the_same_values() -> None:
    assert garbled(polib.pofile(str(ROOT / CATALOGUE))) == []


@pytest.mark.parametrize("dutch", ["Je gesprek", "Je gesprek met {naam}", "Je <b>gesprek</b> met {name}"])
def test_another_value_is_noticed(dutch: str) -> None:
    catalogue = polib.POFile()
    catalogue.append(polib.POEntry(msgid="Your talk with {name}", msgstr=dutch))

    assert garbled(catalogue) == ["Your talk with {name}"]


def test_the_catalogue_says_what_it_is() -> None:
    metadata = polib.pofile(str(ROOT / CATALOGUE)).metadata

    assert metadata["Project-Id-Version"] == "Toeverlaat"
    assert metadata["Language"] == "nl"
    assert metadata["Plural-Forms"] == "nplurals=2; plural=(n != 1);"
