"""How much a visitor's telephone has to load."""

import gzip
import re
from pathlib import Path

import pytest
from django.test import Client

from chat.scripts import PIECES, source
from chat.slim import COMMENTS, TYPES, slim, tight
from tests.chat.loaded import STATIC, loaded_by, with_imports
from tests.factories.chat import staffed_line
from tests.factories.helplines import BranchFactory, EmergencyNumberFactory

BUDGET = 60 * 1024
TEXT = re.compile(r'"[^"\n]*"')


def weight(file: Path) -> int:
    """As production serves it: `tests/config/test_static.py` shows that it does."""
    return packed(slim(file.read_text()).encode())


def packed(content: bytes) -> int:
    return len(gzip.compress(content, 9))


def test_launcher_weighs_at_most_6_kb() -> None:
    served = [packed(Client().get(path).content) for path in ("/embed.js", "/launcher.js")]
    assert served == [packed(source(name).encode()) for name in ("embed.js", "launcher.js")]
    assert 0 < sum(served) <= 6 * 1024


def test_tight_drops_types_indentation_and_long_private_names() -> None:
    before = (
        "class A {\n  #long = 1;\n  #add = '#fff';\n  get() {\n    return /** @type {any} */ (this.#long);\n  }\n}\n"
    )
    sheet = "const S = `\n.a > .b, [c=d] { e: f(g, 1px + 2px); }\n`;\n"
    assert tight(before + sheet) == (
        "class A{\n#_a=1;\n#add='#fff';\nget(){\nreturn(this.#_a);\n}\n}\n"
        "const S=`\n.a > .b,[c=d]{e:f(g,1px + 2px);}\n`;\n"
    )
    assert tight(tight(sheet)) == tight(sheet)
    said = 'a = b ? "c , d ; e" : `${ f } = { g }`; h = i - -j + +k in l;\n'
    assert tight(said) == 'a=b?"c , d ; e":`${ f } = { g }`;h=i - -j + +k in l;\n'


def spoken(name: str) -> str:
    return TYPES.sub("", slim((STATIC / name).read_text()))


def test_launcher_says_every_word_that_its_pieces_say() -> None:
    texts = [text for name in PIECES["launcher.js"] for text in TEXT.findall(spoken(name))]
    assert len(texts) > 100
    assert [text for text in texts if text not in source("launcher.js")] == []


def test_slim_drops_lines_of_comment_and_nothing_else() -> None:
    first, second, third = "let a = 1; // stays\n", "/** @type {A} */ (a).b();\n", "const c = `\n* {}`;\n"
    source = f"/** One. */\n{first}  /*\n   * Two.\n   */\n// Three.\n{second}{third}"
    assert slim(source) == first + second + third
    assert slim(slim(source)) == slim(source)


def inside_texts(source: str) -> list[str]:
    """Lines that `slim` would drop although they stand between backquotes, where they are no comment."""
    return [found[0] for found in COMMENTS.finditer(source) if slim(source[: found.start()]).count("`") % 2]


def test_no_text_between_backquotes_has_what_looks_like_a_comment() -> None:
    assert inside_texts("const a = `\n// no comment\n`;\n") == ["// no comment\n"]
    assert {file.name: found for file in STATIC.glob("*.js") if (found := inside_texts(file.read_text()))} == {}


@pytest.mark.django_db
def test_everything_before_the_first_message_weighs_at_most_60_kb() -> None:
    """The button, the page in its frame, and every module and style sheet."""
    line, _member = staffed_line()
    for _ in range(12):
        BranchFactory(organisation=line.organisation, region="Een streek", telephone="02 000 00 00")
    EmergencyNumberFactory(organisation=line.organisation, is_first=True)
    where = f"/{line.organisation.slug}/{line.slug}/"
    answers = [Client().get(path) for path in (f"{where}frame/", f"{where}status.json")]
    files = loaded_by("chat/visitor.html")
    ours = sum(packed(source(name).encode()) for name in ("embed.js", "launcher.js"))

    pages = sum(packed(answer.content) for answer in answers)
    scripts = sum(weight(STATIC / name) for name in files)
    assert pages + ours + scripts <= BUDGET


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
