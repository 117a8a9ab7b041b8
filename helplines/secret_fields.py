"""Settings that an organisation can always enter again, such as the password of its mail server, kept with django-cryptography.

The library has one key for all, made from SECRET_KEY, and no tie to the row: so nothing that a person said is ever kept in it
(`privacy.sealing` is for that). Its own fields keep pickles; ours keep text, for nothing that is stored is ever unpickled (C5).
"""

from typing import Any

from django.core.signing import BadSignature
from django.db import models
from django_cryptography.fields import EncryptedMixin
from django_cryptography.utils.crypto import InvalidToken


class SecretTextField(EncryptedMixin, models.CharField):  # type: ignore[type-arg]
    """A short text that only this installation reads; what another SECRET_KEY sealed reads as "", to be entered again."""

    # The library copies a field by these; this one is whole by itself.
    base_class, wasinstance = models.CharField, True

    def _dump(self, value: Any) -> bytes:
        return bytes(self._fernet.encrypt(str(value).encode()))

    def _load(self, value: bytes) -> str:
        try:
            return bytes(self._fernet.decrypt(value, None)).decode()
        except (BadSignature, InvalidToken, UnicodeDecodeError):
            return ""

    def clone(self) -> "SecretTextField":
        _name, _path, args, kwargs = self.deconstruct()
        return SecretTextField(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = models.Field.deconstruct(self)
        return name, "helplines.secret_fields.SecretTextField", args, {**kwargs, "max_length": self.max_length}
