"""Whether this process can do its work, for whoever keeps the installation running; and `python -m config.health URL` to ask."""

import os
import sys
import time
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import urlsplit

BEAT_KEY = "health:beat"
BEAT_LATE = 90.0  # seconds after which the clock of the jobs counts as stopped


def database_answers(alias: str) -> bool:
    from django.db import DatabaseError, connections

    try:
        with connections[alias].cursor() as cursor:
            cursor.execute("SELECT 1")
    except (DatabaseError, OSError):
        return False
    return True


def nothing_to_replay() -> bool:
    """False from when a backup was put back until what was erased since is erased again (security goal C11)."""
    from privacy import pulse

    return pulse.may_serve()


def note_beat() -> None:
    """The clock of the jobs ran, and a worker did what it asked."""
    from django.core.cache import cache

    cache.set(BEAT_KEY, time.time(), 24 * 3600)


def beat_age() -> tuple[bool, float | None]:
    """Whether what processes share (Redis) answers, and how many seconds ago the last job of the clock ran."""
    from django.core.cache import cache

    try:
        at = cache.get(BEAT_KEY)
    except Exception:
        return False, None
    return True, None if at is None else round(time.time() - at, 1)


def state() -> dict[str, Any]:
    """How it is. Ready is who can store a talk: without Redis or the clock the talk goes on, a little slower."""
    database, keys = database_answers("default"), database_answers("keys")
    replayed = nothing_to_replay() if database and keys else False
    redis, age = beat_age()
    jobs = age is not None and age < BEAT_LATE
    return {
        "ready": database and keys and replayed,
        "database": database,
        "keys": keys,
        "replayed": replayed,
        "redis": redis,
        "jobs": jobs,
        "beat_age": age,
    }


def ask(url: str, timeout: float = 4.0) -> bool:
    """Whether an address answers 200, asked as our proxy would ask it."""
    host = urlsplit(os.environ.get("ORIGIN", "")).netloc or urlsplit(url).netloc
    request = urllib.request.Request(url, headers={"Host": host, "X-Forwarded-Proto": "https"})  # noqa: S310  ours
    try:
        with urllib.request.urlopen(request, timeout=timeout) as answer:  # noqa: S310
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


if __name__ == "__main__":
    sys.exit(0 if ask(sys.argv[1]) else 1)
