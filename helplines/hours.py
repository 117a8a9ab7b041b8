"""When a line is open: weekly hours, extra openings and closures become moments in time (A02, A06, J1).

Pure. Moments are in UTC, because two moments in one time zone compare by the clock on the wall, which lies twice a
year. A row speaks of the wall clock of its organisation:
- it closes at or before its opening time: it runs past midnight, and 00:00-00:00 is the whole day;
- its time does not exist (the clock jumps forward): it means the moment of the jump;
- its time comes twice (the clock goes back): an opening means the first, a closing the last, so that a line is never
  shut at a time at which its timetable says open, and nothing opens twice.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Literal, NamedTuple

Reason = Literal["hours", "holiday", "exceptional", "planned"]
FOREVER = datetime.max.replace(tzinfo=UTC)
# The kind that a visitor is told when several closures hold at once.
GRAVEST: tuple[Reason, ...] = ("exceptional", "holiday", "planned")
DAY = timedelta(days=1)
# How far ahead the next opening is looked for: first one week, and in a long closure more than a year.
HORIZONS = (8, 400)


class Weekly(NamedTuple):
    """One span of a weekday; Monday is 0."""

    weekday: int
    opens: time
    closes: time


class Extra(NamedTuple):
    """One span of a date."""

    day: date
    opens: time
    closes: time


class Shut(NamedTuple):
    """A closure from one moment to another; without an end it lasts until it is lifted."""

    starts: datetime
    ends: datetime | None
    kind: Reason


class Span(NamedTuple):
    """From this moment until just before that one."""

    opens: datetime
    closes: datetime


class Opening(NamedTuple):
    """How it stands at one moment. `until` is None when no end is in sight, `next_opens` when no opening is."""

    is_open: bool
    reason: Reason | None
    until: datetime | None
    next_opens: datetime | None


def spans(
    week: Iterable[Weekly],
    extra: Iterable[Extra],
    closures: Iterable[Shut],
    zone: tzinfo,
    start: datetime,
    end: datetime,
) -> list[Span]:
    """When it is open between two moments, in order and without overlap or touch; closures win."""
    planned = merged(planned_spans(list(week), list(extra), zone, start, end))
    return [clipped for span in without(planned, closures) if (clipped := clip(span, start, end))]


def opening(
    week: Sequence[Weekly], extra: Sequence[Extra], closures: Sequence[Shut], zone: tzinfo, at: datetime
) -> Opening:
    """Whether it is open at this moment, and why not, or until when."""
    at = at.astimezone(UTC)
    ahead: list[Span] = []
    for days in HORIZONS:
        end = at + timedelta(days=days)
        ahead = spans(week, extra, closures, zone, at, end)
        if ahead:
            break
    if ahead and ahead[0].opens == at:
        until = ahead[0].closes
        return Opening(True, None, until if until < end else None, None)
    return Opening(False, why_closed(closures, at), None, ahead[0].opens if ahead else None)


def why_closed(closures: Iterable[Shut], at: datetime) -> Reason:
    """The gravest closure that holds at this moment, else just the hours."""
    kinds = {shut.kind for shut in closures if shut.starts <= at < (shut.ends or FOREVER)}
    return next((kind for kind in GRAVEST if kind in kinds), "hours")


def planned_spans(
    week: list[Weekly], extra: list[Extra], zone: tzinfo, start: datetime, end: datetime
) -> Iterable[Span]:
    """Every span that touches the period, as the rows say it; the day before may run past midnight."""
    first, last = start.astimezone(zone).date() - DAY, end.astimezone(zone).date()
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        for row in week:
            if row.weekday == day.weekday():
                yield on_day(day, row.opens, row.closes, zone)
    for entry in extra:
        if first <= entry.day <= last:
            yield on_day(entry.day, entry.opens, entry.closes, zone)


def on_day(day: date, opens: time, closes: time, zone: tzinfo) -> Span:
    """One row on one date as moments."""
    closing_day = day + DAY if closes <= opens else day
    return Span(moment(day, opens, zone, last=False), moment(closing_day, closes, zone, last=True))


def moment(day: date, clock: time, zone: tzinfo, *, last: bool) -> datetime:
    """The moment at which the wall clock of a zone shows this time on this date."""
    shown = datetime.combine(day, clock, zone)
    first, second = shown.replace(fold=0).astimezone(UTC), shown.replace(fold=1).astimezone(UTC)
    if first > second:  # a time that does not exist
        return jump(second, first, zone)
    return second if last else first


def jump(before: datetime, after: datetime, zone: tzinfo) -> datetime:
    """The first second between two moments at which the clock has jumped."""
    offset = before.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        if middle.astimezone(zone).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after


def merged(found: Iterable[Span]) -> list[Span]:
    """In order, with what overlaps or touches made one, and without empty spans."""
    result: list[Span] = []
    for span in sorted(found):
        if span.opens >= span.closes:
            continue
        if result and span.opens <= result[-1].closes:
            result[-1] = Span(result[-1].opens, max(result[-1].closes, span.closes))
        else:
            result.append(span)
    return result


def without(found: list[Span], closures: Iterable[Shut]) -> list[Span]:
    """What remains of the spans when the closures are taken out."""
    for shut in closures:
        ends = shut.ends or FOREVER
        parts = [
            part
            for span in found
            for part in (
                Span(span.opens, min(span.closes, shut.starts.astimezone(UTC))),
                Span(max(span.opens, ends.astimezone(UTC)), span.closes),
            )
        ]
        found = [part for part in parts if part.opens < part.closes]
    return found


def clip(span: Span, start: datetime, end: datetime) -> Span | None:
    """What of a span lies in the period, if anything."""
    opens, closes = max(span.opens, start.astimezone(UTC)), min(span.closes, end.astimezone(UTC))
    return Span(opens, closes) if opens < closes else None
