"""Sealing: what goes in comes out in its own place and nowhere else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy import sealing

KEY = bytes(range(32))
HERE = sealing.place(1, "code", 1, "text")


@given(st.binary(max_size=5000))
def test_unseal_gives_back_what_was_sealed(plain):
    assert sealing.unseal(KEY, sealing.seal(KEY, plain, HERE), HERE) == plain


@pytest.mark.promise("O06")
@given(st.text(min_size=8, max_size=200))
def test_sealed_bytes_hold_nothing_readable(text):
    assert text.encode() not in sealing.seal(KEY, text.encode(), HERE)


@given(st.integers(min_value=0, max_value=8 * 285 - 1))
def test_one_flipped_bit_is_refused(bit):
    sealed = bytearray(sealing.seal(KEY, b"help", HERE))
    sealed[bit // 8 % len(sealed)] ^= 1 << bit % 8
    with pytest.raises(sealing.UnreadableError):
        sealing.unseal(KEY, bytes(sealed), HERE)


@given(st.integers(min_value=0, max_value=284))
def test_a_cut_value_is_refused(length):
    with pytest.raises(sealing.UnreadableError):
        sealing.unseal(KEY, sealing.seal(KEY, b"help", HERE)[:length], HERE)


@pytest.mark.parametrize(
    "elsewhere",
    [
        sealing.place(2, "code", 1, "text"),
        sealing.place(1, "other", 1, "text"),
        sealing.place(1, "code", 2, "text"),
        sealing.place(1, "code", 1, "nickname"),
        sealing.place(1, "cod", "e1", "text"),
    ],
)
def test_a_moved_value_is_refused(elsewhere):
    with pytest.raises(sealing.UnreadableError):
        sealing.unseal(KEY, sealing.seal(KEY, b"help", HERE), elsewhere)


def test_no_key_is_remembered_after_use():
    caches = [name for name, entry in vars(sealing).items() if hasattr(entry, "cache_info")]
    assert caches == []


def test_another_key_is_refused():
    with pytest.raises(sealing.UnreadableError):
        sealing.unseal(sealing.new_key(), sealing.seal(KEY, b"help", HERE), HERE)


def test_places_that_concatenate_alike_differ():
    assert sealing.place("ab", "c") != sealing.place("a", "bc")


def test_sizes_tell_no_more_than_a_bucket():
    """C15: one word and fifty words look the same; only a text above a bucket takes the next one."""
    short, long = (len(sealing.seal(KEY, b"x" * size, HERE)) for size in (1, 250))
    assert short == long
    assert len(sealing.seal(KEY, b"x" * 256, HERE)) == short + sealing.BUCKET_BYTES


def test_the_same_text_never_looks_the_same_twice():
    assert sealing.seal(KEY, b"help", HERE) != sealing.seal(KEY, b"help", HERE)
