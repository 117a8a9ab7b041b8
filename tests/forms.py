"""The ways in which a word may lie somewhere without anybody meaning it to be read there."""

import base64
from urllib.parse import quote


def forms_of(word: str) -> list[bytes]:
    """A word plain, as in an address, hexadecimal, in base64, backwards, and two bytes a letter."""
    plain = word.encode()
    # Base64 of a piece in the middle does not depend on where the piece begins, but for its ends.
    turned = [base64.b64encode(b"x" * shift + plain)[4:-4] for shift in range(3)]
    two_bytes = [word.encode(code) for code in ("utf-16-le", "utf-16-be")]
    return [
        plain,
        quote(word).encode(),
        plain.hex().encode(),
        plain.hex().upper().encode(),
        plain[::-1],
        *two_bytes,
        *turned,
    ]
