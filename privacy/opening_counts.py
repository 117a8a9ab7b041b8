"""How often somebody asked to open an identity, and how often it was done, by year, from the audit log; and what waits (E07)."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from helplines.models import Organisation
from helplines.reminders import Reminder
from helplines.witness import Event
from privacy import figures
from privacy.counting import SOURCE, STEPS
from privacy.models import AuditEntry, Office, OpeningRequest
from privacy.suppression import OUTSIDE

COUNTED = (Event.IDENTITY_ASKED, Event.IDENTITY_OPENED)
ENDED = (Event.IDENTITY_OPENED, Event.IDENTITY_REFUSED)
DECEMBER = 12


class Year(NamedTuple):
    """One year: how often asked and opened, each by its ground."""

    year: int
    is_over: bool
    asked: Counter[str]
    opened: Counter[str]

    @property
    def asked_times(self) -> int:
        return self.asked.total()

    @property
    def opened_times(self) -> int:
        return self.opened.total()


def years(organisation: Organisation, now: datetime) -> list[Year]:
    """Every year since the first entry of the log, the newest first; needs the organisation's scope."""
    zone = ZoneInfo(organisation.time_zone)
    first = AuditEntry.objects.filter(organisation=organisation).order_by("number").values_list("at", flat=True).first()
    this = now.astimezone(zone).year
    counts: dict[tuple[int, str], Counter[str]] = {}
    for event, at, why in counted(organisation, COUNTED):
        counts.setdefault((at.astimezone(zone).year, event), Counter())[why] += 1
    since = first.astimezone(zone).year if first else this
    return [
        Year(year, year < this, *(counts.get((year, event), Counter()) for event in COUNTED))
        for year in range(this, since - 1, -1)
    ]


def counted(organisation: Organisation, events: tuple[Event, ...]) -> Iterator[tuple[Any, ...]]:
    rows = AuditEntry.objects.filter(organisation=organisation, event__in=events)
    return iter(rows.values_list("event", "at", "why").iterator(chunk_size=2000))


class ToldYear(NamedTuple):
    """One year as visitors read it, in words."""

    year: int
    opened: str
    refused: str


def published(organisation: Organisation, now: datetime) -> list[ToldYear]:
    """The years that are over, for visitors of an organisation that chose so; this year would tell that it just happened.

    A number is the sum of what reports tell outside, so beside these it tells nothing new (L2). Whether it was done at all is
    told exactly: that is what visitors must be able to trust. Of a single month even that would narrow what is hidden, so a
    year is told from two months on, and once its last one is fixed.
    """
    if not organisation.shows_openings:
        return []
    zone = ZoneInfo(organisation.time_zone)
    months = figures.told(organisation, SOURCE, OUTSIDE)
    over = {month.year for month in months if month.month == DECEMBER and month.year < now.astimezone(zone).year}
    happened = {(at.astimezone(zone).year, event) for event, at, _why in counted(organisation, ENDED)}
    return [
        told_year(year, found, happened)
        for year in sorted(over, reverse=True)
        if len(found := [tables for month, tables in months.items() if month.year == year]) > 1
    ]


def told_year(year: int, months: list[figures.Tables], happened: set[tuple[int, str]]) -> ToldYear:
    opened, refused = (
        told((year, event.value) in happened, sum(tables[STEPS].get((event.value,), 0) for tables in months))
        for event in ENDED
    )
    return ToldYear(year, opened, refused)


def told(happened: bool, times: int) -> str:
    """Never, or about how often; where the published figures are too small, that it was done and no more."""
    if not happened:
        return _("never")
    return _("about %(times)s times") % {"times": times} if times else _("sometimes")


def reminders(organisation: Organisation) -> list[Reminder]:
    """For the first page of the administration: what waits for an administrator."""
    rows = OpeningRequest.objects.filter(organisation=organisation).waiting(timezone.now())
    if not any(row.office == Office.ADMINISTRATOR for row in rows):
        return []
    title, text = _("Somebody waits for your decision"), _("Somebody asks to open an address. Look at it now.")
    return [Reminder(title, text, reverse("openings", args=[organisation.slug]))]
