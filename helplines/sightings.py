"""On which sites the button of a line was seen: a site and a minute in the cache, and nothing about who looked.

A browser sends `Origin` with the launcher's question how the line is. A site of the line is remembered for a week; of
other sites the host alone, a few of them, for a day, so that an administrator learns where a tag stands that cannot work.
"""

import hashlib
import re
import threading
from datetime import UTC, datetime
from typing import NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.core.cache import cache
from django.utils import timezone

from helplines.models import Line
from helplines.origins import as_browsers_send_it

WEEK, DAY = 7 * 24 * 3600, 24 * 3600
MOST_STRANGERS, MOST_NOTED = 5, 5000
HOST = re.compile(r"https?://([a-z0-9.-]{1,100})(:\d{1,5})?")


class Sighting(NamedTuple):
    """A site that may have the button, and the minute in which it was last seen there (None: not in a week)."""

    site: str
    at: datetime | None


class Stranger(NamedTuple):
    """A host that may not have the button; in how many minutes of the last day it asked, and when last."""

    host: str
    minutes: int
    at: datetime


_noted: dict[tuple[int, str], int] = {}
_guard = threading.Lock()


def note(line: Line, origin: str) -> None:
    """That the button of this line asked from this site; written at most once a minute in each process."""
    minute = int(timezone.now().timestamp() // 60)
    if not origin or len(origin) > 120 or is_noted(line.pk, origin, minute):
        return
    if origin in sites_of(line):
        cache.set(key_of(line, origin), minute, WEEK)
    elif HOST.fullmatch(origin) and origin != as_browsers_send_it(settings.ORIGIN).decode():
        note_stranger(line, urlsplit(origin).hostname or "", minute)


def is_noted(line: int, origin: str, minute: int) -> bool:
    with _guard:
        if _noted.get((line, origin)) == minute:
            return True
        if len(_noted) >= MOST_NOTED:
            _noted.clear()
        _noted[line, origin] = minute
        return False


def note_stranger(line: Line, host: str, minute: int) -> None:
    """The last few hosts; who names a thousand pushes out other strangers and nothing else."""
    key = f"strangers:{line.organisation_id}:{line.pk}"
    found: dict[str, tuple[int, int]] = cache.get(key) or {}
    times, last = found.pop(host, (0, 0))
    if last != minute:
        times += 1
    kept = dict(list(found.items())[-(MOST_STRANGERS - 1) :])
    cache.set(key, {**kept, host: (times, minute)}, DAY)


def sightings(line: Line) -> list[Sighting]:
    """Each site of the line, in the order in which they are written."""
    keys = {site: key_of(line, origin) for origin, site in sites_of(line).items()}
    found = cache.get_many(keys.values())
    return [Sighting(site, moment(found[key]) if key in found else None) for site, key in keys.items()]


def strangers(line: Line) -> list[Stranger]:
    """Hosts that asked without being a site of the line, the last one first."""
    found = cache.get(f"strangers:{line.organisation_id}:{line.pk}") or {}
    allowed = {urlsplit(origin).hostname for origin in sites_of(line)}
    return [
        Stranger(host, times, moment(minute))
        for host, (times, minute) in reversed(list(found.items()))
        if host not in allowed
    ]


def sites_of(line: Line) -> dict[str, str]:
    """The sites of a line by what a browser sends for them."""
    return {as_browsers_send_it(site).decode(): site for site in line.origins}


def key_of(line: Line, origin: str) -> str:
    return f"seen:{line.organisation_id}:{line.pk}:{hashlib.sha256(origin.encode()).hexdigest()[:16]}"


def moment(minute: int) -> datetime:
    return datetime.fromtimestamp(minute * 60, UTC)


def forget() -> None:
    """What this process noted; the cache keeps its own time."""
    _noted.clear()
