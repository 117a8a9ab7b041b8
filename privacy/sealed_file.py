"""Sealed files: a stream of any length, in chunks of AES-256-GCM, each bound to its file, its place and whether it is the last.

`TOEVERL1 | length of the head (4 bytes) | head (JSON) | sealed key of the file | chunks`. The head tells by which master key the
file opens and what is in it; every chunk is bound to it. A chunk is its length (4 bytes) and its ciphertext. A file that was cut,
joined, changed or put together from two opens nowhere (security goals C3, C10).
"""

import json
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from privacy import sealing
from privacy.sealing import UnreadableError

MAGIC = b"TOEVERL1"
CHUNK_BYTES = 1 << 20
TAG_BYTES = 16
LONGEST_HEAD = 4096
SEALED_KEY_BYTES = len(sealing.VERSION) + sealing.NONCE_BYTES + sealing.BUCKET_BYTES + TAG_BYTES


def write(source: IO[bytes], sink: IO[bytes], master: bytes, head: Mapping[str, str]) -> None:
    """Seal all that `source` gives into `sink`. `master` is 32 bytes, made for this purpose; the head is readable by anybody."""
    told = json.dumps(dict(head), sort_keys=True).encode()
    key, mark = sealing.new_key(), sha256(told).digest()
    sink.write(MAGIC + len(told).to_bytes(4, "big") + told)
    sink.write(sealing.seal(master, key, sealing.place("file-key", mark)))
    cipher = AESGCM(key)
    for number, (plain, is_last) in enumerate(with_last(chunks(source))):
        # The key is this file's alone, so a counter is a nonce that never comes twice.
        sealed = cipher.encrypt(number.to_bytes(12, "big"), plain, sealing.place(mark, number, int(is_last)))
        sink.write(len(sealed).to_bytes(4, "big") + sealed)


def chunks(source: IO[bytes]) -> Iterator[bytes]:
    while chunk := source.read(CHUNK_BYTES):
        yield chunk


def with_last(parts: Iterator[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Each part with whether it is the last; nothing at all is one empty part."""
    before = next(parts, b"")
    for part in parts:
        yield before, False
        before = part
    yield before, True


def head_of(source: IO[bytes]) -> dict[str, str]:
    """What a sealed file says of itself; not yet proved. Raises UnreadableError."""
    told = _told(source)
    try:
        found = json.loads(told)
    except ValueError:
        raise UnreadableError from None
    if not isinstance(found, dict):
        raise UnreadableError
    return {str(name): str(value) for name, value in found.items()}


def _told(source: IO[bytes]) -> bytes:
    if exactly(source, len(MAGIC)) != MAGIC:
        raise UnreadableError
    length = int.from_bytes(exactly(source, 4), "big")
    if length > LONGEST_HEAD:
        raise UnreadableError
    return exactly(source, length)


def exactly(source: IO[bytes], count: int) -> bytes:
    found = source.read(count)
    if len(found) != count:
        raise UnreadableError
    return found


def read(source: IO[bytes], master: bytes) -> Iterator[bytes]:
    """The contents, chunk by chunk, each proved before it is given. Raises UnreadableError, at the latest at the end.

    Whoever uses a chunk before the end must throw it away when the end does not come: the file may have been cut.
    """
    mark = sha256(_told(source)).digest()
    cipher = AESGCM(sealing.unseal(master, exactly(source, SEALED_KEY_BYTES), sealing.place("file-key", mark)))
    number, is_last = 0, False
    while not is_last:
        length = int.from_bytes(exactly(source, 4), "big")
        if length > CHUNK_BYTES + TAG_BYTES:
            raise UnreadableError
        sealed = exactly(source, length)
        plain, is_last = open_chunk(cipher, sealed, mark, number)
        yield plain
        number += 1
    if source.read(1):
        raise UnreadableError


def open_chunk(cipher: AESGCM, sealed: bytes, mark: bytes, number: int) -> tuple[bytes, bool]:
    for is_last in (False, True):
        try:
            where = sealing.place(mark, number, int(is_last))
            return cipher.decrypt(number.to_bytes(12, "big"), sealed, where), is_last
        except InvalidTag:
            continue
    raise UnreadableError
