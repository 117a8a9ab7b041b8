"""Whether data and keys are in step. A backup that was put back, by whatever means, is not: erasures must be replayed first.

Every sweep writes a new mark in both databases. Restored data has an old one, so nothing is served before the replay (C11).
"""

import secrets
from datetime import datetime
from typing import Any

from django.db import DatabaseError

from privacy.models import DataPulse, KeysPulse

ROW = 1
TABLES: dict[str, Any] = {"data": DataPulse, "keys": KeysPulse}


def in_step() -> bool:
    """Whether neither database was put back since the last replay."""
    data, known = DataPulse.objects.filter(pk=ROW).first(), KeysPulse.objects.filter(pk=ROW).first()
    return (data.token if data else "") in ({known.token, known.before} if known else {""})


def may_serve() -> bool:
    """The same, for who only asks: a database that does not answer is another fault, told elsewhere."""
    try:
        return in_step()
    except DatabaseError:
        return True


def beat() -> None:
    """Write the next mark, first beside the keys. Where the two are out of step nothing is hidden."""
    if in_step():
        mark()


def mark() -> None:
    """Bring the two in step; only for who has just replayed what was erased."""
    token = secrets.token_hex(16)
    data = DataPulse.objects.filter(pk=ROW).first()
    KeysPulse.objects.update_or_create(pk=ROW, defaults={"token": token, "before": data.token if data else ""})
    DataPulse.objects.update_or_create(pk=ROW, defaults={"token": token})


def backed_up(what: str, at: datetime) -> None:
    """Note when `data` or `keys` was last written out as a backup that opens."""
    TABLES[what].objects.filter(pk=ROW).update(backed_up_at=at)


def backups() -> dict[str, datetime | None]:
    """When each of the two was last backed up; None for never."""
    return {
        what: table.objects.filter(pk=ROW).values_list("backed_up_at", flat=True).first()
        for what, table in TABLES.items()
    }
