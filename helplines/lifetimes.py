"""Calendar months in an organisation's own time zone (requirements, question 1)."""

from calendar import monthrange
from datetime import UTC, datetime
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
