"""A report as a document: what the pages, the files and the picture are drawn from, and nothing else (G06). Pure.

A document holds only figures that are published already (`privacy.suppression`), so whoever draws it can show all that is in it,
and sums, shares and pictures of these figures tell nothing more. Its words are in one language: that of who asked for it.
`registration.reports` makes it: `available(membership)` gives the offers, `progress(organisation, key, span)` how far the figures
are, `document(organisation, key, span, audience, number)` the document itself.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from privacy.suppression import INSIDE as INSIDE
from privacy.suppression import OUTSIDE as OUTSIDE

AUDIENCES = (INSIDE, OUTSIDE)
MONTHS = {"month": 1, "quarter": 3, "year": 12}
NAMED = re.compile(r"(\d{4})(?:-(?:(0[1-9]|1[0-2])|Q([1-4])))?")


class Span(NamedTuple):
    """A whole month, quarter or year: "2026-03", "2026-Q1" or "2026" in an address."""

    kind: str
    first: date

    @classmethod
    def named(cls, name: str) -> "Span":
        """Raises ValueError for what is no month, quarter or year."""
        found = NAMED.fullmatch(name)
        if found is None or not 1900 <= int(found[1]) <= 9990:
            raise ValueError(name)
        year, month, quarter = int(found[1]), found[2], found[3]
        if month:
            return cls("month", date(year, int(month), 1))
        return cls("quarter", date(year, 3 * int(quarter) - 2, 1)) if quarter else cls("year", date(year, 1, 1))

    @property
    def name(self) -> str:
        year, month = self.first.year, self.first.month
        return {"month": f"{year}-{month:02}", "quarter": f"{year}-Q{(month + 2) // 3}", "year": str(year)}[self.kind]

    @property
    def months(self) -> tuple[date, ...]:
        """The first days of its months."""
        start = self.first.year * 12 + self.first.month - 1
        return tuple(date(n // 12, n % 12 + 1, 1) for n in range(start, start + MONTHS[self.kind]))

    @property
    def last(self) -> date:
        """Its last day."""
        return (self.months[-1] + timedelta(days=31)).replace(day=1) - timedelta(days=1)


@dataclass(frozen=True)
class Cell:
    """One published figure. One that is `hidden` has no count: none, or too few; a finest cell fewer than the threshold."""

    count: int | None
    hidden: bool = False

    def __post_init__(self) -> None:
        if (self.count is None) != self.hidden:
            raise ValueError("A figure is either there or hidden.")


@dataclass(frozen=True)
class Row:
    """One row: `labels` in the first columns, a cell in each of the others. A total adds up the published figures."""

    labels: tuple[str, ...]
    cells: tuple[Cell, ...]
    total: bool = False


@dataclass(frozen=True)
class Sheet:
    """One table. The first `stub` of its `heads` name what stands in the labels, the others what is counted."""

    key: str
    title: str
    description: str
    heads: tuple[str, ...]
    stub: int
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for row in self.rows:
            if (len(row.labels), len(row.cells)) != (self.stub, len(self.heads) - self.stub):
                raise ValueError(f"A row of {self.key} does not fit its heads.")


@dataclass(frozen=True)
class Document:
    """A report of one organisation over one period, for one audience.

    `number` is that of the download, "" on a page. `first` and `last` are days. `fixed_at` is when its last figure was fixed;
    figures are multiples of `rounding`, and what is fewer than `threshold` is hidden.
    """

    organisation: str
    title: str
    number: str
    period: str
    first: date
    last: date
    audience: str
    fixed_at: datetime
    rounding: int
    threshold: int
    sheets: tuple[Sheet, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Offer:
    """A report that can be had, over which periods (newest first), and what is hidden in it and why, in sentences.

    `first` and `last` are the days from when to when, None while there is nothing; `waits` says when more comes and why not yet.
    """

    key: str
    title: str
    description: str
    spans: tuple[Span, ...]
    hidden: tuple[str, ...]
    waits: str = ""
    is_saved: bool = False

    @property
    def first(self) -> date | None:
        return min((span.first for span in self.spans), default=None)

    @property
    def last(self) -> date | None:
        return max((span.last for span in self.spans), default=None)


@dataclass(frozen=True)
class Progress:
    """How many of the months of a report are fixed."""

    done: int
    total: int

    @property
    def is_done(self) -> bool:
        return self.done >= self.total


def spans_of(months: set[date]) -> Iterator[Span]:
    """The months, and every quarter and year of which all months are among them; the newest first, the longest of a day first."""
    starts = {Span(kind, month) for month in months for kind in MONTHS if (month.month - 1) % MONTHS[kind] == 0}
    whole = [span for span in starts if months.issuperset(span.months)]
    yield from sorted(whole, key=lambda span: (span.last, MONTHS[span.kind]), reverse=True)
