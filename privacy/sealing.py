"""Sealing and opening of what somebody said or is: AES-256-GCM, bound to its place, padded to buckets.

A sealed value is `0x01 | nonce (12 bytes) | ciphertext and tag`. The associated data names the place that it belongs to, so
a value that is moved to another row, field or organisation cannot be opened (security goal C3). Sizes tell no more than a
bucket of 256 bytes (C15).
"""

import os
from collections.abc import Callable, Iterable

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

VERSION = b"\x01"
NONCE_BYTES = 12
KEY_BYTES = 32
BUCKET_BYTES = 256
PAD_MARK = b"\x80"
# Who wants to hear that something did not open: it was changed or moved, or its key is another (security goal M9).
refusals: list[Callable[[], None]] = []


class UnreadableError(Exception):
    """A sealed value that this key and this place do not open. It carries no content."""


def new_key() -> bytes:
    """256 random bits."""
    return AESGCM.generate_key(bit_length=KEY_BYTES * 8)


def place(*parts: str | int | bytes) -> bytes:
    """The associated data for a place, each part with its length before it, so that no two places look alike."""
    encoded = [part if isinstance(part, bytes) else str(part).encode() for part in parts]
    return b"".join(len(part).to_bytes(4, "big") + part for part in encoded)


def pad(plain: bytes) -> bytes:
    """Fill up to the next bucket, as ISO/IEC 7816-4 does: a mark, then zeros."""
    room = BUCKET_BYTES - (len(plain) + 1) % BUCKET_BYTES
    return plain + PAD_MARK + b"\x00" * (room % BUCKET_BYTES)


def unpad(padded: bytes) -> bytes:
    stripped = padded.rstrip(b"\x00")
    if not stripped.endswith(PAD_MARK):
        raise UnreadableError
    return stripped[:-1]


def seal(key: bytes, plain: bytes, where: bytes) -> bytes:
    """Seal bytes for one place. `key` is 32 bytes; `where` comes from `place`."""
    nonce = os.urandom(NONCE_BYTES)
    # A cipher is made anew each time, in a microsecond: a remembered one would outlive the key that was destroyed.
    return VERSION + nonce + AESGCM(key).encrypt(nonce, pad(plain), where)


def unseal(key: bytes, sealed: bytes | memoryview, where: bytes) -> bytes:
    """Open what `seal` made. Raises UnreadableError when anything at all differs: key, place, one bit."""
    return unseal_with([key], sealed, where)


def unseal_with(keys: Iterable[bytes], sealed: bytes | memoryview, where: bytes) -> bytes:
    """Open it with the first of these keys that does. Raises UnreadableError when none does."""
    for key in keys:
        try:
            return opened(key, bytes(sealed), where)
        except UnreadableError:
            continue
    for tell in refusals:
        tell()
    raise UnreadableError


def opened(key: bytes, blob: bytes, where: bytes) -> bytes:
    if len(blob) <= len(VERSION) + NONCE_BYTES or blob[:1] != VERSION:
        raise UnreadableError
    nonce, ciphertext = blob[1 : 1 + NONCE_BYTES], blob[1 + NONCE_BYTES :]
    try:
        return unpad(AESGCM(key).decrypt(nonce, ciphertext, where))
    except InvalidTag:
        raise UnreadableError from None
