"""What a page of the chat loads, read from its template and from what its modules import: no list to keep up."""

import re
from pathlib import Path

from chat.strings import visitor

STATIC = Path(visitor.__file__).parent.parent / "static" / "chat"
TEMPLATES = STATIC.parents[2] / "templates"
ASKED = re.compile(r"\{% static 'chat/([\w.-]+)' %\}")
IMPORTED = re.compile(r"""^\s*(?:import|export)\b[^;]*?["']\./([\w.-]+)["']""", re.MULTILINE)
# A module may fetch another when it needs it; that counts too.
LATER = re.compile(r"""\bimport\(\s*["']\./([\w.-]+)["']""")


def named_by(template: str) -> set[str]:
    """The style sheets and scripts of a page, and of the page that it extends."""
    return set(ASKED.findall((TEMPLATES / template).read_text())) | set(
        ASKED.findall((TEMPLATES / "base.html").read_text())
    )


def with_imports(names: set[str]) -> set[str]:
    """These files and all that they import, and what those import."""
    found: set[str] = set()
    ahead = set(names)
    while ahead:
        name = ahead.pop()
        found.add(name)
        if name.endswith(".js"):
            text = (STATIC / name).read_text()
            ahead |= {*IMPORTED.findall(text), *LATER.findall(text)} - found
    return found


def loaded_by(template: str) -> set[str]:
    return with_imports(named_by(template))
