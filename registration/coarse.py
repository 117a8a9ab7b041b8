"""When a talk was and how long it took, told so that many talks look alike (G02, security goal L1).

A registration names the month, a part of the day or an hour, and a rounded length: never a day or a minute. Pure.
"""

from collections.abc import Callable, Hashable
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

PARTS = (("night", 0, 6), ("morning", 6, 12), ("afternoon", 12, 18), ("evening", 18, 24))
UNTOLD = ""
# Longer than this is told as this: very long talks are rare, and what is rare can be recognised.
LONGEST = 120
# To so many minutes a length is rounded, from the finest to the coarsest.
STEPS = (5, 15, 30)


class Told(NamedTuple):
    """What a registration tells of the time: a code such as "h13" or "afternoon", and minutes."""

    moment: str
    minutes: int | None


class Level(NamedTuple):
    """How exactly the time and the length are told; None leaves one out."""

    moment: str | None
    step: int | None

    def of(self, told: Told) -> Told:
        minutes = None if self.step is None or told.minutes is None else rounded(told.minutes, self.step)
        return Told(UNTOLD if self.moment is None else as_told(told.moment, self.moment), minutes)


# From the most to the least that may be told.
LEVELS: dict[str, tuple[Level, ...]] = {
    "hour": (
        Level("hour", 5), Level("hour", 15), Level("part", 15), Level("part", 30), Level(None, 30), Level(None, None),
    ),
    "part": (Level("part", 5), Level("part", 15), Level("part", 30), Level(None, 30), Level(None, None)),
}  # fmt: skip


def month_of(at: datetime, zone: ZoneInfo) -> date:
    """The first day of the month, on the organisation's clock."""
    return at.astimezone(zone).date().replace(day=1)


def moment_of(at: datetime, zone: ZoneInfo, exactness: str) -> str:
    """The hour ("h13") or the part of the day, as the policy has it."""
    return as_told(hour_code(at.astimezone(zone).hour), exactness)


def hour_code(hour: int) -> str:
    return f"h{hour:02}"


def as_told(code: str, exactness: str) -> str:
    """A code at this exactness: an hour becomes its part of the day; a part of the day stays one."""
    return part_of(int(code[1:])) if exactness == "part" and is_hour(code) else code


def is_hour(code: str) -> bool:
    return code[:1] == "h" and code[1:].isdigit()


def part_of(hour: int) -> str:
    return next(name for name, first, end in PARTS if first <= hour < end)


def rounded(minutes: int, step: int) -> int:
    """To the nearest step, a half upwards, and never more than the longest that is told."""
    return min(LONGEST, (max(0, minutes) + step // 2) // step * step)


def minutes_between(began: datetime, ended: datetime) -> int:
    """The length of a talk, to five minutes."""
    return rounded(round((ended - began).total_seconds() / 60), STEPS[0])


def classes(exactness: str) -> list[Callable[[Told], Hashable]]:
    """By what items look alike, from the most told to the least."""
    return [level.of for level in LEVELS[exactness]]
