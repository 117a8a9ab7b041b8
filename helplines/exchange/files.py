"""Files as spreadsheets make them: bytes become rows of text and back. Pure.

UTF-8, with or without the mark that Excel writes; `;` or `,` between the cells. A cell that a spreadsheet would run as a
formula is written with a quote before it (defusedcsv) and read back without.
"""

import csv
import io
import re
from collections.abc import Iterable
from typing import NamedTuple

from defusedcsv import csv as defused

LARGEST = 256 * 1024
MOST_ROWS = 500
WIDE = ("＝", "＋", "－", "＠")
QUOTED = re.compile(rf"'+[@+\-=|%\\{''.join(WIDE)}]")


class Unreadable(Exception):
    """The file as a whole cannot be read; `code` says why."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


class Record(NamedTuple):
    """A row of a file: where it stands, as a spreadsheet counts, and its cells."""

    number: int
    cells: list[str]


def written(head: list[str], rows: Iterable[list[str]]) -> bytes:
    """A file that Excel opens as it should in Dutch, French and German: `;` between the cells, and the mark first."""
    out = io.StringIO()
    writer = defused.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(head)
    writer.writerows([guarded(cell) for cell in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def read(data: bytes) -> tuple[list[str], list[Record]]:
    """The head of a file and its rows, without those that are empty. Raises Unreadable."""
    if len(data) > LARGEST:
        raise Unreadable("too_large")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Unreadable("not_utf8") from None
    if "\0" in text:
        raise Unreadable("not_utf8")
    rows = rows_of(text)
    if not rows:
        raise Unreadable("empty")
    if len(rows) - 1 > MOST_ROWS:
        raise Unreadable("too_many")
    return [cell.casefold() for cell in rows[0].cells], rows[1:]


def rows_of(text: str) -> list[Record]:
    first = text.lstrip().partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";" if first.count(";") >= first.count(",") else ",")
    try:
        rows = [Record(number, [plain(cell) for cell in row]) for number, row in enumerate(reader, 1)]
    except csv.Error:
        raise Unreadable("not_csv") from None
    return [row for row in rows if any(row.cells)]


def guarded(cell: str) -> str:
    """Without space before it, that hides a formula; with one quote more where it begins with that of a guarded one."""
    cell = tidy(cell)
    if cell.startswith(WIDE):  # as defusedcsv does with the narrow ones
        return "'" + cell.replace("|", "\\|")
    return f"'{cell}" if QUOTED.match(cell) else cell


def plain(cell: str) -> str:
    """A cell as it was before it was guarded."""
    cell = tidy(cell)
    if not QUOTED.match(cell):
        return cell
    return cell[1:] if cell.startswith("''") else cell[1:].replace("\\|", "|")


def tidy(cell: str) -> str:
    """One way of ending lines, and no space around."""
    return cell.replace("\r\n", "\n").replace("\r", "\n").strip()
