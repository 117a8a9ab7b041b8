"""How often somebody may do something in a day, counted by a mark that nobody can read back (D06, K3).

A count lives in the cache under a keyed mark of the address, and ends with the window of the key. It is against misuse alone:
where the cache is away everybody may go on.
"""

import logging
from datetime import datetime

from django.core.cache import cache

from helplines.signin import place_of
from privacy import pseudonyms

logger = logging.getLogger(__name__)
PURPOSE = "pace"


def may(*, organisation_id: int, what: str, address: str, most: int, now: datetime) -> bool:
    """Count once more; whether that is not too often in this window. `address` is never kept."""
    window, key = pseudonyms.key_now(organisation_id, PURPOSE, now)
    mark = pseudonyms.mark(key, what, place_of(address)).hex()
    seconds = max(1, int((pseudonyms.end_of(window) - now).total_seconds()))
    name = f"pace:{organisation_id}:{mark}"
    try:
        if cache.add(name, 1, seconds):
            return most >= 1
        return int(cache.incr(name)) <= most
    except ValueError:  # it ended between the two
        return True
    except Exception:  # whatever the cache's server meets
        logger.exception("The pace of visitors could not be counted.")
        return True
