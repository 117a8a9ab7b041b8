"""Taking a file in: first what it would change, or everything that is wrong; then, if nobody was between, all of it."""

import hashlib
from collections import Counter
from collections.abc import Collection, Iterator
from copy import copy
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from helplines import witness
from helplines.exchange import files
from helplines.exchange.files import Record, tidy
from helplines.exchange.tables import Desk, Table
from helplines.models import Organisation, Staff
from helplines.tenancy import inside
from helplines.witness import Event

Key = tuple[str, ...]


class Moved(Exception):
    """The list, or the file, is not what it was when somebody looked at the changes."""


class Wrong(NamedTuple):
    """One fault: the row as a spreadsheet counts (0: the file as a whole), the column (or ""), and what to do."""

    row: int
    column: str
    message: str


class Changed(NamedTuple):
    """A row that is there already, with the cells that differ: column, before, after."""

    row: Any
    title: str
    cells: list[tuple[str, str, str]]


@dataclass
class Plan:
    """What a file comes to. Nothing is stored as long as `wrong` holds anything."""

    head: list[str]
    added: list[tuple[Any, list[str]]] = field(default_factory=list)
    changed: list[Changed] = field(default_factory=list)
    removed: list[tuple[Any, list[str]]] = field(default_factory=list)
    same: int = 0
    wrong: list[Wrong] = field(default_factory=list)
    mark: str = ""

    @property
    def changes(self) -> int:
        return len(self.added) + len(self.changed) + len(self.removed)


def export(*, organisation: Organisation, table: Table, by: Staff | None = None) -> bytes:
    """The whole list as a file; taking it in again changes nothing. Raises AuditUnavailable."""
    witness.told(Event.EXPORTED, organisation=organisation.pk, who=by.pk if by else None, what=f"list:{table.slug}")
    with inside(organisation):
        desk, columns = Desk.of(organisation), table.columns(organisation)
        rows = [[column.write(row, desk) for column in columns] for row in table.rows(organisation)]
    return files.written([column.name for column in columns], rows)


def plan(*, organisation: Organisation, table: Table, data: bytes, is_whole: bool) -> Plan:
    """What a file would change; with `is_whole`, rows that are not in it go."""
    with inside(organisation):
        return Reading(organisation, table, data, is_whole).plan()


@transaction.atomic
def take_in(*, organisation: Organisation, table: Table, data: bytes, is_whole: bool, mark: str) -> Plan:
    """Store all that a file changes, or nothing. Raises Moved where it is not what somebody looked at."""
    with inside(organisation):
        Organisation.objects.select_for_update().get(pk=organisation.pk)
        found = Reading(organisation, table, data, is_whole).plan()
        if found.wrong or found.mark != mark:
            raise Moved
        for row, _cells in found.removed:
            row.delete()
        for entry in found.changed:
            entry.row.save()
        for row, _cells in found.added:
            row.save()
    return found


class Reading:
    """One file, beside the list as it is."""

    def __init__(self, organisation: Organisation, table: Table, data: bytes, is_whole: bool) -> None:
        self.organisation, self.table, self.data, self.is_whole = organisation, table, data, is_whole
        self.desk = Desk.of(organisation)
        self.columns = table.columns(organisation)
        self.names = [column.name for column in self.columns]
        self.there = self.keyed([(row, self.said(row)) for row in table.rows(organisation)])
        self.found = Plan(self.names)
        self.met: set[Key] = set()

    def plan(self) -> Plan:
        try:
            head, records = files.read(self.data)
        except files.Unreadable as problem:
            self.found.wrong = [Wrong(0, "", unreadable_said(problem.code))]
            return self.found
        self.found.wrong = list(self.wrong_in_head(head))
        if not self.found.wrong:
            self.read(head, records)
        self.found.mark = self.mark()
        return self.found

    def mark(self) -> str:
        """Stands for the file and for the list as it was: another one means something else."""
        now = sorted(cells for _row, cells in self.there.values())
        seen = repr((self.organisation.pk, self.table.slug, self.is_whole, now)).encode() + self.data
        return hashlib.sha256(seen).hexdigest()

    def wrong_in_head(self, head: list[str]) -> Iterator[Wrong]:
        for name in self.names:
            if name not in head:
                yield Wrong(1, name, _("This column is missing. Start from a file that you downloaded here."))
        for name, times in Counter(head).items():
            if name not in self.names and name:
                yield Wrong(1, name, _("We do not know this column."))
            if name and times > 1:
                yield Wrong(1, name, _("This column stands here twice."))

    def read(self, head: list[str], records: list[Record]) -> None:
        read = [(self.row_of(head, record), record) for record in records]
        seen: Counter[Key] = Counter()
        for (row, cells), record in read:
            if row is None:
                continue
            key = self.key(cells)
            if self.table.is_once and seen[key]:
                self.wrong(record, self.table.key[-1], _("This row stands here twice."))
            self.take((*key, str(seen[key])), row, cells, head, record)
            seen[key] += 1
        places = {name: place for place, name in enumerate(self.names)}
        self.found.wrong.sort(key=lambda fault: (fault.row, places.get(fault.column, len(places))))
        if self.is_whole:
            self.found.removed = [entry for key, entry in self.there.items() if key not in self.met]

    def row_of(self, head: list[str], record: Record) -> tuple[Any, list[str]]:
        """A new row with these cells in it, and how it is written; (None, []) where a cell cannot be."""
        row = self.table.model(organisation=self.organisation)
        if self.fill(row, head, record):
            return row, self.said(row)
        # What is wrong with the other cells is told in one go; the rules between cells wait.
        faulty = {fault.column for fault in self.found.wrong if fault.row == record.number}
        fields = {column.field for column in self.columns}
        self.is_right(row, record, only=fields - {column.field for column in self.columns if column.name in faulty})
        return None, []

    def fill(self, row: Any, head: list[str], record: Record) -> bool:
        """Put the cells of a record in a row; False where something is wrong with one."""
        known = len(self.found.wrong)
        if any(record.cells[len(head) :]):
            self.wrong(record, "", _("This row has more cells than the head has columns."))
        cells = dict(zip(head, record.cells, strict=False))
        for column in self.columns:
            try:
                column.put(row, cells.get(column.name, ""), self.desk)
            except ValidationError as error:
                self.wrong(record, column.name, *error.messages)
        return len(self.found.wrong) == known

    def take(self, key: Key, row: Any, cells: list[str], head: list[str], record: Record) -> None:
        """Decide whether a row is new, changed or the same, and hold it to every rule that a form would."""
        self.met.add(key)
        old = self.there.get(key)
        if old is None:
            if self.is_right(row, record):
                self.found.added.append((row, cells))
            return
        before = old[1]
        kept = copy(old[0])
        self.fill(kept, head, record)
        after = self.said(kept)
        if before == after:
            self.found.same += 1
        elif self.is_right(kept, record):
            differing = [entry for entry in zip(self.names, before, after, strict=True) if entry[1] != entry[2]]
            self.found.changed.append(Changed(kept, " · ".join(filter(None, self.key(after))), differing))

    def is_right(self, row: Any, record: Record, only: Collection[str] | None = None) -> bool:
        """Hold a row to every rule of its table; with `only`, to those of these fields alone."""
        try:
            if only is None:
                row.full_clean()
            else:
                row.clean_fields({entry.name for entry in row._meta.fields} - set(only))
        except ValidationError as error:
            for name, messages in error.message_dict.items():
                column = next((entry.name for entry in self.columns if entry.field == name), "")
                self.wrong(record, "" if name == NON_FIELD_ERRORS else column, *messages)
            return False
        return True

    def wrong(self, record: Record, column: str, *messages: str) -> None:
        self.found.wrong += [Wrong(record.number, column, message) for message in messages]

    def said(self, row: Any) -> list[str]:
        """How a row is written."""
        return [tidy(column.write(row, self.desk)) for column in self.columns]

    def key(self, cells: list[str]) -> Key:
        return tuple(cells[self.names.index(name)] for name in self.table.key)

    def keyed(self, rows: list[tuple[Any, list[str]]]) -> dict[Key, tuple[Any, list[str]]]:
        """Rows by their key; the second with the same key is known as such."""
        seen: Counter[Key] = Counter()
        found = {}
        for row, cells in rows:
            key = self.key(cells)
            found[(*key, str(seen[key]))] = (row, cells)
            seen[key] += 1
        return found


def unreadable_said(code: str) -> str:
    words = {
        "too_large": _("This file is larger than 256 kB. Split it."),
        "too_many": _("This file has more than 500 rows. Split it."),
        "not_utf8": _("We cannot read the letters in this file. Save it as “CSV UTF-8” and try again."),
        "not_csv": _("This is not a CSV file. Save it as “CSV UTF-8” and try again."),
        "empty": _("This file is empty."),
    }
    return words[code]
