"""The button as one file whose bytes a site can fix in its tag (Subresource Integrity).

The address names the content, so what stands behind it never changes. `collectstatic` leaves each version in STATIC_ROOT
beside those of earlier releases; each answers as long as its file is there. Nothing else remembers a version.
"""

import re
from base64 import b64encode
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256, sha384
from pathlib import Path

from django.conf import settings

VERSION = re.compile(r"[0-9a-f]{16}")
_button: list[Callable[[], bytes]] = []


def sign_in(button: Callable[[], bytes]) -> None:
    """The app above us that has the button says how to get it."""
    _button[:] = [button]


def button() -> bytes:
    return _button[0]()


def version_of(content: bytes) -> str:
    return sha256(content).hexdigest()[:16]


def integrity_of(content: bytes) -> str:
    """The words of the attribute; a browser compares it with what it got."""
    return f"sha384-{b64encode(sha384(content).digest()).decode()}"


def place(version: str) -> Path:
    return Path(settings.STATIC_ROOT) / "pinned" / f"embed-{version}.js"


def keep() -> None:
    """Put the button of this release beside the earlier ones."""
    content = button()
    target = place(version_of(content))
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)


def content_of(version: str) -> bytes | None:
    """The bytes of a version, of this release or of an earlier one whose file is still there; None for any other."""
    if not VERSION.fullmatch(version):
        return None
    if version == version_of(button()):
        return button()
    with suppress(OSError):
        content = place(version).read_bytes()
        # A file that was changed since is not what the site fixed.
        return content if version_of(content) == version else None
    return None
