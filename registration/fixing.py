"""The figures of a month that is over, rounded and fixed for ever, for inside and outside at once (G06; goals L3, L4).

What is fixed is all that any report shows. A quarter or a year is the sum of its months, so no two periods can be compared to
find out more than the months tell. Whoever asks later, after a retention period or a closed year, gets the same figures.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from helplines import queries
from helplines.models import Organisation
from helplines.tenancy import inside
from privacy import figures, keys
from privacy.figures import Source
from privacy.suppression import Coins, Counts, Key, publication
from registration import outbox
from registration.documents import INSIDE, OUTSIDE
from registration.models import Published

PURPOSE = "figures"


def closed_months(organisation: Organisation, source: Source, now: datetime) -> list[date]:
    """The months that are over and final, the oldest first (needs the scope)."""
    month = source.first(organisation)
    found: list[date] = []
    if month is not None:
        days = timedelta(days=source.settles(organisation, now))
        today = now.astimezone(ZoneInfo(organisation.time_zone)).date()
        while figures.after(month) + days <= today:
            found.append(month)
            month = figures.after(month)
    return found


def fixed_months(organisation: Organisation, source: str) -> set[date]:
    """The months of which the figures are fixed (needs the scope)."""
    rows = Published.objects.filter(organisation=organisation, source=source, audience=OUTSIDE)
    return set(rows.values_list("month", flat=True))


def told(organisation: Organisation, source: str, audience: str) -> dict[date, dict[str, Counts]]:
    """What is published of a source, by month and table, for pages of other apps (needs the scope)."""
    rows = Published.objects.filter(organisation=organisation, source=source, audience=audience).order_by("month")
    return {row.month: {name: counted(cells) for name, cells in row.figures.items()} for row in rows}


def sign_in() -> None:
    figures.told_by(told)


def due(organisation: Organisation, now: datetime) -> Iterator[tuple[Source, date]]:
    """What can be fixed and is not yet (needs the scope)."""
    for source in figures.sources():
        fixed = fixed_months(organisation, source.key)
        yield from ((source, month) for month in closed_months(organisation, source, now) if month not in fixed)


def fix(*, organisation_id: int, source: str, month: date, now: datetime) -> bool:
    """Publish one month, once; says whether it was done now.

    Raises KeyError for an unknown source, ValueError while the month is not over.
    """
    counted = figures.source(source)
    with inside(organisation_id), transaction.atomic():
        outbox.lock(organisation_id)
        organisation = Organisation.objects.get(pk=organisation_id)
        if month in fixed_months(organisation, source):
            return False
        if month not in closed_months(organisation, counted, now):
            raise ValueError(f"{month:%Y-%m} is not over.")
        publish(organisation, counted, month, now)
    return True


def publish(organisation: Organisation, source: Source, month: date, now: datetime) -> None:
    """The outside gets what is published inside, rounded once more: the two side by side tell no more than the inside."""
    policy = queries.organisation_policy(organisation, now)
    # Every figure of the inside could stay as it is: what is rounded again is a multiple of what it was rounded to.
    outside = -(-policy.report_outside // policy.report_inside) * policy.report_inside
    tables: Mapping[str, Counts] = source.count(organisation, month)
    for audience, base in ((INSIDE, policy.report_inside), (OUTSIDE, outside)):
        coins = Coins(key_of(organisation.pk), source.key, month.isoformat(), audience)
        tables = publication(tables, base, coins, together=source.together)
        cells = {name: listed(counts) for name, counts in tables.items()}
        Published.objects.create(
            organisation=organisation,
            source=source.key,
            month=month,
            audience=audience,
            base=base,
            figures=cells,
            digest=digest(cells),
            fixed_at=now,
        )


def key_of(organisation_id: int) -> bytes:
    """It stays when the keys that seal are renewed, so that the same month would be rounded in the same way again."""
    return keys.derived(keys.marks_key(organisation_id), PURPOSE)


def listed(counts: Counts) -> list[list[Any]]:
    """Cells that have a figure, in a lasting order."""
    return [[*cell, counts[cell]] for cell in sorted(counts) if counts[cell]]


def counted(cells: list[list[Any]]) -> dict[Key, int]:
    """The other way round."""
    return {tuple(cell[:-1]): cell[-1] for cell in cells}


def digest(cells: Mapping[str, list[list[Any]]]) -> str:
    return hashlib.sha256(json.dumps(cells, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
