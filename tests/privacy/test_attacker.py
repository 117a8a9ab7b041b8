"""No small cell can be bounded tighter than the threshold from all that is published; without each guard it can (L2)."""

import os
import random
from itertools import combinations

import pytest

from privacy.suppression import Coins, Counts, publication, rounded, summed
from tests.privacy.attacker import Attacker, Unknown, people

KEY = b"a" * 32
INSIDE, OUTSIDE = 5, 10
# All of goal L2's with SOAK=1; three hundred show the same.
SETS = range(1000 if os.environ.get("SOAK") else 300)
LOOKED_AT = 30 if os.environ.get("SOAK") else 2


def cells_of(table: str, counts: Counts, margin: tuple[int, ...], group: tuple[str, ...]) -> list[Unknown]:
    return [(table, *cell) for cell in counts if tuple(cell[n] for n in margin) == group]


def margins_of(counts: Counts) -> list[tuple[int, ...]]:
    """Every margin of a table: one column, two, all, none."""
    width = max(map(len, counts))
    return [margin for size in range(width + 1) for margin in combinations(range(width), size)]


def attacker_of(tables: dict[str, Counts]) -> Attacker:
    """They know which cells there can be, and that both tables count the same contacts of each line."""
    found = Attacker([(name, *cell) for name, counts in tables.items() for cell in counts])
    for line in {cell[0] for cell in tables["crossed"]}:
        found.hear_same(*(cells_of(name, counts, (0,), (line,)) for name, counts in tables.items()))
    return found


def hear(attacker: Attacker, name: str, told: Counts, base: int) -> None:
    """A published table: its cells, and the margins of which it is sure how far they can be off."""
    for margin in (tuple(range(max(map(len, told)))), (0,), ()):
        for group, figure in summed(told, margin).items():
            attacker.hear_rounded(cells_of(name, told, margin, group), figure, base)


def tightest(attacker: Attacker, tables: dict[str, Counts], base: int, rng: random.Random) -> int:
    """The fewest numbers that a small count, a cell or a margin, can still be."""
    small = [
        cells_of(name, counts, margin, group)
        for name, counts in tables.items()
        for margin in margins_of(counts)
        for group, count in summed(counts, margin).items()
        if 0 < count < base
    ]
    return min((attacker.width(cells) for cells in rng.sample(small, min(LOOKED_AT, len(small)))), default=base)


def published(tables: dict[str, Counts], number: int) -> tuple[dict[str, Counts], dict[str, Counts]]:
    inside = publication(tables, INSIDE, Coins(KEY, "inside", str(number)))
    return inside, publication(inside, OUTSIDE, Coins(KEY, "outside", str(number)))


@pytest.mark.promise("G06")
@pytest.mark.parametrize(("audience", "base"), [("inside", INSIDE), ("outside", OUTSIDE)])
def test_no_small_cell_is_bounded_tighter_than_the_threshold(audience, base):
    for number in SETS:
        rng = random.Random(number)
        tables: dict[str, Counts] = dict(people(rng))
        attacker = attacker_of(tables)
        inside, outside = published(tables, number)
        if audience == "inside":
            for name, told in inside.items():
                hear(attacker, name, told, INSIDE)
        for name, told in outside.items():
            # What goes outside is off by what was off inside, and by its own.
            hear(attacker, name, told, INSIDE + OUTSIDE - 1)
        assert tightest(attacker, tables, base, rng) >= base, number


# Each guard taken away. That the attacker wins then shows that they could win at all.


def exact_margins(tables: dict[str, Counts], attacker: Attacker, _number: int) -> None:
    """Small cells hidden, and nothing else: what is hidden follows from the totals."""
    for name, counts in tables.items():
        for margin in margins_of(counts):
            for group, count in summed(counts, margin).items():
                cells = cells_of(name, counts, margin, group)
                is_finest = len(margin) == max(map(len, counts))
                attacker.hear(cells, *((1, INSIDE - 1) if is_finest and count < INSIDE else (count, count)))


def each_for_itself(tables: dict[str, Counts], attacker: Attacker, number: int) -> None:
    """Every figure rounded apart from the others: of margin and cells together only a few data are left."""
    for name, counts in tables.items():
        for margin in margins_of(counts):
            for group, count in summed(counts, margin).items():
                figure = rounded({("one",): count}, INSIDE, Coins(KEY, name, str(margin), str(group), str(number)))[
                    "one",
                ]
                attacker.hear_rounded(cells_of(name, counts, margin, group), figure, INSIDE)


def totals_apart(tables: dict[str, Counts], attacker: Attacker, number: int) -> None:
    """Two tables that do not have the same totals."""
    for name, counts in tables.items():
        hear(attacker, name, rounded(counts, INSIDE, Coins(KEY, name, str(number))), INSIDE)


def outside_from_the_truth(tables: dict[str, Counts], attacker: Attacker, number: int) -> None:
    for base in (INSIDE, OUTSIDE):
        for name, told in publication(tables, base, Coins(KEY, str(base), str(number))).items():
            hear(attacker, name, told, base)


def asked_again(tables: dict[str, Counts], attacker: Attacker, number: int) -> None:
    """Another chance each time somebody asks."""
    for time in range(90):
        for name, told in publication(tables, INSIDE, Coins(KEY, str(time), str(number))).items():
            hear(attacker, name, told, INSIDE)


def without_rounding(tables: dict[str, Counts], attacker: Attacker, _number: int) -> None:
    for name, counts in tables.items():
        for cell, count in counts.items():
            attacker.hear([(name, *cell)], count, count)


@pytest.mark.parametrize(
    "tell", [exact_margins, each_for_itself, totals_apart, outside_from_the_truth, asked_again, without_rounding]
)
def test_attacker_wins_without_the_guard(tell):
    def wins(number):
        rng = random.Random(number)
        tables: dict[str, Counts] = dict(people(rng))
        attacker = attacker_of(tables)
        tell(tables, attacker, number)
        return tightest(attacker, tables, INSIDE, rng) < INSIDE

    assert any(map(wins, SETS))
