"""How much a visitor's telephone has to load."""

import gzip
from pathlib import Path

import pytest
from django.test import Client

from tests.chat.loaded import STATIC, loaded_by, with_imports
from tests.factories.chat import staffed_line
from tests.factories.helplines import BranchFactory, EmergencyNumberFactory

BUDGET = 60 * 1024


def weight(file: Path) -> int:
    return packed(file.read_bytes())


def packed(content: bytes) -> int:
    return len(gzip.compress(content, 9))


def test_launcher_weighs_at_most_6_kb() -> None:
    assert 0 < weight(STATIC / "embed.js") + weight(STATIC / "launcher.js") <= 6 * 1024


@pytest.mark.django_db
def test_everything_before_the_first_message_weighs_at_most_60_kb() -> None:
    """The button, the page in its frame, and every module and style sheet."""
    line, _member = staffed_line()
    for _ in range(12):
        BranchFactory(organisation=line.organisation, region="Een streek", telephone="02 000 00 00")
    EmergencyNumberFactory(organisation=line.organisation, is_first=True)
    where = f"/{line.organisation.slug}/{line.slug}/"
    answers = [Client().get(path) for path in (f"{where}frame/", f"{where}status.json")]
    files = {"embed.js", "launcher.js", *loaded_by("chat/visitor.html")}

    pages = sum(packed(answer.content) for answer in answers)
    scripts = sum(weight(STATIC / name) for name in files)
    assert pages + scripts <= BUDGET


def test_what_a_page_loads_is_found() -> None:
    files = loaded_by("chat/visitor.html")
    assert {"visitor.js", "visitor-talk.js", "words.js", "tokens.css", "visitor.css"} <= files
    assert {name for name in files if name.startswith("desk")} == set()
    assert with_imports({"visitor-exit.js"}) == {"visitor-exit.js", "visitor-page.js"}


def test_no_script_or_style_names_another_origin() -> None:
    """No third party, ever: the only addresses are relative, or made from our own origin."""
    named = {
        file.name: line.strip()
        for file in [*STATIC.glob("*.js"), *STATIC.glob("*.css")]
        for line in file.read_text().splitlines()
        if any(word in line for word in ("http://", "https://")) and not line.lstrip().startswith(("*", "//", "/*"))
    }
    assert named == {}
