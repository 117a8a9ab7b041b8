"""Days on which a line is open otherwise than its week says: extra openings and closures, told in time (A02, A06).

Every function here is called inside the organisation's scope.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from helplines import hours, queries
from helplines.hours import Span
from helplines.models import Closure, ExtraOpening, Line
from helplines.queries import Rules
from helplines.remembered import rules_now

DAYS = 7
WHOLE_DAY = "00:00–24:00"


class Other(NamedTuple):
    """Why a day is as it is: an extra opening or a closure, with the reason that an administrator wrote."""

    is_open: bool
    told: str
    reason: str


def otherwise_in_words(line: Line, language: str, now: datetime) -> str:
    """The coming days that differ from the week, such as "today 10:00–12:00, Friday 25 December closed"; mostly "".

    A closure of which nobody knows the end is left out: the state of the line tells it, for as long as it lasts.
    """
    rules = rules_now(line, now)
    ended = rules._replace(closures=[shut for shut in rules.closures if shut.ends is not None])
    if not (ended.extra or ended.closures):
        return ""
    with translation.override(language):
        found = [(day, told) for day, told in told_days(ended, now) if told]
        return ", ".join(runs_in_words(found, now.astimezone(rules.zone).date()))


def told_days(rules: Rules, now: datetime) -> Iterator[tuple[date, str]]:
    """Each coming day with its hours where they differ from the week's, else with ""."""
    today = now.astimezone(rules.zone).date()
    for day in (today + timedelta(days=number) for number in range(DAYS)):
        real, usual = queries.spans_on(day, rules), queries.spans_on(day, rules._replace(extra=[], closures=[]))
        is_past = bool(real) and real[-1].closes <= now
        yield day, "" if real == usual or is_past else spans_said(real, day)


def spans_said(spans: list[Span], day: date) -> str:
    """The hours of a day for visitors; a whole day in words."""
    told = " + ".join(span_said(span, day) for span in spans)
    return _("open all day") if told == WHOLE_DAY else told or _("closed")


def span_said(span: Span, day: date) -> str:
    """13:00–17:00, cut at midnight; 00:00–24:00 is the whole day."""
    ends_next_day = span.closes.date() > day
    return f"{span.opens:%H:%M}–{'24:00' if ends_next_day else span.closes.strftime('%H:%M')}"


def runs_in_words(found: list[tuple[date, str]], today: date) -> Iterator[str]:
    """Days in a row with the same hours as one: from the first to the last."""
    for (told, _start), group in groupby(
        enumerate(found), key=lambda entry: (entry[1][1], entry[1][0] - entry[0] * hours.DAY)
    ):
        days = [day for _place, (day, _told) in group]
        first, last = (day_said(day, today) for day in (days[0], days[-1]))
        yield (
            f"{first} {told}"
            if len(days) == 1
            else _("%(first)s to %(last)s %(hours)s")
            % {
                "first": first,
                "last": last,
                "hours": told,
            }
        )


def day_said(day: date, today: date) -> str:
    """today, or such as Friday 25 December."""
    return _("today") if day == today else str(date_format(day, "l j F"))


def others(line: Line, first_day: date, days: int) -> dict[date, list[Other]]:
    """By day: the extra openings and the closures that make it what it is, in the order of the clock."""
    zone = ZoneInfo(line.organisation.time_zone)
    dates = [first_day + timedelta(days=number) for number in range(days)]
    starts, ends = queries.midnight(dates[0], zone), queries.midnight(dates[-1] + hours.DAY, zone)
    extra = ExtraOpening.objects.filter(line=line, day__range=(dates[0] - hours.DAY, dates[-1])).order_by("opens")
    shut = Closure.objects.touching(line).filter(starts_at__lt=ends).exclude(ends_at__lte=starts).order_by("starts_at")
    opened, closed = list(extra), list(shut)
    return {day: [*openings_on(day, opened, zone), *closures_on(day, closed, zone)] for day in dates}


def openings_on(day: date, rows: list[ExtraOpening], zone: ZoneInfo) -> Iterator[Other]:
    """Also what is left of one that began the day before."""
    for row in rows:
        span = hours.on_day(row.day, row.opens, row.closes, zone)
        if part := hours.clip(span, *ends_of(day, zone)):
            yield Other(True, span_said(local(part, zone), day), row.reason)


def closures_on(day: date, rows: list[Closure], zone: ZoneInfo) -> Iterator[Other]:
    for row in rows:
        if part := hours.clip(Span(row.starts_at, row.ends_at or hours.FOREVER), *ends_of(day, zone)):
            yield Other(False, span_said(local(part, zone), day), row.reason)


def ends_of(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    return queries.midnight(day, zone), queries.midnight(day + hours.DAY, zone)


def local(span: Span, zone: ZoneInfo) -> Span:
    return Span(span.opens.astimezone(zone), span.closes.astimezone(zone))
