"""What a tongue is to `helplines.told_numbers`, and how one is put together (N04)."""

import re
from typing import NamedTuple


class About(NamedTuple):
    """What a sentence must name to speak of one value of the policy, and what it must not name."""

    needs: tuple[re.Pattern[str], ...]
    shuns: re.Pattern[str]


class Aside(NamedTuple):
    """A number with one of these units (any, where there are none) is no promise between such words."""

    units: frozenset[str]
    before: re.Pattern[str] | None = None
    after: re.Pattern[str] | None = None
    # "van 8 uur" can be a time of the clock; "van een half uur" is how long.
    also_half: bool = True
    # Only where the number is an article: "un jour" is "some day" too.
    article: bool = False


class Tongue(NamedTuple):
    """How numbers are said, when they are none that count, and the words of each value of the policy."""

    counting: dict[str, float]
    articles: frozenset[str]
    amount: re.Pattern[str]
    asides: tuple[Aside, ...]
    topics: dict[str, About]


def words(*alternatives: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(alternatives)})\b", re.IGNORECASE)


def any_of(*patterns: re.Pattern[str]) -> re.Pattern[str]:
    return re.compile("|".join(pattern.pattern for pattern in patterns), re.IGNORECASE)


def before(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?:{pattern})$", re.IGNORECASE)


def after(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"^(?:{pattern})", re.IGNORECASE)


def number_of(counting: dict[str, float]) -> str:
    return r"\d{1,4}|" + "|".join(sorted(counting, key=len, reverse=True))


def amount_of(
    counting: dict[str, float], units: dict[str, str], half: str, gap: str, plus: str = "(?!)"
) -> re.Pattern[str]:
    """A number, its unit, and what makes it a half more; `half` is what stands for a half, `gap` what stands between."""
    unit = "|".join(f"(?P<{name}>{pattern})" for name, pattern in units.items())
    return re.compile(
        rf"(?<![\w.,:/+-])(?:(?P<half>{half})|(?P<number>{number_of(counting)}){gap})(?:{unit})\b(?P<plus>{plus})?",
        re.IGNORECASE,
    )


ANY, HOURS, YEARS = frozenset[str](), frozenset({"hour"}), frozenset({"year"})
MINUTES = frozenset({"minute", "quarter"})
DAYS, TIMES = frozenset({"day"}), frozenset({"time"})
# In "you can begin a talk" nothing is counted.
NOTHING_COUNTED = Aside(frozenset({"talk"}), before=re.compile("$"), article=True)
