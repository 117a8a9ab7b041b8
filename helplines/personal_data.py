"""What looks like somebody's address or number in a text; rules without Django, values in and values out.

A telephone number is at least eight digits, with the usual signs between; dates and times of day are none. A number in our own
list of short ones (112) has fewer digits and is never taken for somebody's.
"""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass

EMAIL = re.compile(r"[\w.+'-]+@[\w-]+(?:\.[\w-]+)+")
NUMBER = re.compile(r"(?<![\w/])(?:\+|\(?0{0,2})\d(?:[ \u00a0./()-]{0,3}\d){7,}(?!\w)")
CLOCK = r"\d{1,2}[.:]\d{2}"
NO_NUMBER = re.compile(
    rf"{CLOCK}\s*-\s*{CLOCK}|\d{{1,2}}[-/. ]\d{{1,2}}[-/. ](?:19|20)\d{{2}}|(?:19|20)\d{{2}}[-/.]\d{{1,2}}[-/.]\d{{1,2}}"
)
MASK = "[…]"


@dataclass(frozen=True)
class Known:
    """Addresses and numbers of the organisation itself, which everybody may read."""

    emails: frozenset[str]
    numbers: frozenset[str]

    @classmethod
    def of(cls, emails: Collection[str], numbers: Collection[str]) -> "Known":
        return cls(frozenset(entry.casefold() for entry in emails if entry), frozenset(map(digits, numbers)) - {""})

    def has_email(self, address: str) -> bool:
        return address.casefold().strip(".") in self.emails

    def has_number(self, number: str) -> bool:
        return digits(number) in self.numbers


def digits(number: str) -> str:
    """The digits alone, a Belgian or Dutch number as it is dialled inside the country: +32 2 … and 0032 2 … are 02 …"""
    bare = re.sub(r"\D", "", number.replace("(0)", ""))
    if number.strip().startswith("+"):
        bare = "00" + bare
    return re.sub(r"^00(?:32|31)0?", "0", bare)


def found(text: str, known: Known) -> list[str]:
    """The addresses and numbers in this text that are not the organisation's, as they are written, each once."""
    met: list[str] = []

    def note(part: str) -> str:
        met.append(part)
        return MASK

    replaced(text, known, note)
    return list(dict.fromkeys(met))


def masked(text: str, known: Known) -> str:
    """The text with a mark in the place of each of them."""
    return replaced(text, known, lambda part: MASK)


def replaced(text: str, known: Known, instead: Callable[[str], str]) -> str:
    """The text with what `instead` gives for each address and number that is not the organisation's."""
    without = EMAIL.sub(lambda hit: hit[0] if known.has_email(hit[0]) else instead(hit[0]), text)
    return NUMBER.sub(
        lambda hit: hit[0] if known.has_number(hit[0]) or NO_NUMBER.fullmatch(hit[0].strip()) else instead(hit[0]),
        without,
    )
