"""Placeholders in an organisation's own texts, filled from the policy, so that what is told is what is done.

No template engine: an administrator's text can name a value and nothing else.
"""

import re
from collections.abc import Collection, Mapping

PLACEHOLDERS = (
    "hours",
    "retention",
    "contact_limit",
    "block_hours",
    "soft_minutes",
    "rejoin_minutes",
    "organisation",
    "line",
    "website",
    "privacy_email",
    "complaints_email",
    "support_email",
    "dpo_email",
    "provider",
    "legal_name",
)
# What a canned reply may name: values of the line and its promises, and the name by which visitors know who writes; never of
# a visitor.
IN_REPLIES = (
    "name",
    "line",
    "hours",
    "emergency",
    "organisation",
    "soft_minutes",
    "rejoin_minutes",
    "retention",
    "website",
    "privacy_email",
    "complaints_email",
    "support_email",
)
BRACES = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)


def used(text: str) -> list[str]:
    """The names between double braces, in order of appearance, each once."""
    return list(dict.fromkeys(name.strip() for name in BRACES.findall(text)))


def unknown(text: str, known: Collection[str] = PLACEHOLDERS) -> list[str]:
    """The names in this text that mean nothing to us."""
    return [name for name in used(text) if name not in known]


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with each placeholder replaced; one without a value leaves nothing. A value is never filled again."""
    return BRACES.sub(lambda found: values.get(found[1].strip(), ""), text)
