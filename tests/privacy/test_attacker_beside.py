"""Pages that tell figures beside the reports: laid side by side, all bound no small number tighter than the threshold (L2)."""

import random

import pytest
from django.utils import translation

from privacy import opening_counts
from privacy.suppression import Coins, Counts, publication
from tests.privacy.attacker import MOST, Attacker, Unknown

KEY = b"b" * 32
INSIDE, OUTSIDE = 5, 10
SETS = range(40)
OPENED = "identity-opened"


def year(rng: random.Random) -> list[int]:
    """How often something rare was done, by month: of an organisation that is here for two months at least."""
    return [rng.choice((0, 0, 0, 1, 1, 2, 4, 7)) for _month in range(rng.randrange(2, 13))]


def published(months: list[int], number: int) -> tuple[list[int], list[int]]:
    """The figure of each month, inside and outside."""
    inside, outside = [], []
    for month, count in enumerate(months):
        tables: dict[str, Counts] = {"steps": {(OPENED,): count}}
        for base, told in ((INSIDE, inside), (OUTSIDE, outside)):
            tables = dict(publication(tables, base, Coins(KEY, str(base), str(month), str(number))))
            told.append(tables["steps"][OPENED,])
    return inside, outside


def reader(months: list[int], number: int, audience: str) -> tuple[Attacker, list[Unknown], int]:
    """Somebody with the reports: of each month, between which numbers it lies; and what the year adds up to outside."""
    cells: list[Unknown] = [("steps", str(month)) for month in range(len(months))]
    attacker = Attacker(cells)
    inside, outside = published(months, number)
    for cell, near, far in zip(cells, inside, outside, strict=True):
        attacker.hear_rounded([cell], far, INSIDE + OUTSIDE - 1)
        if audience == "inside":
            attacker.hear_rounded([cell], near, INSIDE)
    return attacker, cells, sum(outside)


def tightest(attacker: Attacker, cells: list[Unknown], months: list[int], base: int) -> int:
    """The fewest numbers that the count of one month can still be; equal months look alike, so one of each is tried."""
    small = {count: cell for cell, count in zip(cells, months, strict=True) if 0 < count < base}
    return min((attacker.width([cell]) for cell in small.values()), default=base)


def hear_page(attacker: Attacker, cells: list[Unknown], months: list[int], outside: int) -> None:
    """Opened addresses, as visitors read of them; its number is a sum of what the reports say, and so is heard already."""
    with translation.override("en"):
        says = opening_counts.told(sum(months) > 0, outside)
    assert says in {"never", "sometimes", f"about {outside} times"}
    attacker.hear(cells, *((0, 0) if says == "never" else (1, MOST)))


@pytest.mark.promise("E07", "G06")
@pytest.mark.parametrize(("audience", "base"), [("inside", INSIDE), ("outside", OUTSIDE)])
def test_opened_addresses_on_the_page_of_visitors_narrow_nothing_of_the_reports(audience: str, base: int) -> None:
    for number in SETS:
        months = year(random.Random(number))
        attacker, cells, outside = reader(months, number, audience)
        hear_page(attacker, cells, months, outside)
        assert tightest(attacker, cells, months, base) >= base, number


def rounded_down(attacker: Attacker, cells: list[Unknown], months: list[int], _outside: int) -> None:
    """A number of its own, however coarse: in a year, so many tens and no more."""
    down = sum(months) // OUTSIDE * OUTSIDE
    attacker.hear(cells, max(1, down), down + OUTSIDE - 1)


def of_one_month(attacker: Attacker, cells: list[Unknown], months: list[int], _outside: int) -> None:
    """That it was done, of a month alone."""
    for cell, count in zip(cells, months, strict=True):
        attacker.hear([cell], *((1, MOST) if count else (0, 0)))


@pytest.mark.parametrize("tell", [rounded_down, of_one_month])
def test_attacker_wins_where_the_page_has_numbers_of_its_own(tell) -> None:  # type: ignore[no-untyped-def]
    def wins(number: int) -> bool:
        months = year(random.Random(number))
        attacker, cells, outside = reader(months, number, "inside")
        tell(attacker, cells, months, outside)
        return sum(months) > 0 and tightest(attacker, cells, months, INSIDE) < INSIDE

    assert any(map(wins, SETS))


def test_attacker_wins_where_feedback_is_told_by_year_in_a_rounding_of_its_own() -> None:
    """Why the page of feedback tells the published figures: an answer of one month beside the year, rounded down."""

    def wins(number: int) -> bool:
        count = random.Random(number).randrange(1, INSIDE)
        attacker, cells, _outside = reader([count], number, "inside")
        attacker.hear(cells, count // INSIDE * INSIDE, count // INSIDE * INSIDE + INSIDE - 1)
        return tightest(attacker, cells, [count], INSIDE) < INSIDE

    assert any(map(wins, SETS))
