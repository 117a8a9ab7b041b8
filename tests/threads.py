"""Doing things really at the same time, each thread with a database connection of its own."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from django.db import connections

# Seconds for all threads to be there: if one could not begin, none waits for it for ever.
PATIENCE = 60.0


def at_once(call: Callable[[Any], Any], items: Sequence[Any], threads: int = 8) -> list[Any]:
    """`call` each item, spread over threads that begin together; outcomes in the order of the items.

    An exception of a call is its outcome. Each thread closes its connections, so the database can be emptied after.
    """
    threads = min(threads, len(items))
    together = Barrier(threads)

    def share(first: int) -> list[tuple[int, Any]]:
        together.wait(PATIENCE)
        try:
            return [(number, outcome_of(call, items[number])) for number in range(first, len(items), threads)]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(threads) as pool:
        outcomes = dict(pair for pairs in pool.map(share, range(threads)) for pair in pairs)
    return [outcomes[number] for number in range(len(items))]


def outcome_of(call: Callable[[Any], Any], item: Any) -> Any:
    try:
        return call(item)
    except Exception as error:
        return error
