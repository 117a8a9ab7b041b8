"""The receipt code: the one key that a sender has, shown once; we keep a keyed fingerprint of it alone (D1).

Twenty letters and digits without those that look alike: 100 bits of chance, which nobody guesses.
"""

import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
GROUPS, SIZE = 4, 5
# What somebody writes who reads it aloud or copies it by hand.
LOOKALIKES = str.maketrans({"O": "0", "I": "1", "L": "1"})


def new() -> str:
    """Such as `7QK2M-X0B9D-4TR8A-VNE31`."""
    return "-".join("".join(secrets.choice(ALPHABET) for _letter in range(SIZE)) for _group in range(GROUPS))


def normal(written: str) -> str:
    """The code as it was made, however it was typed; "" for what cannot be one."""
    bare = "".join(written.upper().split()).replace("-", "").translate(LOOKALIKES)
    if len(bare) != GROUPS * SIZE or set(bare) - set(ALPHABET):
        return ""
    return "-".join(bare[at : at + SIZE] for at in range(0, len(bare), SIZE))
