"""Which jobs for a report are on their way, so that who looks again and again sends none twice.

Kept in the cache, for as long as such a job takes at most. Where the cache is away a job more does no harm: it finds all done.
"""

import logging

from django.core.cache import cache

logger = logging.getLogger(__name__)
SECONDS = 300


def begin(*about: object) -> bool:
    """Whether no job about this is on its way; from now on there is one."""
    try:
        return bool(cache.add(mark(about), 1, SECONDS))
    except Exception:  # whatever the cache's server meets
        logger.exception("It could not be seen which jobs are on their way.")
        return True


def end(*about: object) -> None:
    try:
        cache.delete_many([mark(about)])
    except Exception:  # as above; it ends by itself
        logger.exception("It could not be noted that a job is done.")


def mark(about: tuple[object, ...]) -> str:
    return ":".join(("report-job", *map(str, about)))
