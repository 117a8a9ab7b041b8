"""The visitor's scripts and their table of sentences name the same keys."""

import re
from pathlib import Path

import pytest

from chat.states import Why
from chat.strings import shared, visitor

STATIC = Path(visitor.__file__).parent.parent / "static" / "chat"
PAGE = sorted(STATIC.glob("visitor*.js"))
PARTS = [STATIC / "chat-log.js", STATIC / "chat-composer.js"]


def used(pattern: str, files: list[Path]) -> set[str]:
    return {key for file in files for key in re.findall(pattern, file.read_text())}


def test_scripts_are_found() -> None:
    assert {file.name for file in PAGE} >= {"visitor.js", "visitor-talk.js", "visitor-embedded.js"}


def test_parts_use_exactly_the_shared_keys() -> None:
    assert used(r"this\.words\??\.(\w+)", PARTS) - {"system"} == set(shared.strings())


def test_page_uses_exactly_the_keys_of_the_table() -> None:
    on_page = used(r"\bstrings\.(\w+)", PAGE)
    in_parts = used(r"this\.words\??\.(\w+)", PARTS)
    assert on_page | in_parts == set(visitor.strings())


def test_no_sentence_is_empty() -> None:
    flat = [
        text
        for entry in visitor.strings().values()
        for text in (entry.values() if isinstance(entry, dict) else [entry])
    ]
    assert [text for text in flat if not text.strip()] == []


@pytest.mark.promise("A03", "A06")
def test_every_state_and_reason_has_words() -> None:
    table = visitor.status()
    assert set(table["states"]) == {"open", "busy", "paused", "closed"}
    assert set(table["reasons"]) == {"hours", "holiday", "exceptional", "nobody"}


def test_every_reason_of_an_end_has_words() -> None:
    assert set(visitor.ending()["ended"]) == {str(why) for why in Why}
