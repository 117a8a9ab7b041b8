"""Nobody alone: items are told only so exactly that at least so many look alike (security goal L1). Pure.

Whoever knows all there is to know of a talk finds its registration in a crowd of that many, and in no smaller one: what an
item becomes depends only on what it is, so of a known talk exactly one crowd can hold it.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import TypeVar

Item = TypeVar("Item")
Cell = tuple[str, ...]


def crowds(
    items: Iterable[Item], levels: Sequence[Callable[[Item], Hashable]], least: int
) -> tuple[list[tuple[Item, int]], list[Item]]:
    """Each item with the first level (by number) at which at least `least` of those left look alike; and who is left over."""
    left, placed = list(items), []
    for number, look in enumerate(levels):
        alike: dict[Hashable, list[Item]] = defaultdict(list)
        for item in left:
            alike[look(item)].append(item)
        placed += [(item, number) for group in alike.values() if len(group) >= least for item in group]
        left = [item for item in left if len(alike[look(item)]) < least]
    return placed, left


def parted(items: Iterable[Item], by: Callable[[Item], Hashable]) -> list[list[Item]]:
    """Items in groups that have the same key."""
    groups: dict[Hashable, list[Item]] = defaultdict(list)
    for item in items:
        groups[by(item)].append(item)
    return list(groups.values())


def merged(counts: dict[Cell, int], least: int, mark: str) -> dict[Cell, Cell]:
    """For each cell the cell that it is counted in: small ones lose their last part, and so on, until they are not small.

    The last of all, in which every part is the mark, may be small: it is what remains of a total that is known anyway.
    """
    left, goes = dict(counts), {}
    size = len(next(iter(counts), ()))
    for kept in range(size, 0, -1):
        sums: dict[Cell, int] = defaultdict(int)
        for cell, count in left.items():
            sums[shortened(cell, kept, mark)] += count
        done = [cell for cell in left if sums[shortened(cell, kept, mark)] >= least]
        for cell in done:
            goes[cell] = shortened(cell, kept, mark)
            del left[cell]
    return {**goes, **{cell: shortened(cell, 0, mark) for cell in left}}


def shortened(cell: Cell, kept: int, mark: str) -> Cell:
    return (*cell[:kept], *[mark] * (len(cell) - kept))
