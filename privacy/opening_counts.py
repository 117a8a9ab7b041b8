"""How often somebody asked to open an identity, and how often it was done, by year, from the audit log; and what waits (E07)."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from helplines import queries
from helplines.models import Organisation
from helplines.reminders import Reminder
from helplines.witness import Event
from privacy.models import AuditEntry, Office, OpeningRequest

COUNTED = (Event.IDENTITY_ASKED, Event.IDENTITY_OPENED)


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
    for event, at, why in counted(organisation):
        counts.setdefault((at.astimezone(zone).year, event), Counter())[why] += 1
    since = first.astimezone(zone).year if first else this
    return [
        Year(year, year < this, *(counts.get((year, event), Counter()) for event in COUNTED))
        for year in range(this, since - 1, -1)
    ]


def counted(organisation: Organisation) -> Iterator[tuple[Any, ...]]:
    rows = AuditEntry.objects.filter(organisation=organisation, event__in=COUNTED)
    return iter(rows.values_list("event", "at", "why").iterator(chunk_size=2000))


class ToldYear(NamedTuple):
    """One year as visitors read it, in words."""

    year: int
    asked_times: str
    opened_times: str


def published(organisation: Organisation, now: datetime) -> list[ToldYear]:
    """The years that are over, for visitors of an organisation that chose so; this year would tell that it just happened.

    None is told as none, for then there is nobody to be recognised; another number only as far as reports tell it outside (L2).
    """
    if not organisation.shows_openings:
        return []
    step = queries.organisation_policy(organisation, now).report_outside
    over = [year for year in years(organisation, now) if year.is_over]
    return [ToldYear(one.year, told(one.asked_times, step), told(one.opened_times, step)) for one in over]


def told(times: int, step: int) -> str:
    """Rounded down: beside the monthly figures of the reports an exact number would tell what these hide."""
    if not times:
        return "0"
    if times < step:
        return _("fewer than %(least)s") % {"least": step}
    return _("%(least)s or more") % {"least": times // step * step}


def reminders(organisation: Organisation) -> list[Reminder]:
    """For the first page of the administration: what waits for an administrator."""
    rows = OpeningRequest.objects.filter(organisation=organisation).waiting(timezone.now())
    if not any(row.office == Office.ADMINISTRATOR for row in rows):
        return []
    title, text = _("Somebody waits for your decision"), _("Somebody asks to open an address. Look at it now.")
    return [Reminder(title, text, reverse("openings", args=[organisation.slug]))]
