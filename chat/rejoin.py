"""The word and the code with which a visitor comes back from another tab (C02). Pure.

Both follow from the talk's own key, so nothing of them is stored and they die with the key. Somebody who gave no name gets a
made-up word in its place: a code alone never opens a talk.
"""

import hashlib
import hmac
import unicodedata
from typing import NamedTuple

# No two letters or digits that look alike (0 O, 1 I L, 2 Z, 5 S, 8 B, U V): 27 signs, so 8 of them are 38 bits.
ALPHABET = "23456789ACDEFGHJKMNPQRTVWXY"
LENGTH = 8
# What somebody reads or types for what we show.
MEANT = str.maketrans("BSZU", "852V")
# The same word in nl, en, fr and de, and a name of nobody.
WORDS = (
    "Banjo", "Cello", "Judo", "Kimono", "Kiwi", "Koala", "Lama", "Mango", "Opera", "Panda", "Piano", "Puma", "Radio",
    "Safari", "Sauna", "Taxi", "Tango", "Yoga", "Zebra",
)  # fmt: skip


class Ticket(NamedTuple):
    """What somebody notes down to come back with."""

    name: str
    code: str


def ticket(key: bytes, nickname: str | None) -> Ticket:
    """The ticket of the talk with this key: the nickname or a word, and a code in two groups of four."""
    number = int.from_bytes(hmac.new(key, b"rejoin-code", hashlib.sha256).digest(), "big")
    signs = []
    for _position in range(LENGTH):
        number, index = divmod(number, len(ALPHABET))
        signs.append(ALPHABET[index])
    code = "".join(signs)
    given = nickname if nickname and plain_name(nickname) else WORDS[number % len(WORDS)]
    return Ticket(given, f"{code[:4]}-{code[4:]}")


def proof(line_id: int, name: str, code: str) -> str:
    """What must be the same for both to fit: made when the talk starts, and again from what somebody types."""
    return f"{line_id}\n{plain_name(name)}\n{plain_code(code)}"


def plain_name(name: str) -> str:
    """A name without what typing it again changes: capitals, accents, blanks and signs that nobody sees."""
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", name).casefold())
    return "".join(sign for sign in apart if unicodedata.category(sign)[0] not in "MZC")


def plain_code(code: str) -> str:
    """A code in capitals, without what stands between its groups, and with look-alikes read as what was shown."""
    return "".join(sign for sign in code.upper() if sign.isalnum()).translate(MEANT)
