"""The desk's page and the modules that fill it name the same parts."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = ROOT / "templates" / "chat"
PAGE = "\n".join(path.read_text() for path in [TEMPLATES / "desk.html", *sorted(TEMPLATES.glob("parts/desk_*.html"))])
MODULES = "\n".join(path.read_text() for path in sorted((ROOT / "chat" / "static" / "chat").glob("desk*.js")))


def test_every_part_that_a_module_fills_stands_in_the_page_once() -> None:
    wanted = set(re.findall(r"\bpart\(\"([\w-]+)\"\)", MODULES))
    found = re.findall(r"\bid=\"([\w-]+)\"", PAGE)
    assert sorted(wanted - set(found)) == []
    assert len(found) == len(set(found))


def test_presence_buttons_are_those_of_the_protocol() -> None:
    assert re.findall(r"data-presence=\"(\w+)\"", PAGE) == ["present", "pause", "away"]


def test_reasons_of_an_end_are_those_of_the_protocol() -> None:
    assert re.findall(r"name=\"why\" value=\"(\w+)\"", PAGE) == ["finished", "referred", "no_answer", "misuse"]


def test_modules_never_write_html() -> None:
    assert re.findall(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|setAttribute\(\"style\"", MODULES) == []
