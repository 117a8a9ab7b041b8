"""What an administrator may fill in, with an answer in plain words when it is not right."""

import re
import unicodedata
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from helplines.colours import contrast, nearest_readable

# First parts of addresses that are ours.
RESERVED = {
    "account",
    "admin",
    "agreement",
    "api",
    "audit",
    "blank",
    "demo",
    "desk",
    "invitation",
    "handling",
    "keys",
    "ledger",
    "livez",
    "security",
    "media",
    "metrics",
    "opening",
    "poll",
    "promises",
    "proposals",
    "readyz",
    "reports",
    "start",
    "static",
    "team",
    "well-known",
    "ws",
}
# Parts after an organisation's name that are ours.
RESERVED_FOR_LINES = {"logo", "desk", "agreement", "frame", "status", "policies", "complaints", "rights"}
READABLE = 4.5  # WCAG 2.2, 1.4.3
# Ends of lines, and signs that turn round what stands after them.
UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]")


def free_slug(value: str) -> None:
    if value in RESERVED:
        raise ValidationError(_("This address name is used by the program itself."), code="reserved")


def own_line_slug(value: str) -> None:
    if value in RESERVED_FOR_LINES:
        raise ValidationError(_("This address name is used by the program itself."), code="reserved")


def known_time_zone(value: str) -> None:
    if value not in available_timezones():
        raise ValidationError(_("This is not a time zone we know, such as Europe/Brussels."), code="time_zone")


def known_languages(value: Any) -> None:
    known = [code for code, _name in settings.CONTENT_LANGUAGES]
    if not isinstance(value, list) or not value or any(code not in known for code in value):
        raise ValidationError(_("Choose at least one language from the list."), code="languages")


def embedding_origins(value: Any) -> None:
    """Each entry is a bare origin: scheme, host and perhaps a port, as a browser sends it (security goal E4)."""
    if not isinstance(value, list):
        raise ValidationError(_("Give a list of sites."), code="origins")
    for entry in value:
        if not is_origin(entry):
            raise ValidationError(
                _("%(site)s is not a site address. Write it like https://www.example.org, without anything behind it."),
                code="origins",
                params={"site": entry},
            )


def is_origin(entry: Any) -> bool:
    if not isinstance(entry, str) or not re.fullmatch(r"https?://[A-Za-z0-9.-]+(:\d{1,5})?", entry):
        return False
    parts = urlsplit(entry)
    return parts.scheme == "https" or bool(settings.EMBEDDED)


def accent_colour(value: str) -> None:
    """White text on the accent must be readable; the nearest colour that is, is proposed."""
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", value):
        raise ValidationError(_("Write the colour like #1f5f8b."), code="colour")
    if contrast(value, "#ffffff") < READABLE:
        raise ValidationError(
            _("White letters on %(colour)s are hard to read. The nearest colour that works is %(better)s."),
            code="contrast",
            params={"colour": value, "better": nearest_readable(value, READABLE)},
        )


def safe_exit(value: str) -> None:
    """Where somebody is taken who must be gone at once: an encrypted page, whose name no eavesdropper can read along."""
    parts = urlsplit(value)
    if parts.scheme != "https" or not parts.hostname or parts.username or parts.password:
        raise ValidationError(_("Write an address that begins with https://."), code="exit")


def own_name(value: str) -> None:
    """A name of one line, as others read it in a letter: nothing unseen in it, and no address."""
    if UNSEEN.search(value) or "://" in value:
        raise ValidationError(_("Write a name on one line, without an address in it."), code="name")


def plain_user_name(value: str) -> str:
    """A user name in the one way that it is written: two that look alike are one, and none looks like an address."""
    name = unicodedata.normalize("NFKC", value).casefold()
    if not re.fullmatch(r"[a-z0-9._-]{1,140}", name):
        raise ValidationError(
            _("Use only letters without accents, digits, dots, dashes and underscores."), code="letters"
        )
    return name
