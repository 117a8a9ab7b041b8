"""Which reads of a week are odd enough to stand on top of the review, by rules that anybody can check (security goal M7).

Without Django: values in, values out.
"""

from collections import Counter, defaultdict, deque
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

NIGHT_ENDS = 6
# More reads of one person within any hour than work asks for.
MANY, HOUR = 10, timedelta(hours=1)
# The same talk, by the same person, within the week.
AGAIN = 3


class Odd(StrEnum):
    """Why a read stands on top; the weightiest first."""

    EMERGENCY = "emergency"
    NOT_THEIRS = "not-theirs"
    NIGHT = "night"
    MANY = "many"
    AGAIN = "again"


class Read(NamedTuple):
    """One entry: who looked at what, when on the clock of the organisation, and whether the talk was somebody else's."""

    number: int
    who: int | None
    what: str
    at: datetime
    not_theirs: bool
    emergency: bool


def oddities(reads: Sequence[Read]) -> dict[int, list[Odd]]:
    """By the number of an entry: what is odd about it. What is not odd is not in it."""
    found: dict[int, list[Odd]] = defaultdict(list)
    crowded = in_crowded_hours(reads)
    times = Counter((one.who, one.what) for one in reads if one.what)
    for one in reads:
        rules = {
            Odd.EMERGENCY: one.emergency,
            Odd.NOT_THEIRS: one.not_theirs,
            Odd.NIGHT: one.at.hour < NIGHT_ENDS,
            Odd.MANY: one.number in crowded,
            Odd.AGAIN: times[one.who, one.what] >= AGAIN,
        }
        why = [rule for rule, holds in rules.items() if holds]
        if why:
            found[one.number] = why
    return dict(found)


def in_crowded_hours(reads: Sequence[Read]) -> set[int]:
    """The entries of somebody who read more than MANY within an hour, wherever that hour begins."""
    found: set[int] = set()
    lately: dict[int | None, deque[Read]] = defaultdict(deque)
    for one in sorted(reads, key=lambda read: read.at):
        window = lately[one.who]
        window.append(one)
        while one.at - window[0].at >= HOUR:
            window.popleft()
        if len(window) > MANY:
            found |= {read.number for read in window}
    return found
