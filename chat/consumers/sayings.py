"""What one socket said and was not yet told of: said one after the other, without waiting for each COMMIT in between."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from chat.writer import Stored

logger = logging.getLogger(__name__)
# Who says more than can be stored waits; then the server's own limit of unheard frames holds.
MOST = 64


class Sayings:
    """Acknowledges in the order in which it was said. `acknowledge` tells the client how one ended, when it did."""

    __slots__ = ("acknowledge", "task", "waiting")

    def __init__(self, acknowledge: Callable[[Any, Awaitable[Stored]], Awaitable[None]]) -> None:
        self.acknowledge = acknowledge
        self.waiting: list[tuple[Any, Awaitable[Stored]]] = []
        self.task: asyncio.Task[None] | None = None

    async def add(self, frame: Any, stored: Awaitable[Stored]) -> None:
        self.waiting.append((frame, stored))
        if self.task is None:
            self.task = asyncio.ensure_future(self.acknowledge_all())
        if len(self.waiting) >= MOST:
            await self.settle()

    async def acknowledge_all(self) -> None:
        while self.waiting:
            try:
                await self.acknowledge(*self.waiting[0])
            except Exception:
                logger.exception("A client could not be told how a saying ended.")
            del self.waiting[0]
        self.task = None

    async def settle(self) -> None:
        """Wait until all that was said is acknowledged: what comes after it is done after it."""
        if self.task is not None:
            await asyncio.wait({self.task})
