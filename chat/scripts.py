"""The scripts that other sites load, as they go out: put together, and without what only readers of the source need."""

from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from django.contrib.staticfiles import finders
from django.http import Http404

from chat.slim import tight
from helplines import pinning

# What is written apart goes out as one script, with names that no page around it sees.
PIECES = {"launcher.js": ("launcher-face.js", "launcher-exit.js", "launcher.js")}
WHOLE = '(() => {{\n"use strict";\n{}}})();\n'


def source(name: str) -> str:
    """A script for other sites, without its comments."""
    pieces = PIECES.get(name, (name,))
    found = [finders.find(f"chat/{piece}") for piece in pieces]
    if not all(found):
        raise Http404
    text = tight("".join(Path(str(path)).read_text() for path in found))
    return WHOLE.format(text) if len(pieces) > 1 else text


@lru_cache(maxsize=2)
def script(name: str) -> tuple[bytes, str]:
    """A script for other sites, and its ETag."""
    content = source(name).encode()
    return content, f'"{sha256(content).hexdigest()[:32]}"'


def sign_in() -> None:
    """The button whole is what a site can fix."""
    pinning.sign_in(lambda: script("launcher.js")[0])
