"""Ten thousand sealed values, each damaged and moved in every way: none of them opens (security goal C3)."""

import random

import pytest

from chat.sealed import Contents
from privacy import sealing

MANY, BITS = 10_000, 16
# Whose and where each piece of a talk is: its number (a message's, a note's version, a handover's code) and its field.
PLACES = [(1, "text"), (2, "text"), (0, "nickname"), (0, "answers"), (1, "note"), (2, "note"), ("a", "advice")]


def opens(key: bytes, sealed: bytes, where: bytes) -> bool:
    """Whether it can be read; a refusal looks the same whatever was wrong, and holds nothing."""
    try:
        sealing.unseal(key, sealed, where)
    except Exception as refused:
        assert (type(refused), str(refused), refused.__cause__) == (sealing.UnreadableError, "", None)
        return False
    return True


def place_of(talk: Contents, number: str | int, field: str) -> bytes:
    return sealing.place(talk.organisation_id, talk.code, number, field)


def damaged(sealed: bytes, chance: random.Random):
    """The value with one bit turned, at sixteen places, and cut short and made longer."""
    for _bit in range(BITS):
        turned, at = bytearray(sealed), chance.randrange(len(sealed) * 8)
        turned[at // 8] ^= 1 << at % 8
        yield bytes(turned)
    yield sealed[: chance.randrange(len(sealed))]
    yield sealed + b"\0"


@pytest.mark.promise("O06")
def test_ten_thousand_values_open_in_their_own_place_and_nowhere_else():
    chance = random.Random(7)
    before, opened = (b"", b"", b""), []
    for count in range(MANY):
        number, field = PLACES[count % len(PLACES)]
        talk = Contents(sealing.new_key(), count % 3, f"talk-{count // 2}")
        sealed, where = talk.seal(number, field, f"Woorden {count}"), place_of(talk, number, field)
        if not opens(talk.key, sealed, where):
            opened.append((count, "does not open at home"))
        opened += [(count, "damaged") for value in damaged(sealed, chance) if opens(talk.key, value, where)]
        # Another piece or another version of the talk, another talk, and another organisation, all under the same key.
        elsewhere = [place_of(talk, *other) for other in PLACES if other != (number, field)]
        elsewhere += [place_of(Contents(talk.key, talk.organisation_id, "other"), number, field)]
        elsewhere += [place_of(Contents(talk.key, talk.organisation_id + 1, talk.code), number, field)]
        opened += [(count, "moved") for other in elsewhere if opens(talk.key, sealed, other)]
        # A row in the place of the one before it, either way.
        key_before, sealed_before, where_before = before
        if key_before and (opens(talk.key, sealed_before, where) or opens(key_before, sealed, where_before)):
            opened.append((count, "swapped"))
        before = talk.key, sealed, where
    assert opened == []
