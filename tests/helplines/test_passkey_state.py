"""A stolen security key without its PIN signs in alone nowhere: every ceremony asks for the person."""

import datetime as dt
import hashlib
import json
import os
from typing import Any

import pytest
import time_machine
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.webauthn.internal.auth import STATE_SESSION_KEY, WebAuthn
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from django.test import Client
from django.utils import timezone
from fido2.cose import ES256
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData, CollectedClientData

from helplines.models import Staff
from tests.factories.helplines import PASSWORD, MembershipFactory

pytestmark = pytest.mark.django_db
NAME, ORIGIN = "chat.example.org", "https://chat.example.org"
NAME_HASH = hashlib.sha256(NAME.encode()).digest()
SIGN_IN = "/account/second-step/passkeys/sign-in/"
TOUCHED, TOUCHED_WITH_PIN = 0x01, 0x05


class Key:
    """A security key."""

    def __init__(self, staff: Staff) -> None:
        self.private, self.id, self.staff = ec.generate_private_key(ec.SECP256R1()), os.urandom(32), staff
        public = ES256.from_cryptography_key(self.private.public_key())
        made = AttestedCredentialData.create(b"\0" * 16, self.id, public)
        attested = AttestationObject.create("none", AuthenticatorData.create(NAME_HASH, 0x41, 0, made), {})
        client = CollectedClientData.create("webauthn.create", b"x" * 32, ORIGIN)
        said = {"clientDataJSON": websafe_encode(client), "attestationObject": websafe_encode(attested)}
        WebAuthn.add(staff, "key", self.credential(said) | {"clientExtensionResults": {"credProps": {"rk": True}}})

    def credential(self, said: dict[str, str]) -> dict[str, Any]:
        return {"id": websafe_encode(self.id), "rawId": websafe_encode(self.id), "type": "public-key", "response": said}

    def answer(self, challenge: str, flags: int) -> str:
        client = CollectedClientData.create("webauthn.get", websafe_decode(challenge), ORIGIN)
        shown = AuthenticatorData.create(NAME_HASH, flags, 5)
        said = {
            "clientDataJSON": websafe_encode(client),
            "authenticatorData": websafe_encode(shown),
            "signature": websafe_encode(self.private.sign(shown + client.hash, ec.ECDSA(hashes.SHA256()))),
            "userHandle": websafe_encode(user_pk_to_url_str(self.staff).encode()),
        }
        return json.dumps(self.credential(said))


@pytest.fixture
def key(settings):
    settings.ORIGIN, settings.ALLOWED_HOSTS = ORIGIN, [NAME]
    settings.MFA_SUPPORTED_TYPES = ["recovery_codes", "totp", "webauthn"]
    return Key(MembershipFactory(role="administrator").staff)


def browser() -> Client:
    return Client(headers={"host": NAME, "accept-language": "en"})


def challenge_in(client: Client) -> str:
    asked = client.get(SIGN_IN, headers={"x-requested-with": "XMLHttpRequest"}).json()
    return str(asked["request_options"]["publicKey"]["challenge"])


def person_in(client: Client) -> str | None:
    return client.session.get("_auth_user_id")


def test_key_with_its_pin_signs_in(key):
    client = browser()
    client.post(SIGN_IN, {"credential": key.answer(challenge_in(client), TOUCHED_WITH_PIN)})
    assert person_in(client) == str(key.staff.pk)


def test_challenge_of_a_second_step_does_not_let_a_key_without_its_pin_sign_in(key):
    insider = MembershipFactory().staff
    Key(insider)
    client = browser()
    client.post("/account/login/", {"login": insider.username, "password": PASSWORD}, follow=True)
    challenge = client.session[STATE_SESSION_KEY]["challenge"]
    # When the sign-in that waited for the second step is over, its challenge still stands in the session.
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=16)):
        client.post(SIGN_IN, {"credential": key.answer(challenge, TOUCHED)})
    assert person_in(client) is None


def test_challenge_is_for_one_try(key):
    client = browser()
    challenge = challenge_in(client)
    client.post(SIGN_IN, {"credential": key.answer(challenge, TOUCHED)})
    assert STATE_SESSION_KEY not in client.session
    client.post(SIGN_IN, {"credential": key.answer(challenge, TOUCHED_WITH_PIN)})
    assert person_in(client) is None
