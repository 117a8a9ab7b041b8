"""Reading the audit log: a list to look something up in, and the reads of a week with what is odd on top (M7)."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from helplines.models import Organisation, Role, Staff
from helplines.reminders import Reminder
from helplines.witness import Event
from privacy import oddities, reasons
from privacy.models import AuditEntry, AuditReview
from privacy.oddities import Odd, Read

WEEK = timedelta(days=7)
# Looking at something that somebody said or is.
READS = (
    Event.TRANSCRIPT_READ, Event.NOTE_READ, Event.READ_ALONG, Event.TAKEN_OVER, Event.IDENTITY_OPENED,
    Event.IDENTITY_SHOWN, Event.EXPORTED, Event.REPORT_READ, Event.COMPLAINT_READ, Event.RIGHTS_READ,
    Event.COPY_READ,
)  # fmt: skip
OF_OTHERS = {Event.NOTE_READ, Event.READ_ALONG, Event.TAKEN_OVER}
OWN = "closed-talk"


class Row(NamedTuple):
    """An entry with the name of who did it, as it is called now, and what is odd about it."""

    entry: AuditEntry
    name: str
    why_odd: list[Odd]

    @property
    def roles(self) -> str:
        """In words; what is no role of today stays as it was noted."""
        known = dict(Role.choices)
        return ", ".join(str(known.get(role, role)) for role in self.entry.role.split(",") if role)

    @property
    def reason(self) -> str:
        return reasons.in_words(self.entry.why)


class Week(NamedTuple):
    """The reads of one week, Monday to Sunday on the clock of the organisation; the odd ones apart, weightiest first."""

    monday: date
    odd: list[Row]
    others: list[Row]
    review: AuditReview | None

    @property
    def is_over(self) -> bool:
        return self.review is not None


def week_before(organisation: Organisation, now: datetime) -> date:
    """The Monday of the last week that is complete."""
    today = now.astimezone(ZoneInfo(organisation.time_zone)).date()
    return today - timedelta(days=today.weekday()) - WEEK


def week_of(organisation: Organisation, monday: date) -> Week:
    """Needs the organisation's scope."""
    zone = ZoneInfo(organisation.time_zone)
    begins, ends = (datetime(day.year, day.month, day.day, tzinfo=zone) for day in (monday, monday + WEEK))
    found = AuditEntry.objects.filter(organisation=organisation, event__in=READS, at__gte=begins, at__lt=ends)
    entries = list(found.order_by("number"))
    odd = oddities.oddities([read_of(entry, zone) for entry in entries])
    rows = named(entries, odd)
    weight = list(Odd)
    review = AuditReview.objects.filter(organisation=organisation, week=monday).select_related("by").first()
    return Week(
        monday,
        sorted(
            (row for row in rows if row.why_odd),
            key=lambda row: (weight.index(row.why_odd[0]), -len(row.why_odd), row.entry.number),
        ),
        [row for row in rows if not row.why_odd],
        review,
    )


def read_of(entry: AuditEntry, zone: ZoneInfo) -> Read:
    not_theirs = entry.event in OF_OTHERS or (entry.event == Event.TRANSCRIPT_READ and entry.why != OWN)
    return Read(entry.number, entry.who, entry.what, entry.at.astimezone(zone), not_theirs, entry.emergency)


def named(entries: Sequence[AuditEntry], odd: dict[int, list[Odd]] | None = None) -> list[Row]:
    """The log knows people by a number; who may read it sees how they are called now."""
    people = {person.pk: str(person) for person in Staff.objects.filter(pk__in={entry.who for entry in entries})}
    return [
        Row(entry, people.get(entry.who or 0, f"#{entry.who}" if entry.who else ""), (odd or {}).get(entry.number, []))
        for entry in entries
    ]


def unsigned_weeks(organisation: Organisation, now: datetime | None = None) -> list[date]:
    """Complete weeks of the last eight with any read that nobody signed off, oldest first (needs the scope)."""
    last = week_before(organisation, now or timezone.now())
    mondays = [last - WEEK * back for back in range(7, -1, -1)]
    signed = set(AuditReview.objects.filter(organisation=organisation).values_list("week", flat=True))
    zone = ZoneInfo(organisation.time_zone)
    rows = AuditEntry.objects.filter(organisation=organisation, event__in=READS)
    return [monday for monday in mondays if monday not in signed and any_in(rows, monday, zone)]


def any_in(rows: Any, monday: date, zone: ZoneInfo) -> bool:
    begins, ends = (datetime(day.year, day.month, day.day, tzinfo=zone) for day in (monday, monday + WEEK))
    return bool(rows.filter(at__gte=begins, at__lt=ends).exists())


def reminders(organisation: Organisation) -> list[Reminder]:
    """For the first page of the administration."""
    weeks = unsigned_weeks(organisation)
    if not weeks:
        return []
    page = reverse("audit_week", kwargs={"organisation": organisation.slug})
    title, text = _("A week of reads is not signed off"), _("Look at who read what, with what is odd on top.")
    return [Reminder(title, text, page)]
