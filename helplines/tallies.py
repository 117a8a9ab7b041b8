"""How often something happened lately that should hardly happen, over all processes (security goal M9).

Counted in the cache, in windows of five minutes. Of whom, of what and by whom is not kept, and nothing waits for it.
"""

import logging
import time
from collections import Counter
from datetime import datetime

from django.core.cache import cache
from django.utils import timezone

logger = logging.getLogger(__name__)
WINDOW = 300
# What did not open although its key was there: it was changed, or stands where it does not belong.
UNREADABLE = "unreadable"
# Somebody who signed in asked for what is not there, or is not theirs.
DENIED = "denied"
# So often in a second one process tells the others; more would change nothing.
MOST_A_SECOND = 50
_told: Counter[tuple[str, int]] = Counter()


def count(kind: str) -> None:
    """Once more. Never fails: what happens goes on happening when the cache is away."""
    second = int(time.time())
    if _told[kind, second] >= MOST_A_SECOND:
        return
    if len(_told) > MOST_A_SECOND:
        _told.clear()
    _told[kind, second] += 1
    key = name_of(kind, second // WINDOW)
    try:
        cache.add(key, 0, 3 * WINDOW)
        cache.incr(key)
    except Exception as fault:
        logger.warning("That something was %s could not be counted (%s).", kind, type(fault).__name__)


def lately(kind: str, now: datetime | None = None) -> int:
    """How often in this window and the one before: in the last five to ten minutes."""
    window = int((now or timezone.now()).timestamp()) // WINDOW
    return sum(cache.get_many([name_of(kind, window), name_of(kind, window - 1)]).values())


def name_of(kind: str, window: int) -> str:
    return f"tally:{kind}:{window}"
