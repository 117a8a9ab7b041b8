"""Registrations past the months of the policy become figures and go, closed year or not; short reports just go (F02, F03, F13).

The clock begins on the first day of the month of the talk, which is never later than the talk itself.
"""

from collections.abc import Iterator
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import models, transaction

from helplines.models import Organisation
from helplines.tenancy import inside
from registration import closing, outbox, release
from registration.models import Registration, ShortReport
from registration.outbox import Record


def months_before(day: date, months: int) -> date:
    """The first day of the month so many months before."""
    count = day.year * 12 + day.month - 1 - months
    return date(count // 12, count % 12 + 1, 1)


def last_gone(organisation: Organisation, months: int, now: datetime) -> date:
    """The newest month of which nothing may be left."""
    return months_before(now.astimezone(ZoneInfo(organisation.time_zone)).date(), months)


def overdue(organisation: Organisation, now: datetime) -> "Iterator[models.QuerySet[Registration]]":
    """The registrations that should be figures by now: of each line and of no line (needs the scope)."""
    for line_id, promise in release.promises_of(organisation, now).items():
        gone = last_gone(organisation, promise.registration_months, now)
        yield Registration.objects.filter(organisation=organisation, month__lte=gone).of_line(line_id)


def waiting_too_long(organisation: Organisation, now: datetime) -> date:
    """The newest month of which nothing may wait any more: by the shortest promise of all lines."""
    shortest = min(one.registration_months for one in release.promises_of(organisation, now).values())
    return last_gone(organisation, shortest, now)


def due(organisation_id: int, now: datetime) -> int:
    with inside(organisation_id):
        organisation = Organisation.objects.get(pk=organisation_id)
        last = waiting_too_long(organisation, now)
        waiting = [one for one in outbox.items(organisation_id) if isinstance(one, Record) and one.month <= last]
        return len(waiting) + sum(rows.count() for rows in overdue(organisation, now))


def erase(organisation_id: int, now: datetime, _limit: int) -> int:
    """Count and delete the oldest month of one line; gives how many went. A month goes whole, for its cells are merged in it."""
    with inside(organisation_id), transaction.atomic():
        outbox.lock(organisation_id)
        organisation = Organisation.objects.get(pk=organisation_id)
        waited = closing.count_what_waits(organisation_id, date.min, waiting_too_long(organisation, now))
        if waited:
            return waited
        for rows in overdue(organisation, now):
            month = rows.order_by("month").values_list("month", flat=True).first()
            if month is not None:
                return closing.settle(organisation, rows.filter(month=month))
    return 0


def old_reports(organisation_id: int, now: datetime) -> "models.QuerySet[ShortReport]":
    """Short reports past the months of the organisation's policy (needs the scope)."""
    organisation = Organisation.objects.get(pk=organisation_id)
    months = release.promises_of(organisation, now)[None].registration_months
    found: models.QuerySet[ShortReport] = ShortReport.objects.filter(
        organisation=organisation, month__lte=last_gone(organisation, months, now)
    )
    return found


def due_reports(organisation_id: int, now: datetime) -> int:
    with inside(organisation_id):
        return old_reports(organisation_id, now).count()


def erase_reports(organisation_id: int, now: datetime, limit: int) -> int:
    with inside(organisation_id):
        chunk = list(old_reports(organisation_id, now).values_list("pk", flat=True)[:limit])
        return int(ShortReport.objects.filter(pk__in=chunk).delete()[0])
