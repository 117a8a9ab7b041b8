"""Who can sign in to the example, with passwords made on this machine, and where to go as whom."""

import json
import os
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher

from config.demo.seed import BY_ITS_HOURS, Person
from config.demo.sites import ExampleSite
from helplines.models import Staff

LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that look alike
SHOWN = {
    "counsellor": "a counsellor",
    "mentor": "a mentor",
    "manager": "a manager",
    "administrator": "an administrator",
    "dpo": "a data protection officer",
    "auditor": "an auditor",
}
OWN_HOURS = "  (keeps its own hours, so it is mostly closed)"
ROUNDS = 10_000
PLACES = {"counsellor": "/desk/", "mentor": "/desk/", "administrator": "/admin/"}


def new_password() -> str:
    """Sixteen letters in fours: 79 bits, and easy to type over."""
    return "-".join("".join(secrets.choice(LETTERS) for _letter in range(4)) for _group in range(4))


def renewed(path: Path, people: Sequence[Person]) -> list[dict[str, str]]:
    """The accounts with their passwords: those that were told before, and a new one for whom none is known."""
    known = {entry["username"]: entry["password"] for entry in stored(path).get("accounts", [])}
    fresh = {person.username: new_password() for person in people if person.username not in known}
    set_passwords(fresh)
    return [{**person._asdict(), "password": (known | fresh)[person.username]} for person in people]


def stored(path: Path) -> dict[str, Any]:
    """What an earlier start wrote; nothing when it is not there or not whole."""
    try:
        found = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def set_passwords(passwords: dict[str, str]) -> None:
    """Few rounds of hashing do: nobody guesses 79 random bits, and signing in brings it up to the usual number."""
    hasher = PBKDF2PasswordHasher()
    for username, password in passwords.items():
        hashed = hasher.encode(password, hasher.salt(), iterations=ROUNDS)
        Staff.objects.filter(username=username).update(password=hashed)


def report(sites: Sequence[ExampleSite], accounts: list[dict[str, str]]) -> dict[str, Any]:
    """What `var/demo.json` holds."""
    lines = {site.slug: {"page": site.page, "chat": site.chat} for site in sites}
    return {"base": settings.ORIGIN, "lines": lines, "accounts": accounts}


def write(path: Path, content: dict[str, Any]) -> None:
    """Replace the file in one step; only its owner can read it."""
    new = path.with_suffix(".new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(content, file, indent=2)
    new.replace(path)


def in_words(content: dict[str, Any]) -> str:
    """Where to go as visitor and in each role."""
    base = content["base"]
    rows = [
        "",
        f"Toeverlaat is on {base}",
        "",
        "As a visitor: the example page of an organisation, with its chat button",
    ]
    for slug, line in content["lines"].items():
        rows.append(f"  {slug:18} {line['page']}{OWN_HOURS if slug == BY_ITS_HOURS else ''}")
    for role, name in SHOWN.items():
        rows += ["", f"As {name}: {base}{PLACES.get(role, '/start/')}"]
        rows += [
            f"  {entry['organisation']:14} {entry['username']:24} {entry['password']}"
            for entry in content["accounts"]
            if entry["role"] == role
        ]
    rows += [
        "",
        "Sign in as a counsellor first and press that you are present: a line opens when somebody can take the talk.",
        f"All accounts stand in {settings.VAR / 'demo.json'}. Ctrl-C stops; the data is kept.",
        "",
    ]
    return "\n".join(rows)
