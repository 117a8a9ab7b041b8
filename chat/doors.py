"""The open sockets of this process, counted, and let go one by one when the process is told to stop."""

import asyncio
import logging
import random
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Protocol

logger = logging.getLogger(__name__)
RESTART = 1012  # RFC 6455, "service restart": the client comes back, to another node
WITHIN = 3.0  # seconds over which sockets are let go, so that they do not all knock at the next node at once


class Guest(Protocol):
    """A socket that can be closed."""

    kind: str

    async def finish(self, code: int) -> None: ...


@dataclass
class Doors:
    """Who is in. A process that stops lets nobody in any more."""

    guests: set[Guest] = field(default_factory=set)
    closing: bool = False
    # How often a client asked for what it missed.
    replays: int = 0

    def enter(self, guest: Guest) -> bool:
        """Let a socket in; False when this process is about to stop."""
        if self.closing:
            return False
        self.guests.add(guest)
        return True

    def leave(self, guest: Guest) -> None:
        self.guests.discard(guest)

    def count(self) -> Counter[str]:
        """How many of each kind are in."""
        return Counter(guest.kind for guest in self.guests)

    async def let_go(self, within: float = WITHIN) -> int:
        """Close every socket at a random moment within so many seconds; gives how many. Nobody comes in any more."""
        self.closing = True
        leaving = list(self.guests)
        began = time.monotonic()
        moments = sorted((random.uniform(0, within), number) for number in range(len(leaving)))
        for moment, number in moments:
            await asyncio.sleep(max(0.0, began + moment - time.monotonic()))
            try:
                await leaving[number].finish(RESTART)
            except Exception:
                # One that cannot be told must not keep the others.
                logger.exception("A socket could not be sent on.")
        return len(leaving)


doors = Doors()
