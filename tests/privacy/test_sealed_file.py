"""Sealed files: whole and in their own place, or not at all."""

from io import BytesIO

import pytest

from privacy import sealed_file, sealing
from privacy.sealing import UnreadableError

MASTER = bytes(range(32))
HEAD = {"what": "data", "master": "test"}
SMALL = 1000


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch):
    monkeypatch.setattr(sealed_file, "CHUNK_BYTES", SMALL)


def sealed(plain: bytes, head=HEAD) -> bytes:
    sink = BytesIO()
    sealed_file.write(BytesIO(plain), sink, MASTER, head)
    return sink.getvalue()


def opened(blob: bytes, master: bytes = MASTER) -> bytes:
    return b"".join(sealed_file.read(BytesIO(blob), master))


@pytest.mark.parametrize("size", [0, 1, SMALL - 1, SMALL, SMALL + 1, 3 * SMALL])
def test_what_was_sealed_comes_back_whole(size):
    plain = bytes(number % 251 for number in range(size))
    assert opened(sealed(plain)) == plain


def test_sealed_file_shows_its_head_and_nothing_else():
    blob = sealed(b"canary " * 500)
    assert sealed_file.head_of(BytesIO(blob)) == HEAD
    assert b"canary" not in blob


@pytest.mark.promise("C01")
def test_file_that_was_changed_anywhere_or_cut_is_refused():
    blob = sealed(b"x" * (2 * SMALL + 10))
    changed = [bytes([*blob[:at], blob[at] ^ 1, *blob[at + 1 :]]) for at in range(len(blob))]
    cut = [blob[:length] for length in range(len(blob))]
    for broken in [*changed, *cut, blob + b"\0"]:
        with pytest.raises(UnreadableError):
            opened(broken)


def test_chunks_do_not_change_places_or_files():
    def parts(blob: bytes) -> tuple[bytes, list[bytes]]:
        start = blob.index(b"}") + 1 + sealed_file.SEALED_KEY_BYTES
        size = 4 + SMALL + sealed_file.TAG_BYTES
        return blob[:start], [blob[at : at + size] for at in range(start, len(blob), size)]

    front, own = parts(sealed(b"a" * 3 * SMALL))
    _front, others = parts(sealed(b"a" * 3 * SMALL))
    assert opened(front + b"".join(own)) == b"a" * 3 * SMALL
    for mixed in ([own[1], own[0], own[2]], [own[0], own[2]], own[:2], [others[0], *own[1:]], [*own, own[2]]):
        with pytest.raises(UnreadableError):
            opened(front + b"".join(mixed))


def test_another_master_key_opens_nothing():
    with pytest.raises(UnreadableError):
        opened(sealed(b"x"), sealing.new_key())


def test_length_of_the_key_is_what_sealing_gives():
    assert len(sealing.seal(MASTER, sealing.new_key(), b"")) == sealed_file.SEALED_KEY_BYTES
