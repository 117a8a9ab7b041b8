"""The common board of each organisation's desks, read once for all desks of this process that ask at the same time."""

import asyncio
from dataclasses import dataclass, field, replace
from time import monotonic

from django.utils import timezone

from chat import picture
from chat.lanes import for_pictures, still_running
from chat.picture import Board
from helplines.tenancy import inside

FRESH_SECONDS = 0.15


def read(organisation_id: int, known: dict[str, bytes]) -> Board:
    began = monotonic()
    with inside(organisation_id):
        return replace(picture.board(organisation_id, timezone.now(), known), began=began)


@dataclass
class Look:
    """The readings of one organisation: the last one, the one under way, and the one that follows it."""

    board: Board | None = None
    made: float = 0.0
    stale: bool = True
    running: "asyncio.Task[Board] | None" = None
    following: "asyncio.Task[Board] | None" = None
    # Keys of running talks, so that they are not asked for at every look.
    keys: dict[str, bytes] = field(default_factory=dict)


class Boards:
    """Remembers each organisation's board for a moment, so that fifty desks cost one read and not fifty.

    An organisation is read by one reader at a time. Who must see a change of just now waits for a reading that begins after it,
    and shares that with everybody else who waits for it.
    """

    def __init__(self) -> None:
        self.known: dict[int, Look] = {}

    async def of(self, organisation_id: int) -> Board:
        look = self.known.setdefault(organisation_id, Look())
        if look.board is not None and not look.stale and monotonic() - look.made < FRESH_SECONDS:
            return look.board
        return await asyncio.shield(self.next_reading(organisation_id, look))

    def next_reading(self, organisation_id: int, look: Look) -> "asyncio.Task[Board]":
        """A reading that begins from now on; one that began after the last change will do."""
        running = still_running(look.running)
        if running is None:
            look.stale = False
            look.running = asyncio.ensure_future(self.read(organisation_id, look))
            return look.running
        if not look.stale:
            return running
        following = still_running(look.following)
        if following is None:
            following = look.following = asyncio.ensure_future(self.read_after(running, organisation_id, look))
        return following

    async def read_after(self, running: "asyncio.Task[Board]", organisation_id: int, look: Look) -> Board:
        await asyncio.wait({running})
        look.stale, look.following = False, None
        look.running = asyncio.ensure_future(self.read(organisation_id, look))
        return await asyncio.shield(look.running)

    async def read(self, organisation_id: int, look: Look) -> Board:
        began = monotonic()
        board: Board = await for_pictures(read)(organisation_id, look.keys)
        look.board, look.made, look.keys = board, began, board.keys
        return board

    def forget(self, organisation_id: int) -> None:
        """Something changed: the next one who looks gets a reading that begins after this."""
        self.known.setdefault(organisation_id, Look()).stale = True


boards = Boards()
