"""The secrets of a second step, sealed: what is in the database opens nothing without the master key (security goal C2)."""

import base64
from typing import Any
from urllib.parse import urlsplit

from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from privacy import keys, sealing

PURPOSE = "second-factor"
PLACE = sealing.place(PURPOSE)


class SealedFactors(DefaultMFAAdapter):  # type: ignore[misc]
    """Seals with a key of the installation: an account may serve several organisations, so none of theirs fits."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("This code is not right, or its time is over. Wait for the next code and try that one."),
    }

    def encrypt(self, text: str) -> str:
        """Give `name of the master key:sealed text`; a master key that is followed by a newer one still opens it."""
        known = keys.master_keys()
        key = keys.derived(known.keys[known.newest], PURPOSE)
        return f"{known.newest}:{base64.b64encode(sealing.seal(key, text.encode(), PLACE)).decode()}"

    def decrypt(self, encrypted_text: str) -> str:
        """Open what `encrypt` gave. Raises MasterKeyError or UnreadableError."""
        name, _colon, sealed = encrypted_text.partition(":")
        master = keys.master_keys().keys.get(name)
        if master is None:
            raise keys.MasterKeyError(f"The master key {name!r} is not in MASTER_KEYS.")
        return sealing.unseal(keys.derived(master, PURPOSE), base64.b64decode(sealed), PLACE).decode()

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
