"""Devices on which somebody signed in before: a lock that others cause does not shut them out there (security goal G2).

After the second step a browser gets a signed cookie that says who signed in on it, with a random number for each. Where such a
person signs in again, wrong passwords are counted for that device, and not together with those that anybody tries from the same
address. The cookie opens nothing: it needs the password and the second step like any other, with as many tries.
"""

import secrets
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

SALT = "helplines.known_devices"
DAYS = 90
# On a shared computer, so many people at most; who was there longest ago is forgotten first.
MOST = 8
PATH = "/account/"


def name() -> str:
    return "__Secure-known" if settings.SESSION_COOKIE_SECURE else "known"


def known_on(request: HttpRequest) -> dict[str, str]:
    """By person, the random number of this device; what is not ours, or too old, is nothing."""
    given = request.COOKIES.get(name(), "")
    try:
        found = signing.loads(given, salt=SALT, max_age=DAYS * 24 * 3600) if given else {}
    except signing.BadSignature:
        return {}
    return found if isinstance(found, dict) else {}


def number_of(request: HttpRequest, person: int) -> str:
    """The number of this device for this person; "" where they never signed in on it."""
    return known_on(request).get(str(person), "")


def signed_in(request: HttpRequest, user: Any, **given: Any) -> None:
    """Django calls this when somebody signed in, the second step included: from now on they are known here."""
    known = known_on(request)
    number = known.pop(str(user.pk), "") or secrets.token_urlsafe(16)
    request.known_device = dict([*known.items(), (str(user.pk), number)][-MOST:])  # type: ignore[attr-defined]


def keep(request: HttpRequest, response: HttpResponse) -> None:
    """Put the cookie on the answer to who just signed in."""
    known = getattr(request, "known_device", None)
    if known:
        response.set_cookie(
            name(),
            signing.dumps(known, salt=SALT),
            max_age=DAYS * 24 * 3600,
            path=PATH,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
