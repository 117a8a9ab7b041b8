"""One clock for all nodes of an installation: that of the database, for what is counted over hours (C06, C07; security goal J3).

Each web node has a clock of its own, and one that is ahead would let somebody begin a fifth talk before 24 hours are over. So the
database is asked what time it is, once a minute; in between our own steady clock goes on from there, which nobody sets.
A jump of a node's clock changes nothing. With SQLite there is one machine, and its clock is the clock.
"""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import DEFAULT_DB_ALIAS, connections

# So long a reading is gone on from; two steady clocks differ by far less than a millisecond in it.
TRUSTED_SECONDS = 60.0


@dataclass(frozen=True)
class Reading:
    """What the clock of the database said, and what ours showed then, in seconds that only go forward."""

    at: datetime
    steady: float


_last: list[Reading] = []
is_shared = True


def ask() -> datetime | None:
    """What time it is in the database; None where it has no clock of its own."""
    connection = connections[DEFAULT_DB_ALIAS]
    if connection.vendor != "postgresql":
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        found: datetime = cursor.fetchone()[0]
    return found


def shared(now: datetime) -> datetime:
    """The moment as every node has it, in place of `now` as this one does."""
    if not is_shared:
        return now
    steady = time.monotonic()
    if not _last or not 0 <= steady - _last[0].steady < TRUSTED_SECONDS:
        found = ask()
        if found is None:
            return now
        # It was said somewhere between the question and now; at the end of it, no second counts twice.
        steady = time.monotonic()
        _last[:] = [Reading(found, steady)]
    return _last[0].at + timedelta(seconds=steady - _last[0].steady)


def forget() -> None:
    """Ask anew at the next look."""
    _last.clear()
