"""How many of one address may begin, and wait for somebody at once: a stranger alone does not make a line busy (goal H4)."""

import asyncio
import time

from django.conf import settings

from chat.consumers.base import beginnings, waiting
from chat.models import STALE


class Unanswered:
    """One visitor of an address, counted from the beginning of their talk until somebody takes it."""

    __slots__ = ("counts", "place")

    def __init__(self, place: str) -> None:
        self.place = place
        self.counts = False

    def begin(self) -> bool:
        """Be counted; False when too many of this address began in this minute, or wait now."""
        allowed = beginnings.may(self.place, settings.ADDRESS_STARTS, time.monotonic())
        self.counts = allowed and waiting.enter(self.place, settings.ADDRESS_WAITING)
        return self.counts

    def over(self) -> None:
        """Taken, refused or at its end."""
        if self.counts:
            self.counts = False
            waiting.leave(self.place)

    def hang_up(self) -> None:
        """Who is gone takes room for a moment yet, and so long they count."""
        if self.counts:
            asyncio.get_running_loop().call_later(STALE.total_seconds(), self.over)
