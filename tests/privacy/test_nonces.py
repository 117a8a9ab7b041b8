"""No nonce is used twice with one key, also by workers that are forked from one process (security goal C4).

`NONCES=10000000` makes it the long form.
"""

import multiprocessing
import os

import pytest

from privacy import sealing

MANY, WORKERS = int(os.environ.get("NONCES", "40000")), 4
KEY, WHERE = sealing.new_key(), sealing.place("nonces")


def nonces(count: int) -> bytes:
    """So many nonces of one worker, one after the other."""
    start, end = len(sealing.VERSION), len(sealing.VERSION) + sealing.NONCE_BYTES
    return b"".join(sealing.seal(KEY, b"", WHERE)[start:end] for _number in range(count))


def parted(blob: bytes) -> list[bytes]:
    size = sealing.NONCE_BYTES
    return [blob[place : place + size] for place in range(0, len(blob), size)]


def test_forked_workers_never_use_a_nonce_twice():
    nonces(10)  # whatever a process remembers of its randomness, it has it before it forks
    with multiprocessing.get_context("fork").Pool(WORKERS) as pool:
        found = [nonce for blob in pool.map(nonces, [MANY // WORKERS] * WORKERS, chunksize=1) for nonce in parted(blob)]
    assert len(found) == MANY // WORKERS * WORKERS
    assert len(set(found)) == len(found)


@pytest.mark.parametrize("fixed", [b"\0" * sealing.NONCE_BYTES])
def test_nonce_comes_from_the_system_and_from_nowhere_else(monkeypatch, fixed):
    """The check above would see one that is made in the process."""
    monkeypatch.setattr(sealing.os, "urandom", lambda size: fixed[:size])
    assert len(set(parted(nonces(10)))) == 1
