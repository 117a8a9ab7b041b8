"""What every kind of file is made from: the cells of a sheet as they are written, and the words around them. Pure.

A file may be opened by a spreadsheet that runs what looks like a formula, so no text begins like one (security goal F-2).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from registration.documents import Cell, Document, Sheet

FORMULA = re.compile(r"[=+\-@|%\t\r]")
# The wide forms of ASCII that spreadsheets take for the narrow ones.
WIDE = {0xFF01 + place: 0x21 + place for place in range(94)}
# What XML cannot hold, and what turns the reading direction of a whole line.
UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069\ufffe\uffff\ud800-\udfff]")
Value = str | int


@dataclass(frozen=True)
class Words:
    """The words of a file in the language that it was asked in."""

    language: str
    about: str
    number: str
    organisation: str
    period: str
    audience: str
    fixed_at: str
    rules: str
    hidden: str
    in_table: str
    made_with: str = "Toeverlaat"


@dataclass(frozen=True)
class Table:
    """A sheet with its texts made harmless: `stub` columns of labels first, then the counts."""

    key: str
    title: str
    description: str
    stub: tuple[str, ...]
    heads: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]
    totals: tuple[bool, ...]
    notes: tuple[str, ...]


def neutral(text: str) -> str:
    """This text, on one line, so that no spreadsheet takes it for a formula."""
    plain = UNWRITABLE.sub("", text).translate(WIDE)
    tidy = " ".join(plain.split())
    return f"'{tidy}" if FORMULA.match(plain) or FORMULA.match(tidy) else tidy


def value(cell: Cell, words: Words) -> Value:
    """The count, or the words for one that is hidden."""
    return words.hidden if cell.count is None else cell.count


def harmless(sheet: Sheet) -> Sheet:
    """The same sheet with every text made harmless."""
    return Sheet(
        key=sheet.key,
        title=neutral(sheet.title),
        description=neutral(sheet.description),
        heads=tuple(map(neutral, sheet.heads)),
        stub=sheet.stub,
        rows=tuple(replace(row, labels=tuple(map(neutral, row.labels))) for row in sheet.rows),
        notes=tuple(map(neutral, sheet.notes)),
    )


def table(sheet: Sheet, words: Words) -> Table:
    safe = harmless(sheet)
    return Table(
        key=safe.key,
        title=safe.title,
        description=safe.description,
        stub=safe.heads[: safe.stub],
        heads=safe.heads[safe.stub :],
        rows=tuple((*row.labels, *(value(cell, words) for cell in row.cells)) for row in safe.rows),
        totals=tuple(row.total for row in safe.rows),
        notes=safe.notes,
    )


def about(document: Document, words: Words) -> Iterator[tuple[str, str]]:
    """What stands on top of every file: whose it is, its number, and what the figures are."""
    yield words.organisation, neutral(document.organisation)
    yield words.number, neutral(document.number)
    yield words.period, neutral(document.period)
    yield words.audience, neutral(document.audience)
    yield words.fixed_at, document.fixed_at.strftime("%Y-%m-%d")
    for note in document.notes:
        yield words.rules, neutral(note)
