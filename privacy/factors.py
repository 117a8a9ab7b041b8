"""The secrets of a second step, sealed: what is in the database opens nothing without the master key (security goal C2).

Each belongs to its person: `for:<person>:<kind>:<field>:<name of the master key>:<sealed text>`, bound to all that stands
before it. A secret that is moved to another row opens nothing there (C3). While somebody sets one up it has no row yet.
"""

import base64
import logging
from typing import Any
from urllib.parse import urlsplit

from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from privacy import keys, sealing

logger = logging.getLogger(__name__)
PURPOSE = "second-factor"
# Where a row of allauth holds a secret: that of an app, and that of spare codes.
SECRETS = ("secret", "seed")
MOVED = "moved"


def seal(text: str, *claim: str) -> str:
    """Seal with a key of the installation: an account may serve several organisations, so none of theirs fits."""
    known = keys.master_keys()
    key = keys.derived(known.keys[known.newest], PURPOSE)
    sealed = sealing.seal(key, text.encode(), sealing.place(PURPOSE, *claim))
    return ":".join([*claim, known.newest, base64.b64encode(sealed).decode()])


def unseal(token: str) -> str:
    """Open what `seal` gave; a master key that is followed by a newer one still does. Raises MasterKeyError, UnreadableError."""
    if token.count(":") < 1:
        raise sealing.UnreadableError
    *claim, name, sealed = token.split(":")
    master = keys.master_keys().keys.get(name)
    if master is None:
        raise keys.MasterKeyError(f"The master key {name!r} is not in MASTER_KEYS.")
    where = sealing.place(PURPOSE, *claim)
    return sealing.unseal(keys.derived(master, PURPOSE), base64.b64decode(sealed), where).decode()


def renewed(token: str) -> str:
    """The same secret under the newest master key. Raises MasterKeyError, UnreadableError."""
    if token.count(":") < 1:
        raise sealing.UnreadableError
    *claim, name, _sealed = token.split(":")
    return token if name == keys.master_keys().newest else seal(unseal(token), *claim)


def claim_of(row: Any, field: str) -> list[str]:
    return ["for", str(row.user_id), str(row.type), field]


def secrets_in(row: Any) -> dict[str, str]:
    """What a row holds of ours, as far as it is loaded."""
    data = row.__dict__.get("data")
    return {field: data[field] for field in SECRETS if field in data} if isinstance(data, dict) else {}


def bind(instance: Any, **given: Any) -> None:
    """Before a new row is stored: its secret becomes that of its person."""
    for field, token in secrets_in(instance).items() if instance.pk is None else ():
        instance.data[field] = seal(unseal(token), *claim_of(instance, field))


def recognise(instance: Any, **given: Any) -> None:
    """When a row was loaded: a secret of somebody else, or of nobody, is none."""
    for field, token in secrets_in(instance).items() if instance.pk is not None else ():
        if token.split(":")[:4] != claim_of(instance, field):
            logger.error("The secret of the second step of person %s is not theirs.", instance.user_id)
            instance.data[field] = MOVED


class SealedFactors(DefaultMFAAdapter):  # type: ignore[misc]
    """What allauth asks us about factors."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("This code is not right, or its time is over. Wait for the next code and try that one."),
        "lost": _(
            "Your second step cannot be used any more. Ask your administrator to take it away, and set up a new one."
        ),
    }

    def encrypt(self, text: str) -> str:
        """Seal what has no row yet; `bind` gives it its person."""
        return seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        """Open a secret. Raises ValidationError where nothing opens it: its master key is gone, or it is not this person's."""
        try:
            return unseal(encrypted_text)
        except (keys.MasterKeyError, sealing.UnreadableError) as fault:
            logger.error("A secret of a second step cannot be opened: %r", fault)
            raise self.validation_error("lost") from fault

    def get_totp_label(self, user: AbstractBaseUser) -> str:
        """The user name: an app on a telephone need not know an e-mail address."""
        return user.get_username()

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """The name that passkeys belong to; never taken from what a request says."""
        return {"id": urlsplit(settings.ORIGIN).hostname or "", "name": "Toeverlaat"}

    def get_public_key_credential_user_entity(self, user: AbstractBaseUser) -> dict[str, Any]:
        entity: dict[str, Any] = super().get_public_key_credential_user_entity(user)
        return {**entity, "name": user.get_username(), "display_name": user.get_username()}

    def generate_authenticator_name(self, user: AbstractBaseUser, type: Any) -> str:  # noqa: A002  allauth's word
        return gettext("Passkey")
