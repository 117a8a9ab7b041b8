"""The threads in which this process asks the database, apart by who waits: nobody in a talk waits behind a picture of all.

One thread did all of it, in the order in which it was asked: while five hundred talks began, pictures of them stood before
the right of who wrote, before a claim, and before who came back.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from channels.db import database_sync_to_async
from django.conf import settings

T = TypeVar("T")


def lane(name: str, threads: int) -> Callable[[Callable[..., Any]], Any]:
    """A way to the database with threads of its own; `await way(function)(...)` as with `in_database`."""
    pool = ThreadPoolExecutor(threads, thread_name_prefix=name)

    def way(work: Callable[..., Any]) -> Any:
        return database_sync_to_async(work, thread_sensitive=False, executor=pool)

    return way


# SQLite lets in one who writes at a time: there one thread after the other is quicker than several that wait for one another.
several = not settings.DATABASES["default"]["ENGINE"].endswith("sqlite3")
# What one person waits for: a claim, a talk that goes on. Several at once, for most of it is waiting for the database.
in_database = lane("talks", 4) if several else database_sync_to_async
# Beginnings of one organisation wait for its row, one for the other: they must not take all threads of who is in a talk.
for_starts = lane("starts", 2) if several else in_database
# Whether who acts still may: short, and before almost everything else.
for_rights = lane("rights", 1)
# Boards, places, and what other processes could not tell. Two, so that one organisation's does not hold up all others'.
for_pictures = lane("pictures", 2)
# Signs of life, without which whoever is there looks gone, and who may still be there: they wait for nothing else.
for_signs = lane("signs", 2)
# What follows from them: talks that go on with somebody else, questions that end.
for_the_keeper = lane("keeper", 1)


def still_running(task: "asyncio.Task[T] | None") -> "asyncio.Task[T] | None":
    """A task that is not at its end, on this loop."""
    alive = task is not None and not task.done() and task.get_loop() is asyncio.get_running_loop()
    return task if alive else None
