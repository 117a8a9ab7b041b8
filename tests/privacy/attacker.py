"""Somebody with every published figure and integer programming: how tightly can a count be bounded (goal L2)?

They know how figures are made, and no key. What is unknown are the counts of the finest cells of each table; each published
figure says between which numbers a sum of them lies.
"""

import random
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

import numpy
from scipy.optimize import Bounds, LinearConstraint, milp

Unknown = tuple[str, ...]  # the name of a table and the key of a cell
MOST = 1000


@dataclass
class Attacker:
    """What was told so far; a sum may count some of its unknowns negatively, to say that two sums are one."""

    unknowns: list[Unknown]
    told: list[tuple[dict[Unknown, int], int, int]] = field(default_factory=list)

    def hear(self, cells: Iterable[Unknown], low: int, high: int) -> None:
        """That so many are together at least `low` and at most `high`."""
        self.told.append((dict.fromkeys(cells, 1), max(0, low), high))

    def hear_same(self, cells: Iterable[Unknown], others: Iterable[Unknown]) -> None:
        """That two sums are of the same people."""
        self.told.append((dict.fromkeys(cells, 1) | dict.fromkeys(others, -1), 0, 0))

    def hear_rounded(self, cells: Iterable[Unknown], figure: int, base: int) -> None:
        self.hear(cells, figure - base + 1, figure + base - 1)

    def width(self, cells: Collection[Unknown]) -> int:
        """How many numbers this sum can still be."""
        place = {name: number for number, name in enumerate(self.unknowns)}
        rows = numpy.zeros((len(self.told), len(place)))
        for row, (parts, _low, _high) in zip(rows, self.told, strict=True):
            for name, part in parts.items():
                row[place[name]] = part
        known = LinearConstraint(rows, [low for _parts, low, _high in self.told], [high for *_rest, high in self.told])
        aim = numpy.zeros(len(place))
        aim[[place[name] for name in cells]] = 1
        ends = [
            milp(sign * aim, constraints=known, integrality=numpy.ones(len(place)), bounds=Bounds(0, MOST))
            for sign in (1, -1)
        ]
        assert all(end.success for end in ends), "What was told cannot be true."
        least, most = (round(float(end.fun)) for end in ends)
        return -most - least + 1


def people(rng: random.Random) -> dict[str, dict[Unknown, int]]:
    """A month of a small helpline: contacts by line × subject × region × age, and by line × outcome."""
    crossed: dict[Unknown, int] = {}
    ended: dict[Unknown, int] = {}
    for _contact in range(rng.randrange(4, 60)):
        line = rng.choice("AAB")
        cell = (line, rng.choice("ssst"), rng.choice("eeew"), rng.choice("yyo"))
        crossed[cell] = crossed.get(cell, 0) + 1
        outcome = (line, rng.choice("hhhr"))
        ended[outcome] = ended.get(outcome, 0) + 1
    return {"crossed": crossed, "ended": ended}
