"""What is kept in the place of something that nobody should find here."""

import hmac
from hashlib import sha256

from django.conf import settings


def stand_in(of: str, what: bytes) -> bytes:
    """The same 32 bytes for the same thing; without SECRET_KEY nobody gets back from them."""
    key = sha256(f"toeverlaat {of} pseudonym\0".encode() + settings.SECRET_KEY.encode()).digest()
    return hmac.new(key, what, sha256).digest()
