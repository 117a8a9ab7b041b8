"""Envelopes that a server seals and cannot open: to public keys whose private halves people hold (D02, D03; goals B3, B4).

A value is padded to one length, whatever it is, and put in as many layers as the policy wants offices. Each layer has a key of
its own, sealed with libsodium's sealed box to every holder of that office: the key and its spares. So each office opens one
layer, in order, and nobody but the last sees the value. In every box and in the innermost layer stands the place that the
envelope belongs to, so nothing in it can be moved to another talk or organisation (goal C3). Keys are X25519, 32 bytes.
"""

import base64
import binascii
import hashlib
import hmac
import os
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox
from nacl.secret import SecretBox

from privacy.sealing import UnreadableError

KEY_BYTES = 32
# An e-mail address has at most 254 bytes; two say how many it has.
VALUE_BYTES = 256
LONGEST_VALUE = VALUE_BYTES - 2
GROUPS, DIGITS = 6, 5
Boxes = dict[str, str]  # name of a holder's key → the layer's key, sealed to it (base64)


class Envelope(NamedTuple):
    """What is kept: the boxes of each layer from the outside in, and the sealed contents."""

    layers: list[Boxes]
    sealed: bytes


class KeyPair(NamedTuple):
    """A holder's key; the private half never stays with us."""

    public: bytes
    private: bytes


def new_pair() -> KeyPair:
    made = PrivateKey.generate()
    return KeyPair(bytes(made.public_key), bytes(made))


def public_of(private: bytes) -> bytes:
    return bytes(PrivateKey(private).public_key)


def name_of(public: bytes) -> str:
    """The short name of a key, 16 hexadecimal digits: it tells keys apart, it proves nothing."""
    return hashlib.sha256(b"toeverlaat:holder:" + public).hexdigest()[:16]


def fingerprint(public: bytes) -> str:
    """Six groups of five digits (99 bits) that two people compare aloud."""
    number = int.from_bytes(hashlib.sha256(b"toeverlaat:fingerprint:" + public).digest())
    digits = str(number % 10 ** (GROUPS * DIGITS)).zfill(GROUPS * DIGITS)
    return " ".join(digits[at : at + DIGITS] for at in range(0, len(digits), DIGITS))


def seal(value: bytes, where: bytes, offices: Sequence[Mapping[str, bytes]]) -> Envelope:
    """Seal a value of at most LONGEST_VALUE bytes for a place; `offices` are the public keys by name, from the outside in.

    Raises ValueError for a longer value, or where an office has no key: then nothing could open it, or anybody could.
    """
    if not offices or not all(offices) or len(value) > LONGEST_VALUE:
        raise ValueError("An envelope needs a short value and a key for each office.")
    contents, layers = mark(where) + len(value).to_bytes(2) + value.ljust(LONGEST_VALUE, b"\0"), []
    for holders in reversed(offices):
        key = os.urandom(KEY_BYTES)
        contents = bytes(SecretBox(key).encrypt(contents))
        layers.append({name: box(key, public, where) for name, public in holders.items()})
    return Envelope(layers[::-1], contents)


def mark(where: bytes) -> bytes:
    return hashlib.sha256(where).digest()


def box(key: bytes, public: bytes, where: bytes) -> str:
    return base64.b64encode(SealedBox(PublicKey(public)).encrypt(mark(where) + key)).decode()


def unbox(private: bytes, sealed: str, where: bytes) -> bytes:
    """The key of a layer. Raises UnreadableError: another key, another place, or something else than a box."""
    try:
        plain = SealedBox(PrivateKey(private)).decrypt(base64.b64decode(sealed, validate=True))
    except (CryptoError, binascii.Error, ValueError):
        raise UnreadableError from None
    return in_place(plain, where)


def in_place(plain: bytes, where: bytes) -> bytes:
    """What stands behind the mark of this place. Raises UnreadableError for any other place."""
    told, rest = plain[: len(mark(where))], plain[len(mark(where)) :]
    if not hmac.compare_digest(told, mark(where)):
        raise UnreadableError
    return rest


def rebox(private: bytes, sealed: str, public: bytes, where: bytes) -> str:
    """The same layer's key for another holder of that office, without opening the layer. Raises UnreadableError."""
    return box(unbox(private, sealed, where), public, where)


def open_layer(private: bytes, layer: Boxes, sealed: bytes, where: bytes) -> bytes:
    """Take off the outermost layer: `layer` is its boxes. Raises UnreadableError; KeyError is never raised."""
    own = layer.get(name_of(public_of(private)))
    if own is None:
        raise UnreadableError
    try:
        return bytes(SecretBox(unbox(private, own, where)).decrypt(sealed))
    except (CryptoError, ValueError):
        raise UnreadableError from None


def value_in(contents: bytes, where: bytes) -> bytes:
    """The value, when every layer is off. Raises UnreadableError for what is still sealed, or was moved."""
    plain = in_place(contents, where)
    if len(plain) != VALUE_BYTES:
        raise UnreadableError
    return plain[2 : 2 + int.from_bytes(plain[:2])]
