"""What the records of a mail domain say: SPF, DKIM and DMARC (O02). Pure: what a name server answered goes in."""

import re
from enum import StrEnum
from typing import NamedTuple


class Kind(StrEnum):
    SPF = "spf"
    DKIM = "dkim"
    DMARC = "dmarc"


class Mark(StrEnum):
    GOOD = "good"
    WEAK = "weak"
    MISSING = "missing"
    UNKNOWN = "unknown"  # nobody answered: that is not the same as missing


class Found(NamedTuple):
    """One of the three: how it stands, why (a keyword), and the record as it was found."""

    kind: Kind
    mark: Mark
    why: str
    record: str = ""


Texts = list[str] | None  # None: no answer came


def judge_spf(texts: Texts) -> Found:
    """One record that ends with a refusal of all others; "~all" is a half refusal, and two records count as none (RFC 7208)."""
    records = [text for text in texts or [] if re.match(r"v=spf1(\s|$)", text, re.IGNORECASE)]
    if texts is None:
        return Found(Kind.SPF, Mark.UNKNOWN, "no_answer")
    if len(records) != 1:
        return Found(Kind.SPF, Mark.MISSING, "two_records" if records else "no_record", " / ".join(records))
    last = records[0].split()[-1].lower()
    if last in {"-all", "~all"} or last.startswith("redirect="):
        return Found(Kind.SPF, Mark.GOOD, "refuses", records[0])
    return Found(Kind.SPF, Mark.WEAK, "lets_everybody", records[0])


def judge_dkim(texts: Texts, selector: str) -> Found:
    """A public key under the selector; an empty one was revoked (RFC 6376)."""
    if not selector:
        return Found(Kind.DKIM, Mark.UNKNOWN, "no_selector")
    if texts is None:
        return Found(Kind.DKIM, Mark.UNKNOWN, "no_answer")
    for text in texts:
        key = re.search(r"(?:^|;)\s*p\s*=\s*([A-Za-z0-9+/=\s]*)", text)
        if key:
            return Found(Kind.DKIM, *((Mark.GOOD, "key") if key[1].strip() else (Mark.MISSING, "revoked")), text)
    return Found(Kind.DKIM, Mark.MISSING, "no_record")


def judge_dmarc(texts: Texts) -> Found:
    """What receivers must do with mail that fails both: "none" only watches (RFC 7489)."""
    if texts is None:
        return Found(Kind.DMARC, Mark.UNKNOWN, "no_answer")
    records = [text for text in texts if re.match(r"v=DMARC1\s*(;|$)", text, re.IGNORECASE)]
    if len(records) != 1:
        return Found(Kind.DMARC, Mark.MISSING, "two_records" if records else "no_record", " / ".join(records))
    policy = re.search(r"(?:^|;)\s*p\s*=\s*(\w+)", records[0], re.IGNORECASE)
    is_strict = policy is not None and policy[1].lower() in {"quarantine", "reject"}
    return Found(Kind.DMARC, *((Mark.GOOD, "strict") if is_strict else (Mark.WEAK, "watches")), records[0])


def names_of(domain: str, selector: str) -> dict[Kind, str]:
    """Under which names the records stand."""
    return {Kind.SPF: domain, Kind.DKIM: f"{selector}._domainkey.{domain}", Kind.DMARC: f"_dmarc.{domain}"}
