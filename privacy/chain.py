"""The chain of the audit log: what an entry's digest is made of, and how one entry holds on to the one before.

A digest is SHA-256 over a canonical form of every field and of the digest before it. It needs no key, so whoever has an
export can follow the chain; that nobody makes another chain is what the seal and the signed heads are for.
"""

import hashlib
import json
import re
from datetime import datetime
from ipaddress import ip_address
from typing import NamedTuple

FIRST = "0" * 64
FORM = "toeverlaat-audit-1"
# An id, a code or a keyword: no blank, no @ and no accent, so no sentence, no mail address and hardly a name.
OPAQUE = re.compile(r"[A-Za-z0-9_.:,/+=-]{0,64}")


class Link(NamedTuple):
    """All that an entry tells, and the digest of the entry before it; `at` is in UTC."""

    organisation: int
    number: int
    at: datetime
    event: str
    who: int | None
    role: str
    on_behalf_of: str
    what: str
    why: str
    emergency: bool
    previous: str


def digest(link: Link) -> str:
    """SHA-256 of the canonical form, hexadecimal: the fields in their order, as JSON without blanks."""
    fields = [FORM, *link._replace(at=link.at.isoformat(timespec="microseconds"))]  # type: ignore[arg-type]
    return hashlib.sha256(json.dumps(fields, separators=(",", ":")).encode()).hexdigest()


def opaque(value: str) -> str:
    """The value, when it can be kept for years: an id or a keyword. Raises ValueError on a text or an address (M8)."""
    if not OPAQUE.fullmatch(value) or is_address(value):
        raise ValueError("Only an id, a code or a keyword goes into the audit log.")
    return value


def is_address(value: str) -> bool:
    if not ("." in value or ":" in value):
        return False
    try:
        ip_address(value)
    except ValueError:
        return False
    return True
