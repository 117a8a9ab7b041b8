"""Figures of contacts, over open months from the registrations and over closed ones from what is kept (G06, G08).

Every function is called inside the organisation's scope and gives counts of groups, never a row. Nothing here suppresses a small
cell: whoever shows a figure to somebody does (issue 6, part 3).
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from django.db import models
from django.db.models import Sum

from chat.models import Conversation
from chat.states import State
from helplines.fields import in_language
from helplines.models import Membership, Organisation
from registration import outbox
from registration.answers import options_of
from registration.closing import ALL, CHUNK, CROSS, CROSSED, LENGTH, MERGED, MOMENT, SUMS, Sums, sums_of
from registration.models import ClosedYear, Figure, Form, Node, Registration
from registration.outbox import Record
from registration.shape import DIMENSIONS

__all__ = ["BASE", "BY", "MERGED", "Cell", "NotKept", "Period", "answers", "contacts", "labels", "lengths", "moments"]

OF_LATE = timedelta(days=14)
BASE = ("month", "line", "channel")
BY = (*BASE, *DIMENSIONS)
Key = tuple[Any, ...]
Only = Mapping[str, Collection[Any]]


class NotKept(Exception):
    """These are not kept together for months that are closed; `names` says which."""

    def __init__(self, names: Collection[str]) -> None:
        super().__init__(", ".join(names))
        self.names = tuple(names)


class Period(NamedTuple):
    """Whole months, by their first days; the last one counts too."""

    first: date
    last: date

    @classmethod
    def year(cls, year: int) -> "Period":
        return cls(date(year, 1, 1), date(year, 12, 1))


class Cell(NamedTuple):
    """One count: its place in the order of what was asked `by`, how many contacts, and of `timed` of them the `minutes`."""

    key: Key
    contacts: int
    minutes: int
    timed: int

    @property
    def average(self) -> float | None:
        """The mean length in minutes, of lengths that were rounded; None where none is known."""
        return self.minutes / self.timed if self.timed else None


def contacts(organisation: Organisation, period: Period, by: Sequence[str], only: Only | None = None) -> list[Cell]:
    """How many contacts, by some of BY: month (a date), line (its number, None for no line), channel, and codes of answers.

    `only` limits to some values of a column. Over closed months at most one dimension can be asked, or some of subject, region
    and age together, in which MERGED stands for what was too rare; another choice raises NotKept.
    """
    wanted = only or {}
    now = Registration.objects.filter(organisation=organisation).within(*period)
    table, columns = kept_in([*by, *wanted])
    kept = Figure.objects.filter(organisation=organisation).within(*period)
    if not table:
        if kept.exists():
            raise NotKept([name for name in dict.fromkeys([*by, *wanted]) if name not in BASE])
        return added(counted(now, {name: name for name in by}, wanted, SUMS))
    return added(
        counted(now, {name: name for name in by}, wanted, SUMS),
        counted(
            kept.filter(table=table), {name: columns.get(name, name) for name in by}, renamed(wanted, columns), KEPT
        ),
    )


KEPT = {"n": Sum("count"), "total": Sum("minutes"), "known": Sum("timed")}


def kept_in(names: Iterable[str]) -> tuple[str, dict[str, str]]:
    """In which kept table these are together, and under which column each is; "" where they are in none."""
    wanted = {name for name in names if name not in BASE}
    if not wanted:
        return ALL, {}
    if len(wanted) == 1:
        name = wanted.pop()
        return f"@{name}", {name: "option"}
    return (CROSS, {}) if wanted <= set(CROSSED) else ("", {})


def renamed(only: Only, columns: Mapping[str, str]) -> Only:
    return {columns.get(name, name): values for name, values in only.items()}


def counted(
    rows: "models.QuerySet[Any]", columns: Mapping[str, str], only: Only, sums: Mapping[str, Any]
) -> dict[Key, Sums]:
    for name, values in only.items():
        rows = rows.filter(**{f"{name}__in": list(values)})
    found = rows.order_by().values(*columns.values()).annotate(**sums) if columns else [rows.aggregate(**sums)]
    return {tuple(row[column] for column in columns.values()): sums_of(row | {"n": row["n"] or 0, "known": row["known"] or 0})
            for row in found}  # fmt: skip


def added(*tables: dict[Key, Sums]) -> list[Cell]:
    """The tables added up, in a lasting order."""
    totals: dict[Key, Sums] = defaultdict(Sums)
    for table in tables:
        for key, sums in table.items():
            totals[key] = totals[key].plus(sums)
    cells = [Cell(key, *sums) for key, sums in totals.items() if sums.contacts]
    return sorted(cells, key=lambda cell: tuple((part is None, str(part)) for part in cell.key))


def lengths(organisation: Organisation, period: Period, by: Sequence[str] = ()) -> list[Cell]:
    """How many contacts took how long: rounded minutes last in the key, None where the length is left out; `by` of BASE."""
    return single(organisation, period, by, "minutes", LENGTH, lambda option: int(option) if option else None)


def moments(organisation: Organisation, period: Period, by: Sequence[str] = ()) -> list[Cell]:
    """How many contacts began when: an hour ("h13"), a part of the day, or "" last in the key; `by` of BASE."""
    return single(organisation, period, by, "moment", MOMENT, str)


def single(
    organisation: Organisation, period: Period, by: Sequence[str], column: str, table: str, read: Any
) -> list[Cell]:
    names = {name: name for name in by if name in BASE}
    now = Registration.objects.filter(organisation=organisation).within(*period)
    kept = Figure.objects.filter(organisation=organisation, table=table).within(*period)
    before = counted(kept, {**names, column: "option"}, {}, KEPT)
    closed = {(*key[:-1], read(key[-1])): sums for key, sums in before.items()}
    return added(counted(now, {**names, column: column}, {}, SUMS), closed)


def answers(organisation: Organisation, period: Period, field: str, by: Sequence[str] = ()) -> list[Cell]:
    """How many contacts have which answer to one question of a form, last in the key; several marks count each; `by` of BASE."""
    names = [name for name in by if name in BASE]
    counts: Counter[Key] = Counter()
    rows = Registration.objects.filter(organisation=organisation, answers__has_key=field).within(*period)
    for *key, given in rows.values_list(*names, "answers").iterator(chunk_size=CHUNK):
        counts.update((*key, option) for option in options_of(given[field]))
    kept = Figure.objects.filter(organisation=organisation, table=field).within(*period)
    closed = counted(kept, {**{name: name for name in names}, field: "option"}, {}, KEPT)
    return added(
        {key: Sums(count) for key, count in counts.items()}, {key: Sums(one.contacts) for key, one in closed.items()}
    )


# At work


def to_finish(membership: Membership, now: datetime) -> list[Conversation]:
    """This counsellor's talks of late that are over and not registered, on lines with a form; the newest first."""
    over = Conversation.objects.readable_by(membership).filter(
        state__in=[State.CLOSED, State.ABANDONED], claimed_at__isnull=False, ended_at__gt=now - OF_LATE
    )
    rows = over.exclude(registration_draft__is_done=True).select_related("line__organisation").order_by("-ended_at")
    lines = {talk.line_id: talk.line for talk in rows}
    asked = {pk for pk, line in lines.items() if Form.objects.asked_on(line).exists()}
    return [talk for talk in rows if talk.line_id in asked]


def registers(organisation: Organisation) -> bool:
    """Whether this organisation has a form at all."""
    return bool(Form.objects.filter(organisation=organisation).exists())


# What goes with the figures


def waiting(organisation: Organisation) -> int:
    """How many finished registrations wait for a crowd and are in no figure yet."""
    return sum(isinstance(item, Record) for item in outbox.items(organisation.pk))


def closed_years(organisation: Organisation) -> list[int]:
    return list(ClosedYear.objects.filter(organisation=organisation).order_by("year").values_list("year", flat=True))


def months(organisation: Organisation) -> Period | None:
    """The first and the last month of which there is a figure."""
    tables: tuple[Any, ...] = (Registration, Figure)
    ends = [
        table.objects.filter(organisation=organisation).aggregate(first=models.Min("month"), last=models.Max("month"))
        for table in tables
    ]
    first = [end["first"] for end in ends if end["first"]]
    return Period(min(first), max(end["last"] for end in ends if end["last"])) if first else None


def labels(organisation: Organisation, language: str) -> dict[str, dict[str, str]]:
    """What the codes mean, by field key and by dimension: of every version, the newest words first; subjects by dimension too.

    A field's own label stands under "".
    """
    found: dict[str, dict[str, str]] = defaultdict(dict)
    fallback = organisation.first_language
    trees: dict[str, dict[str, str]] = defaultdict(dict)
    for tree, code, label in Node.objects.filter(organisation=organisation).values_list("tree__code", "code", "label"):
        trees[tree][code] = in_language(label, language, fallback)
    for form in Form.objects.filter(organisation=organisation).order_by("-published_at", "-pk"):
        for field in form.asked:
            words = {"": in_language(field.label, language, fallback), **trees.get(field.tree, {})}
            words |= {one.key: in_language(one.label, language, fallback) for one in field.options}
            for name in filter(None, (field.key, field.dimension)):
                found[name] = {**words, **found[name]}
    return dict(found)


def above(organisation: Organisation, tree: str, level: int = 0) -> dict[str, str]:
    """For each subject of a tree the subject above it on that level (0 is the highest), to add figures up."""
    rows = Node.objects.filter(organisation=organisation, tree__code=tree).values_list("pk", "parent", "code")
    parents, codes = {pk: parent for pk, parent, _code in rows}, {pk: code for pk, _parent, code in rows}
    return {codes[pk]: codes[path[min(level, len(path) - 1)]] for pk in parents if (path := path_of(pk, parents))}


def path_of(node: int, parents: Mapping[int, int | None]) -> list[int]:
    """From the highest subject down to this one."""
    path: list[int] = []
    at: int | None = node
    while at is not None and at not in path:
        path.insert(0, at)
        at = parents.get(at)
    return path
