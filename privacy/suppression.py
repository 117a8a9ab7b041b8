"""Figures that give nobody away: counts of groups, rounded together by chance that a key fixes (G06; goals L2, L3, L4). Pure.

**What is published.** Of each finest cell a multiple of the base k next to its true count, and nothing else: every margin, sum of
months, share and picture is worked out from published figures. What was rounded down to nothing is hidden.

**Why that is safe.** Rounding is unbiased and moves a cell to a neighbouring multiple only: a count that is one already stays.
Take any publication R, and call the data that equal it D. Add to D any t < k contacts of one kind, or take them away from a
kind that has k. Then one cell of each table is no multiple; it goes back to R with the chance 1 - t/k, and no other figure moves.
So all k of these data can lie behind R, for every cell and every sum of cells, whatever tables are laid beside one another:
nobody who knows all figures and this program, and not the key, can tell which. No figure is exact, so there is no rest to
subtract a hidden cell from; that is what complementary suppression is for, and why none is needed here.

Tables of one publication share the totals of their first column (the place: a line, a kind), and no others. What goes outside
is rounded once more from what is published inside, so both side by side tell no more than the inside alone.

**How it stays close.** Chance is balanced (the flight of Deville and Tillé's cube method, 2004): cells move against each other in
such a way that the totals of each column within a place stay the same, then those of the whole, then each place's alone. A
cell, a place and the whole are always less than k from the truth.
"""

import hmac
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import sha256
from operator import itemgetter
from typing import TypeVar

# For whom figures are published.
INSIDE, OUTSIDE = "inside", "outside"
Key = tuple[str, ...]
Counts = Mapping[Key, int]
Margin = tuple[int, ...]
Vector = dict[int, float]
Combination = dict[Key, float]
Name = TypeVar("Name")
# With more loose cells than this, neighbours are set off against each other first.
MANY = 4000
NOTHING = 1e-9


class Coins:
    """Numbers from 0 up to 1 that nobody foretells without the key; the same key and words give the same ones, for ever (L4)."""

    def __init__(self, key: bytes, *about: str) -> None:
        self.key = hmac.new(key, "\0".join(about).encode(), sha256).digest()
        self.thrown = 0

    def throw(self) -> float:
        self.thrown += 1
        digest = hmac.new(self.key, self.thrown.to_bytes(8, "big"), sha256).digest()
        return int.from_bytes(digest[:6], "big") / 2**48


def publication(
    tables: Mapping[str, Counts], base: int, coins: Coins, *, together: bool = True
) -> dict[str, dict[Key, int]]:
    """Each table rounded; the first one says how much each place has, and the others add up to the same.

    Every key begins with its place; each table has the same places with the same totals. Unless they go `together`, places have
    nothing to do with one another (one person may be counted in several), and each is rounded by itself.
    Raises ValueError for tables that do not add up.
    """
    found: dict[str, dict[Key, int]] = {}
    totals: dict[Key, int] = {}
    true: dict[Key, int] = {}
    for name, counts in tables.items():
        if not found:
            true, found[name] = summed(counts, (0,)), rounded(counts, base, coins, together=together)
            totals = summed(found[name], (0,))
        elif present(summed(counts, (0,))) != present(true):
            raise ValueError(f"{name} does not add up to the places.")
        else:
            found[name] = within(counts, totals, base, coins)
    return found


def rounded(counts: Counts, base: int, coins: Coins, *, together: bool = True) -> dict[Key, int]:
    """Every count as a multiple of the base next to it."""
    width = max(map(len, counts), default=1)
    loose = settled(loose_of(counts, base), levels(width, together=together), coins)
    ups = {cell for cell, part in loose.items() if part > 1 - NOTHING or (part > NOTHING and coins.throw() < part)}
    return {cell: base * (count // base + (cell in ups)) for cell, count in counts.items()}


def within(counts: Counts, totals: Mapping[Key, int], base: int, coins: Coins) -> dict[Key, int]:
    """The same for a table whose places add up to totals that are rounded already."""
    width = max(map(len, counts), default=1)
    loose = settled(loose_of(counts, base), levels(width, together=False), coins)
    found = {cell: base * (count // base + (loose.get(cell, 0.0) > 1 - NOTHING)) for cell, count in counts.items()}
    lacking = {place: totals.get(place, 0) - had for place, had in summed(found, (0,)).items()}
    for cell in sorted(cell for cell, part in loose.items() if NOTHING < part < 1 - NOTHING):
        if lacking[cell[:1]] > 0:
            found[cell] += base
            lacking[cell[:1]] -= base
    return found


def loose_of(counts: Counts, base: int) -> dict[Key, float]:
    """What of each count is no whole multiple, as a part of one."""
    return {cell: count % base / base for cell, count in counts.items() if count % base}


def levels(width: int, *, together: bool) -> list[list[Margin]]:
    """Which totals stay the same meanwhile, from the most of them to the fewest; a margin is some positions of a key."""
    columns = range(1, width)
    found: list[list[Margin]] = [[(0, column) for column in columns]] if width > 1 else []
    if together:
        found += [[(0,), *((column,) for column in columns)], [(0,)], [()]]
    return found if together else [*found, [(0,)]]


def settled(loose: dict[Key, float], stages: Sequence[Sequence[Margin]], coins: Coins) -> dict[Key, float]:
    """Let chance settle all that can be settled on each level; the few that are still loose at the end are between 0 and 1."""
    values = dict(loose)
    width = max(map(len, values), default=1)
    if len(values) > MANY:
        stages = [*others(width), *stages]
    for stage in stages:
        flight(values, [cell for cell, part in values.items() if NOTHING < part < 1 - NOTHING], stage, coins)
    return values


def others(width: int) -> list[list[Margin]]:
    """Neighbours that differ in one column only, the last one first."""
    return [[tuple(n for n in range(width) if n != column)] for column in range(width - 1, 0, -1)]


def flight(values: dict[Key, float], cells: Iterable[Key], margins: Sequence[Margin], coins: Coins) -> None:
    """Move cells against each other by chance, their margins unchanged, until those left cannot be.

    Each left over has a vector (in which margins it counts) that the others cannot make; they are the basis.
    """
    names: dict[tuple[Margin, Key], int] = {}
    basis: dict[int, tuple[Vector, Combination]] = {}
    for cell in sorted(cells):
        vector = {names.setdefault((margin, tuple(cell[n] for n in margin)), len(names)): 1.0 for margin in margins}
        made: Combination = {cell: 1.0}
        while vector:
            first = min(vector)
            part = vector[first]
            if first not in basis:
                basis[first] = {n: v / part for n, v in vector.items()}, {c: v / part for c, v in made.items()}
                break
            subtract(vector, basis[first][0], part)
            subtract(made, basis[first][1], part)
        else:
            gone = move(values, made, coins)
            for _vector, combination in basis.values():
                if gone in combination:
                    subtract(combination, made, combination[gone] / made[gone])


def subtract(from_: dict[Name, float], other: Mapping[Name, float], times: float) -> None:
    for name, value in other.items():
        left = from_.get(name, 0.0) - times * value
        if abs(left) < NOTHING:
            from_.pop(name, None)
        else:
            from_[name] = left


def move(values: dict[Key, float], made: Combination, coins: Coins) -> Key:
    """One step along a combination that changes no margin, up or down, so far that a cell becomes whole; gives that cell.

    The two ways are weighed so that nothing changes on average.
    """
    up = min((1 - values[cell]) / part if part > 0 else -values[cell] / part for cell, part in made.items())
    down = min(values[cell] / part if part > 0 else (values[cell] - 1) / part for cell, part in made.items())
    goes_up = coins.throw() * (up + down) < down
    for cell, part in made.items():
        values[cell] += part * (up if goes_up else -down)
    gone = min(sorted(made), key=lambda cell: min(values[cell], 1 - values[cell]))
    values[gone] = float(round(values[gone]))
    return gone


def summed(counts: Counts, margin: Margin) -> dict[Key, int]:
    """Figures added up to these positions of their keys."""
    found: dict[Key, int] = defaultdict(int)
    part = parts(margin)
    for cell, count in counts.items():
        found[part(cell)] += count
    return dict(found)


def parts(margin: Margin) -> Callable[[Key], Key]:
    """Takes these positions out of a key; a million times, so not by a loop of ours where there is another way."""
    if len(margin) > 1:
        return itemgetter(*margin)
    return (lambda cell: (cell[margin[0]],)) if margin else (lambda _cell: ())


def present(counts: Counts) -> dict[Key, int]:
    return {cell: count for cell, count in counts.items() if count}
