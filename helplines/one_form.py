"""One form for a secret that looks the same: one device sends é as one sign, another as two.

Source: NIST SP 800-63B, 3.1.1.2 (NFKC, before hashing).
"""

import unicodedata


def normalised(secret: str) -> str:
    return unicodedata.normalize("NFKC", secret)
