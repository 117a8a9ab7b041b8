"""From registrations to figures that stay: each month as its time comes, and a whole year when it is closed (F02, F03, G08).

What is kept are counts in tables: every contact, each question apart, and subject × region × age together, where cells of a few
are merged. The registrations underneath are deleted in the same transaction, so nothing is counted twice or lost.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db import models, transaction
from django.db.models import Count, Sum

from helplines.models import Organisation, Role, Staff
from helplines.tenancy import inside
from privacy import audit, figures
from privacy.audit import Event
from registration import crowd, outbox, release, service
from registration.answers import options_of
from registration.models import ClosedYear, Figure, Registration
from registration.outbox import Record
from registration.shape import DIMENSIONS

ALL, CROSS, MOMENT, LENGTH = "all", "cross", "moment", "length"
CROSSED = ("subject", "region", "age")
# In the place of an answer that was merged with others.
MERGED = figures.TOGETHER
# A cell of the crossed table holds at least so many contacts (L5).
LEAST = 5
CHUNK = 5000


class CannotClose(Exception):
    """`code` says why: the year is not over, or it is closed already."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


class Place(NamedTuple):
    """Where figures belong."""

    month: date
    line: int | None
    channel: str


class Sums(NamedTuple):
    """A count, and of how many of them the length is known and what it adds up to."""

    contacts: int = 0
    minutes: int = 0
    timed: int = 0

    def plus(self, other: "Sums") -> "Sums":
        return Sums(self.contacts + other.contacts, self.minutes + other.minutes, self.timed + other.timed)


SUMS = {"n": Count("pk"), "total": Sum("minutes"), "known": Count("minutes")}


def close_year(*, organisation_id: int, year: int, staff: Staff | None, now: datetime) -> ClosedYear:
    """Fix the figures of a year and delete the registrations underneath; gives the receipt.

    What still waits for a crowd is counted with its month and line alone. Raises CannotClose, AuditUnavailable.
    """
    with inside(organisation_id), transaction.atomic():
        outbox.lock(organisation_id)
        organisation = Organisation.objects.get(pk=organisation_id)
        check_can_close(organisation, year, now)
        release.mix(organisation_id, now)
        count_what_waits(organisation_id, date(year, 1, 1), date(year, 12, 1))
        erased = settle(organisation, Registration.objects.within(date(year, 1, 1), date(year, 12, 1)))
        audit.record(
            organisation=organisation_id,
            event=Event.ERASED,
            who=staff,
            role=Role.ADMINISTRATOR if staff else "",
            what=f"registrations-{year}",
            why="year-closed",
        )
        return receipt(organisation, year, staff, erased, now)


def check_can_close(organisation: Organisation, year: int, now: datetime) -> None:
    if year >= now.astimezone(ZoneInfo(organisation.time_zone)).year:
        raise CannotClose("not_over")
    if ClosedYear.objects.filter(organisation=organisation, year=year).exists():
        raise CannotClose("closed")


def receipt(organisation: Organisation, year: int, staff: Staff | None, erased: int, now: datetime) -> ClosedYear:
    figures = figures_of(organisation, year)
    made: ClosedYear = ClosedYear.objects.create(
        organisation=organisation,
        year=year,
        closed_at=now,
        by=staff,
        counted=figures.filter(table=ALL).aggregate(all=Sum("count"))["all"] or 0,
        erased=erased,
        digest=digest(figures),
    )
    return made


def figures_of(organisation: Organisation, year: int) -> "models.QuerySet[Figure]":
    found: models.QuerySet[Figure] = Figure.objects.filter(organisation=organisation, month__year=year)
    return found


def digest(figures: "models.QuerySet[Figure]") -> str:
    """The same figures give the same digest, in whatever order they lie."""
    names = ("month", "line", "channel", "table", "option", *CROSSED, "count", "minutes", "timed")
    lines = sorted(repr(row) for row in figures.values_list(*names))
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def count_what_waits(organisation_id: int, first: date, last: date) -> int:
    """Those of these months that found no crowd are counted by month and line alone, and go; who calls holds the lock."""
    waiting = outbox.items(organisation_id)
    due = [one for one in waiting if isinstance(one, Record) and first <= one.month <= last]
    if due:
        places = Counter(Place(one.month, one.line, one.channel) for one in due)
        Figure.objects.bulk_create(
            figure(organisation_id, place, ALL, Sums(count)) for place, count in sorted(places.items(), key=repr)
        )
        service.rewrite(organisation_id, [one for one in waiting if one not in due])
    return len(due)


# Counting


def settle(organisation: Organisation, rows: "models.QuerySet[Registration]") -> int:
    """Turn these registrations into figures and delete them; gives how many. Part of a transaction."""
    figures = [*simple(organisation, rows), *crossed(organisation, rows), *by_answer(organisation, rows)]
    Figure.objects.bulk_create(figures, batch_size=CHUNK)
    gone = rows.count()
    rows._raw_delete(rows.db)
    return gone


def simple(organisation: Organisation, rows: "models.QuerySet[Registration]") -> Iterator[Figure]:
    """Every contact; each dimension, the moments and the lengths apart."""
    tables = {ALL: "", MOMENT: "moment", LENGTH: "minutes", **{f"@{name}": name for name in DIMENSIONS}}
    for table, column in tables.items():
        names = ("month", "line", "channel", *([column] if column else []))
        for row in rows.order_by().values(*names).annotate(**SUMS):
            option = row[column] if column else ""
            place = Place(row["month"], row["line"], row["channel"])
            yield figure(organisation.pk, place, table, sums_of(row), option="" if option is None else str(option))


def crossed(organisation: Organisation, rows: "models.QuerySet[Registration]") -> Iterator[Figure]:
    """Subject, region and age together; small cells lose the age, then the region, then the subject."""
    tables: dict[Place, dict[crowd.Cell, Sums]] = defaultdict(dict)
    for row in rows.order_by().values("month", "line", "channel", *CROSSED).annotate(**SUMS):
        place = Place(row["month"], row["line"], row["channel"])
        tables[place][tuple(row[name] for name in CROSSED)] = sums_of(row)
    for place, cells in tables.items():
        goes = crowd.merged({cell: sums.contacts for cell, sums in cells.items()}, LEAST, MERGED)
        merged: dict[crowd.Cell, Sums] = defaultdict(Sums)
        for cell, sums in cells.items():
            merged[goes[cell]] = merged[goes[cell]].plus(sums)
        for cell, sums in merged.items():
            yield figure(organisation.pk, place, CROSS, sums, **dict(zip(CROSSED, cell, strict=True)))


def by_answer(organisation: Organisation, rows: "models.QuerySet[Registration]") -> Iterator[Figure]:
    """Each question apart; of several marks in a tree each counts once."""
    counts: Counter[tuple[Place, str, str]] = Counter()
    names = ("month", "line", "channel", "answers")
    for month, line, channel, answers in rows.values_list(*names).iterator(chunk_size=CHUNK):
        counts.update(
            (Place(month, line, channel), key, option) for key, value in answers.items() for option in options_of(value)
        )
    for (place, key, option), count in counts.items():
        yield figure(organisation.pk, place, key, Sums(count), option=option)


def sums_of(row: dict[str, Any]) -> Sums:
    return Sums(row["n"], row["total"] or 0, row["known"])


def figure(organisation_id: int, place: Place, table: str, sums: Sums, **cell: str) -> Figure:
    return Figure(
        organisation_id=organisation_id,
        month=place.month,
        line_id=place.line,
        channel=place.channel,
        table=table,
        count=sums.contacts,
        minutes=sums.minutes,
        timed=sums.timed,
        **cell,
    )


def years_to_close(organisation: Organisation, now: datetime) -> list[int]:
    """Years that are over, hold registrations or figures, and are not closed yet; the oldest first (needs the scope)."""
    this = now.astimezone(ZoneInfo(organisation.time_zone)).year
    months: Iterable[Any] = (
        *Registration.objects.filter(organisation=organisation).dates("month", "year"),
        *Figure.objects.filter(organisation=organisation).dates("month", "year"),
        *(one.month for one in outbox.items(organisation.pk) if isinstance(one, Record)),
    )
    closed = set(ClosedYear.objects.filter(organisation=organisation).values_list("year", flat=True))
    return sorted({month.year for month in months if month.year < this} - closed)
