"""The file in which a holder keeps the private half of a key: sealed with a passphrase, of no use without it (goal B3).

JSON, so that somebody who finds it in ten years sees what it is. The passphrase goes through Argon2id; what the file says of
itself is sealed along with the key, so nobody can pass one key off as another.
"""

import base64
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, NamedTuple

from nacl.exceptions import CryptoError
from nacl.pwhash import argon2id
from nacl.secret import SecretBox

from helplines.one_form import normalised
from privacy.envelopes import KEY_BYTES, public_of
from privacy.sealing import UnreadableError

KIND = "toeverlaat-holder-key-1"
OPERATIONS, MEMORY = 4, 128 * 1024 * 1024
MOST_OPERATIONS, MOST_MEMORY = 8, 512 * 1024 * 1024
LONGEST_FILE = 8192
SHORTEST_PASSPHRASE, LONGEST_PASSPHRASE, LEAST_DIFFERENT = 16, 1024, 6


class KeyFile(NamedTuple):
    """What was in a file: the private half, and what the file says of it."""

    private: bytes
    told: dict[str, str]

    def __repr__(self) -> str:
        return f"KeyFile({self.told})"


def is_strong(passphrase: str) -> bool:
    """Whether this can hold off somebody who has the file: five words, not one letter sixteen times."""
    passphrase = normalised(passphrase)
    return SHORTEST_PASSPHRASE <= len(passphrase) <= LONGEST_PASSPHRASE and len(set(passphrase)) >= LEAST_DIFFERENT


def write(private: bytes, passphrase: str, told: Mapping[str, str]) -> bytes:
    """The file. Raises ValueError for a weak passphrase."""
    if not is_strong(passphrase):
        raise ValueError("This passphrase is too weak.")
    salt = os.urandom(argon2id.SALTBYTES)
    inside = json.dumps({"told": dict(told), "private": base64.b64encode(private).decode()}, sort_keys=True)
    sealed = SecretBox(stretched(normalised(passphrase), salt, OPERATIONS, MEMORY)).encrypt(inside.encode())
    outside: dict[str, Any] = {
        "kind": KIND,
        **told,
        "argon2id": {"salt": base64.b64encode(salt).decode(), "operations": OPERATIONS, "memory": MEMORY},
        "sealed": base64.b64encode(bytes(sealed)).decode(),
    }
    return json.dumps(outside, indent=2).encode() + b"\n"


def stretched(passphrase: str, salt: bytes, operations: int, memory: int) -> bytes:
    return argon2id.kdf(KEY_BYTES, passphrase.encode(), salt, opslimit=operations, memlimit=memory)


def unsealed(sealed: bytes, passphrase: str, salt: bytes, operations: int, memory: int) -> bytes:
    """With the passphrase normalised, as files are sealed; or as it was typed, for a file of before that was done."""
    forms = list(dict.fromkeys((normalised(passphrase), passphrase)))
    for form in forms[:-1]:
        with suppress(CryptoError):
            return SecretBox(stretched(form, salt, operations, memory)).decrypt(sealed)
    return SecretBox(stretched(forms[-1], salt, operations, memory)).decrypt(sealed)


def read(data: bytes, passphrase: str) -> KeyFile:
    """Open a file. Raises UnreadableError, whatever is wrong: no such file, another passphrase, something changed in it."""
    try:
        return opened(data, passphrase)
    except (ValueError, TypeError, KeyError, AttributeError, CryptoError, RecursionError):
        raise UnreadableError from None


def opened(data: bytes, passphrase: str) -> KeyFile:
    outside = json.loads(data[:LONGEST_FILE])
    cost = outside["argon2id"]
    # Who hands us a file may not make us work for hours.
    if outside["kind"] != KIND or not (0 < cost["operations"] <= MOST_OPERATIONS and 0 < cost["memory"] <= MOST_MEMORY):
        raise UnreadableError
    salt = base64.b64decode(cost["salt"], validate=True)
    sealed = base64.b64decode(outside["sealed"], validate=True)
    inside = json.loads(unsealed(sealed, passphrase[:LONGEST_PASSPHRASE], salt, cost["operations"], cost["memory"]))
    told, private = inside["told"], base64.b64decode(inside["private"], validate=True)
    public_of(private)
    if any(outside[name] != value for name, value in told.items()):
        raise UnreadableError
    return KeyFile(private, told)
