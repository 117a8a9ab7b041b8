"""Contacts as a source of figures: of one month all of them, also those that still wait for a crowd (G01, G06, G08)."""

from collections import Counter, defaultdict
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from helplines.models import Line, Organisation
from helplines.remembered import policy_now
from privacy import figures
from privacy.figures import Report, Source, Tables, View, Words
from privacy.suppression import Key
from registration import coarse, outbox, queries
from registration.closing import CROSSED, MERGED
from registration.models import Figure, Registration
from registration.outbox import Record
from registration.queries import Cell, Period

SOURCE = "contacts"
# So many days after a talk a counsellor may still register it (`queries.OF_LATE`).
LATE = queries.OF_LATE.days
TABLES = {
    "crossed": ("line", *CROSSED),
    "outcome": ("line", "outcome"),
    "role": ("line", "role"),
    "length": ("line", "length"),
    "moment": ("line", "moment"),
}


def count(organisation: Organisation, month: date) -> Tables:
    """The contacts of a month, exactly. What is not told stands under ""; of who waits for a crowd not even the line is told."""
    period = Period(month, month)
    every = sum(cell.contacts for cell in queries.contacts(organisation, period, []))
    every += sum(isinstance(item, Record) and item.month == month for item in outbox.items(organisation.pk))
    found = {
        "crossed": told(queries.contacts(organisation, period, ["line", *CROSSED])),
        "outcome": told(queries.contacts(organisation, period, ["line", "outcome"])),
        "role": told(queries.contacts(organisation, period, ["line", "role"])),
        "length": told(queries.lengths(organisation, period, ["line"])),
        "moment": told(queries.moments(organisation, period, ["line"])),
    }
    return {name: completed(counts, every, len(TABLES[name])) for name, counts in found.items()}


def told(cells: list[Cell]) -> Counter[Key]:
    counts: Counter[Key] = Counter()
    for cell in cells:
        counts[tuple(map(code, cell.key))] += cell.contacts
    return counts


def code(part: Any) -> str:
    return "" if part is None else str(part)


def completed(counts: Counter[Key], every: int, width: int) -> dict[Key, int]:
    """With those of whom nothing is told. They have a place of their own: in it all tables say the same, and not each a guess."""
    counts[(figures.NOTHING, *[figures.UNTOLD] * (width - 1))] += every - counts.total()
    return {cell: number for cell, number in counts.items() if number}


def first(organisation: Organisation) -> date | None:
    """The first row of an index, and no look through a million rows."""
    tables: tuple[Any, ...] = (Registration, Figure)
    found = [
        table.objects.filter(organisation=organisation).order_by("month").values_list("month", flat=True).first()
        for table in tables
    ]
    return min((month for month in found if month), default=None)


def settles(organisation: Organisation, now: datetime) -> int:
    """Until everybody has registered, and what waits for others of its kind had its time."""
    lines = Line.objects.filter(organisation=organisation).select_related("organisation")
    return LATE + max((policy_now(line, now).registration_days for line in lines), default=0)


def words(organisation: Organisation, language: str) -> Words:
    known = queries.labels(organisation, language)
    merged = {MERGED: _("others together")}
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for name in ("subject", "region", "age", "role", "outcome"):
        found[name] = {one: label for one, label in known.get(name, {}).items() if one} | merged
    names = dict(Line.objects.filter(organisation=organisation).values_list("pk", "name"))
    found["line"] = {str(pk): name for pk, name in names.items()} | {
        figures.UNTOLD: _("several lines"),
        figures.NOTHING: _("not told"),
    }
    found["length"] = {
        str(minutes): ngettext("about %(count)s minute", "about %(count)s minutes", minutes) % {"count": minutes}
        for minutes in range(0, coarse.LONGEST + 1, coarse.STEPS[0])
    }
    found["moment"] = {one: str(label) for one, label in PARTS.items()} | {
        coarse.hour_code(hour): f"{hour:02}:00–{hour:02}:59" for hour in range(24)
    }
    return found


PARTS = {
    "night": gettext_lazy("night"),
    "morning": gettext_lazy("morning"),
    "afternoon": gettext_lazy("afternoon"),
    "evening": gettext_lazy("evening"),
}
HEADS = {
    "line": gettext_lazy("Line"),
    "subject": gettext_lazy("Subject"),
    "region": gettext_lazy("Region"),
    "age": gettext_lazy("Age"),
    "outcome": gettext_lazy("Outcome"),
    "role": gettext_lazy("Role"),
    "length": gettext_lazy("Length"),
    "moment": gettext_lazy("Part of the day"),
}
CONTACTS = gettext_lazy("Contacts")
REPORTS = [
    Report(
        key="contacts",
        place=1,
        source=SOURCE,
        title=CONTACTS,
        description=gettext_lazy("Who came, by month, line, subject, region and age."),
        counted=CONTACTS,
        views=(
            View("lines", "crossed", ("line",), gettext_lazy("Contacts by line")),
            View("subjects", "crossed", ("subject",), gettext_lazy("Contacts by subject")),
            View("regions", "crossed", ("region",), gettext_lazy("Contacts by region")),
            View("ages", "crossed", ("age",), gettext_lazy("Contacts by age")),
            View("lines-subjects", "crossed", ("line", "subject"), gettext_lazy("Contacts by line and subject")),
            View("lines-regions", "crossed", ("line", "region"), gettext_lazy("Contacts by line and region")),
            View("lines-ages", "crossed", ("line", "age"), gettext_lazy("Contacts by line and age")),
            View("subjects-regions", "crossed", ("subject", "region"), gettext_lazy("Contacts by subject and region")),
            View("subjects-ages", "crossed", ("subject", "age"), gettext_lazy("Contacts by subject and age")),
            View("regions-ages", "crossed", ("region", "age"), gettext_lazy("Contacts by region and age")),
            View("crossed", "crossed", TABLES["crossed"], gettext_lazy("Contacts by line, subject, region and age")),
        ),
    ),
    Report(
        key="lengths",
        place=3,
        source=SOURCE,
        title=gettext_lazy("Length and moment"),
        description=gettext_lazy("How long contacts took, and in which part of the day they were."),
        counted=CONTACTS,
        views=(
            View("lengths", "length", ("length",), gettext_lazy("Contacts by length")),
            View("lines-lengths", "length", ("line", "length"), gettext_lazy("Contacts by line and length")),
            View("moments", "moment", ("moment",), gettext_lazy("Contacts by part of the day")),
            View("lines-moments", "moment", ("line", "moment"), gettext_lazy("Contacts by line and part of the day")),
        ),
    ),
    Report(
        key="outcomes",
        place=4,
        source=SOURCE,
        title=gettext_lazy("Outcome and role"),
        description=gettext_lazy("How contacts ended, and whether somebody came for themselves or for another."),
        counted=CONTACTS,
        views=(
            View("outcomes", "outcome", ("outcome",), gettext_lazy("Contacts by outcome")),
            View("lines-outcomes", "outcome", ("line", "outcome"), gettext_lazy("Contacts by line and outcome")),
            View("roles", "role", ("role",), gettext_lazy("Contacts by role")),
            View("lines-roles", "role", ("line", "role"), gettext_lazy("Contacts by line and role")),
        ),
    ),
]


def sign_in() -> None:
    source = Source(key=SOURCE, tables=TABLES, count=count, first=first, words=words, settles=settles)
    figures.sign_in(source=source, reports=REPORTS, heads=HEADS)
