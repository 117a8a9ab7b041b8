"""How much a visitor's telephone has to load."""

import gzip
from pathlib import Path

from chat.strings import visitor

STATIC = Path(visitor.__file__).parent.parent / "static" / "chat"
STYLES = ["tokens.css", "base.css", "talk.css", "visitor.css"]
PARTS = ["words.js", "wire.js", "outbox.js", "chat-log.js", "chat-composer.js"]


def weight(file: Path) -> int:
    return len(gzip.compress(file.read_bytes(), 9))


def test_launcher_weighs_at_most_6_kb() -> None:
    assert 0 < weight(STATIC / "embed.js") <= 6 * 1024


def test_visitors_page_weighs_at_most_45_kb() -> None:
    files = [STATIC / name for name in STYLES + PARTS] + sorted(STATIC.glob("visitor*.js"))
    assert 0 < sum(weight(file) for file in files) <= 45 * 1024


def test_no_script_or_style_names_another_origin() -> None:
    """No third party, ever: the only addresses are relative, or made from our own origin."""
    named = {
        file.name: line.strip()
        for file in [*STATIC.glob("*.js"), *STATIC.glob("*.css")]
        for line in file.read_text().splitlines()
        if ("http:" in line or "https:" in line) and not line.lstrip().startswith(("*", "//", "/*"))
    }
    assert named == {}
