"""An app with codes, as somebody holds it in their hand."""

import time
from typing import Any

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.test import Client

from helplines.models import Staff
from tests.factories.helplines import PASSWORD

PERIOD = 30


def code_of(secret: str, periods: int = 0) -> str:
    """The code that the app shows now, or so many periods later."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // PERIOD + periods))


def with_app(staff: Staff) -> str:
    """Set an app and spare codes up for somebody; gives the key that the app holds."""
    secret = generate_totp_secret()
    TOTP.activate(staff, secret)
    RecoveryCodes.activate(staff)
    return secret


def sign_in(staff: Staff, secret: str = "", **headers: Any) -> Client:
    """Somebody who signed in with their password, and with the code where they have an app."""
    client = Client(headers={"accept-language": "en", **headers})
    client.post("/account/login/", {"login": staff.username, "password": PASSWORD})
    if secret:
        client.post("/account/second-step/sign-in/", {"code": code_of(secret)})
    return client
