"""Calendar months in an organisation's own time zone (requirements, question 1), and moments of which only the day is kept.

Whoever knows to the minute when a talk was finds by that what somebody wrote a minute after it, though nothing ties the two.
"""

from calendar import monthrange
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo


def after_months(moment: datetime, months: int, zone: ZoneInfo) -> datetime:
    """The same local day and time so many calendar months later, clamped to the month's end; UTC in, UTC out.

    31 August plus six months is 28 or 29 February. Raises ValueError for a period that is not positive.
    """
    if months < 1:
        raise ValueError("A period is at least one month.")
    local = moment.astimezone(zone)
    count = local.year * 12 + local.month - 1 + months
    year, month = divmod(count, 12)
    day = min(local.day, monthrange(year, month + 1)[1])
    return local.replace(year=year, month=month + 1, day=day).astimezone(UTC)


def noon_of(moment: datetime, zone: ZoneInfo) -> datetime:
    """The day on that clock, and no hour of it: noon in UTC is that day in all of Europe, and days apart are whole ones."""
    return datetime.combine(moment.astimezone(zone).date(), time(12), UTC)


def begin_of_day(moment: datetime) -> datetime:
    """The same for a period that must not become longer by it: when the day began in UTC, so never later than the moment."""
    return moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
