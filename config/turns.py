"""How many requests a process works on at once: the rest wait, without a thread and without a connection to the database.

Each request has a thread of its own, and each thread asks the database. Two hundred at once took every connection of the pool,
and whoever said something in a talk meanwhile waited for seconds, or was refused (security goal G6).
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from weakref import WeakKeyDictionary

Application = Callable[[Any, Any, Any], Awaitable[Any]]
# Together with the threads of `chat.lanes` and of the writer no more than the pool has (DATABASE_POOL).
PAGES, SIGNING_IN, STATUSES, SLOW = 4, 2, 1, 2
# What waits for another computer (name servers, a site that is looked at) or reckons over months. An address that must be
# opened in an emergency is not among them, nor is a line that must close.
SLOW_PAGES = (
    "/admin/mail/",
    "/admin/embedding/",
    "/admin/exchange/",
    "/admin/registration/",
    "/reports/",
    "/audit/",
    "/ledger/",
    "/handling/",
)


class Turns:
    """Lets so many requests in at a time, in the order in which they came."""

    def __init__(self, application: Application, at_once: int) -> None:
        self.application, self.at_once = application, at_once
        self.rooms: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = WeakKeyDictionary()

    def room(self) -> asyncio.Semaphore:
        """That of this loop: what waits on one loop cannot be woken from another."""
        return self.rooms.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(self.at_once))

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        async with self.room():
            await self.application(scope, receive, send)
