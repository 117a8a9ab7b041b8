"""The common board of each organisation's desks, read once for all desks of this process that ask at the same time."""

import asyncio
import time

from channels.db import database_sync_to_async
from django.utils import timezone

from chat import picture
from chat.picture import Board
from helplines.tenancy import inside

FRESH_SECONDS = 0.15


def read(organisation_id: int, known: dict[str, bytes]) -> Board:
    with inside(organisation_id):
        return picture.board(organisation_id, timezone.now(), known)


class Boards:
    """Remembers each organisation's board for a moment, so that fifty desks cost one read and not fifty."""

    def __init__(self) -> None:
        self.known: dict[int, tuple[float, asyncio.Task[Board]]] = {}
        # Keys of running talks, so that they are not asked for at every look.
        self.keys: dict[int, dict[str, bytes]] = {}

    async def of(self, organisation_id: int) -> Board:
        made, task = self.known.get(organisation_id, (0.0, None))
        stale = time.monotonic() - made > FRESH_SECONDS
        if task is None or stale or task.get_loop() is not asyncio.get_running_loop():
            task = asyncio.ensure_future(self.read(organisation_id))
            self.known[organisation_id] = (time.monotonic(), task)
        return await asyncio.shield(task)

    async def read(self, organisation_id: int) -> Board:
        board: Board = await database_sync_to_async(read)(organisation_id, self.keys.get(organisation_id, {}))
        self.keys[organisation_id] = board.keys
        return board

    def forget(self, organisation_id: int) -> None:
        """Something changed by our own hand: the next one reads anew."""
        self.known.pop(organisation_id, None)


boards = Boards()
