"""What every style sheet keeps to: no letters below 16 px, and no colour but by its name in the tokens."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
APPS = ("chat", "complaints", "config", "helplines", "privacy", "registration")
TOKENS = "chat/static/chat/tokens.css"
# Organisations' own websites in the demo: nothing of ours, with names of their own for their colours.
AN_OTHER_SITE = "config/static/demo/site.css"
LEAST = 16.0
# The button on somebody else's page brings its style along.
SHEETS = sorted(
    [
        *(sheet for app in APPS for sheet in (ROOT / app).glob("static/**/*.css")),
        ROOT / "chat/static/chat/launcher-face.js",
    ]
)
LENGTH = re.compile(r"(?<![\w.-])(\d*\.?\d+)(px|pt|rem|em|%|cqi|vw)(?![\w%])")
KEYWORD = re.compile(r"(?<![\w-])(?:xx-small|x-small|small|smaller)(?![\w-])")
PIXELS = {"px": 1, "pt": 96 / 72, "rem": 16, "em": 16, "%": 0.16}
COLOUR = re.compile(
    r"#[0-9a-f]{3,8}\b|\b(?:rgba?|hsla?|hwb|lab|lch|oklab|oklch|color)\(|(?<![\w-])(?:black|white|gr[ae]y|silver|red|maroon|"
    r"purple|fuchsia|green|lime|olive|yellow|navy|blue|teal|aqua|orange|pink|brown|gold|crimson|tomato|beige|ivory)(?![\w-])",
    re.IGNORECASE,
)


def rules(text: str) -> Iterator[tuple[str, str]]:
    """Each declaration of a sheet as its name and value, with what is printed left out."""
    text = re.sub(r"/\*.*?\*/", " ", text, flags=re.DOTALL)
    for found in re.finditer(r"(?<![\w-])(-{0,2}[a-z][\w-]*)\s*:\s*([^;{}]+)[;}]", text):
        yield found[1], found[2].strip()


def on_a_screen(text: str) -> str:
    """Without what only paper gets: there a point is a point, and 10.5 of them are a letter's usual size."""
    return re.sub(r"@media print \{(?:[^{}]|\{[^{}]*\})*\}", "", text)


def too_small(text: str) -> list[str]:
    found = []
    for name, value in rules(on_a_screen(text)):
        if name not in {"font-size", "font"} and not name.startswith("--text"):
            continue
        size = value.split("/")[0]
        if KEYWORD.search(size) or any(float(length) * PIXELS[unit] < LEAST for length, unit in sizes(size)):
            found.append(f"{name}: {value}")
    return found


def sizes(value: str) -> list[tuple[str, str]]:
    """Of `clamp()` the first counts: it is what is left on the narrowest screen."""
    found = [(length, unit) for length, unit in LENGTH.findall(value) if unit in PIXELS]
    return found[:1] if value.startswith("clamp(") else found


def colours(text: str, *, named_here: bool) -> list[str]:
    """Colours that stand somewhere else than behind a name; where names are given, they may."""
    return [
        f"{name}: {value}"
        for name, value in rules(text)
        if COLOUR.search(value) and not (named_here and name.startswith("--"))
    ]


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: str(sheet.relative_to(ROOT)))
def test_letters_are_sixteen_pixels_or_more(sheet: Path) -> None:
    assert too_small(sheet.read_text()) == [], "Make it quiet by its colour or weight, not by its size."


@pytest.mark.parametrize(
    "sheet", [one for one in SHEETS if one.suffix == ".css"], ids=lambda sheet: str(sheet.relative_to(ROOT))
)
def test_colours_stand_in_the_tokens(sheet: Path) -> None:
    here = str(sheet.relative_to(ROOT)) in {TOKENS, AN_OTHER_SITE}
    assert colours(sheet.read_text(), named_here=here) == [], f"Give it a name in {TOKENS}."


@pytest.mark.parametrize(
    "rule",
    [
        "font-size: 0.875rem", "font-size: 15px", "font: 14px/1.3 serif", "font-size: 11pt", "--text-small: .9rem",
        "font-size: 0.9em", "font-size: smaller", "font-size: clamp(12px, 5vw, 2rem)", "font-size: 95%",
    ],
)  # fmt: skip
def test_small_letters_are_known(rule: str) -> None:
    assert too_small(f".a {{ {rule}; }}") == [rule]


@pytest.mark.parametrize(
    "rule",
    ["font-size: 1rem", "font: 16px/1.3 serif", "font: var(--text)/0.5 serif", "font-size: 12pt", "line-height: 8px"],
)
def test_large_letters_are_known(rule: str) -> None:
    assert too_small(f".a {{ {rule}; }}") == []


def test_small_letters_may_be_printed_and_nothing_else_may() -> None:
    assert too_small("@media print { .a { font-size: 10pt; } .b { font-size: 9pt; } } .c { font-size: 8pt; }") == [
        "font-size: 8pt"
    ]


@pytest.mark.parametrize(
    "rule", ["color: #fff", "fill: black", "background: rgb(0 0 0 / 6%)", "border: 1px solid White", "--mine: #123456"]
)
def test_colours_are_known(rule: str) -> None:
    assert colours(f".a {{ {rule}; }}", named_here=False) == [rule]


@pytest.mark.parametrize("rule", ["white-space: pre", "color: CanvasText", "fill: var(--ink)", "color: currentcolor"])
def test_what_is_no_colour_of_its_own_is_known(rule: str) -> None:
    assert colours(f".a {{ {rule}; }}", named_here=False) == []
