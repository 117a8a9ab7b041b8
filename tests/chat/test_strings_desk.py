"""The desk's sentences and the modules that show them name the same keys."""

import re
from pathlib import Path

from chat.strings import desk, desk_hands, shared

STATIC = Path(__file__).resolve().parents[2] / "chat" / "static" / "chat"


def named_in(pattern: str, *globs: str) -> set[str]:
    """The keys that the modules take from a table by name."""
    texts = [path.read_text() for glob in globs for path in STATIC.glob(glob)]
    return {key for text in texts for key in re.findall(pattern, text)}


def test_desk_modules_use_every_sentence_and_no_other() -> None:
    shown_by_parts = set(shared.strings()) | {"system"}
    own = set(desk.strings()) - shown_by_parts
    assert own == named_in(r"\bstrings\.(\w+)", "desk*.js")


def test_shared_parts_find_their_sentences_on_the_desk() -> None:
    wanted = named_in(r"this\.words\.(\w+)", "chat-log.js", "chat-composer.js")
    assert wanted - set(desk.strings()) == set()


def test_no_key_of_the_desk_stands_in_two_tables() -> None:
    tables = [
        desk._strip(),
        desk._lists(),
        desk._talk(),
        desk._known(),
        desk._empty(),
        desk._problems(),
        desk_hands.hands(),
    ]
    keys = [key for table in tables for key in table]
    assert sorted(keys) == sorted(set(keys))
