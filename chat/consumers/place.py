"""The place of one waiting visitor: told at once, and again whenever it is another."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from django.utils import timezone

from chat.hub import hub, waiters
from chat.places import places
from chat.queries import moment

logger = logging.getLogger(__name__)
REFRESH_SECONDS = 1.0
Tell = Callable[[dict[str, Any]], Awaitable[None]]


class Place:
    """Listens while a visitor waits. Much may happen in a second: it is told once."""

    __slots__ = ("code", "follows", "organisation_id", "socket", "task", "tell", "told", "topic")

    def __init__(self, organisation_id: int, code: str, socket: str, tell: Tell) -> None:
        self.organisation_id, self.code, self.socket, self.tell = organisation_id, code, socket, tell
        self.topic = waiters(organisation_id)
        self.told: dict[str, Any] | None = None
        self.task: asyncio.Task[None] | None = None
        self.follows = False

    def follow(self) -> None:
        if not self.follows:
            self.follows = True
            hub.join(self.topic, self)
            self.task = asyncio.ensure_future(self.look_after(0))

    def stop(self) -> None:
        self.follows, self.told = False, None
        hub.leave(self.topic, self)
        if self.task is not None:
            self.task.cancel()
            self.task = None

    async def hear(self, frame: dict[str, Any], text: str) -> None:
        places.forget(self.organisation_id)
        if self.follows and (self.task is None or self.task.done()):
            self.task = asyncio.ensure_future(self.look_after(REFRESH_SECONDS))

    async def look_after(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        # What changes while we look is told by the next one.
        self.task = None
        try:
            await self.look()
        except Exception:
            logger.exception("A place could not be told; the next change tells it.")

    async def look(self) -> None:
        found = await places.of(self.organisation_id, self.code)
        if self.follows and found is not None and found != self.told:
            self.told = found
            # When it closes is told beside the server's clock: a telephone's may be wrong.
            await self.tell({**found, "now": moment(timezone.now())})
