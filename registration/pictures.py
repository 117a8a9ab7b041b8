"""The bars that are drawn of a table: every page and file draws these, so no picture tells more than its table (L2). Pure.

All hidden figures of a picture have one and the same bar, up to the threshold: it says "somewhere up to here" and nothing else.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby

from registration.documents import Cell, Row, Sheet

# A picture with more bars than this is taken apart by its first labels, and what is then still too long is cut.
MOST_BARS, MOST_PICTURES = 24, 12
# A bar that is there can be seen.
LEAST_PART = 0.02
LONGEST_LABEL = 46
BETWEEN = " · "

# In pixels, for the drawing is never made smaller or larger: a line of words, and a bar under it.
WORDS, BAR, STEP = 24, 14, 46
# In hundredths of what is wide enough for the drawing: beside the longest bar there is room for its figure.
WIDE, ROOM = 100, 30


@dataclass(frozen=True)
class Bar:
    """One figure: `part` of the longest bar, from 0 to 1."""

    label: str
    value: str
    part: float
    hidden: bool
    place: int = 0

    @property
    def words_at(self) -> int:
        return self.place * STEP

    @property
    def bar_at(self) -> int:
        return self.words_at + WORDS

    @property
    def value_at(self) -> int:
        return self.bar_at + BAR - 1

    @property
    def width(self) -> int:
        return round(self.part * (WIDE - ROOM))


@dataclass(frozen=True)
class Picture:
    """Some bars on one scale. `left_out` of them stand in the table alone."""

    key: str
    title: str
    description: str
    bars: tuple[Bar, ...]
    left_out: int = 0

    words = WORDS
    bar = BAR

    @property
    def high(self) -> int:
        return len(self.bars) * STEP

    @property
    def has_hidden(self) -> bool:
        return any(bar.hidden for bar in self.bars)


def pictures(
    sheet: Sheet, threshold: int, hidden: str, said: str = "", *, with_course: bool = False
) -> tuple[Picture, ...]:
    """The pictures of a sheet; `hidden` stands in the place of a figure that is not shown, `said` ends each description.

    Of several columns the last one is drawn, which is their sum; `with_course` draws the total of each of the others too.
    """
    rows = [row for row in sheet.rows if not row.total]
    scale = scale_of((row.cells[-1] for row in rows), threshold)
    draw = partial(bar_of, scale=scale, threshold=threshold, hidden=hidden)
    description = f"{sheet.description} {said}".strip()
    found = [*course(sheet, threshold, hidden, description)] if with_course else []
    for number, (first, part) in enumerate(parts(sheet, rows)):
        bars = tuple(
            draw(BETWEEN.join(filter(None, row.labels[bool(first) :])), row.cells[-1], place)
            for place, row in enumerate(part[:MOST_BARS])
        )
        title = BETWEEN.join(filter(None, (sheet.title, first)))
        found.append(Picture(f"{sheet.key}-{number}", title, description, bars, max(0, len(part) - MOST_BARS)))
    return tuple(found[:MOST_PICTURES])


def course(sheet: Sheet, threshold: int, hidden: str, description: str) -> Iterator[Picture]:
    """The total of each column but the last, one after the other: how it went over the months."""
    heads = sheet.heads[sheet.stub : -1]
    for row in (row for row in sheet.rows if row.total and len(heads) > 1):
        scale = scale_of(row.cells[:-1], threshold)
        bars = tuple(
            bar_of(head, cell, place, scale=scale, threshold=threshold, hidden=hidden)
            for place, (head, cell) in enumerate(zip(heads, row.cells, strict=False))
        )
        yield Picture(f"{sheet.key}-course", row.labels[0], description, bars[:MOST_BARS])


def scale_of(cells: Iterable[Cell], threshold: int) -> int:
    """What the longest bar stands for."""
    return max([threshold, 1, *(cell.count or 0 for cell in cells)])


def parts(sheet: Sheet, rows: Sequence[Row]) -> Iterator[tuple[str, list[Row]]]:
    """The rows together, or apart by their first label where there are many and they have more labels."""
    if not rows:
        return
    if sheet.stub < 2 or len(rows) <= MOST_BARS:
        yield "", list(rows)
        return
    for first, group in groupby(rows, lambda row: row.labels[0]):
        yield first, list(group)


def bar_of(label: str, cell: Cell, place: int, *, scale: int, threshold: int, hidden: str) -> Bar:
    if cell.hidden or cell.count is None:
        return Bar(short(label), hidden, max(LEAST_PART, threshold / scale), True, place)
    part = max(LEAST_PART, cell.count / scale) if cell.count else 0
    return Bar(short(label), str(cell.count), part, False, place)


def short(label: str) -> str:
    return label if len(label) <= LONGEST_LABEL else label[: LONGEST_LABEL - 1].rstrip() + "…"
