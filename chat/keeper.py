"""Keeps a note, every few seconds, of who is there on this process, and closes desks whose right to be open has ended.

One round costs a few statements for each organisation, however many sockets there are.
"""

import asyncio
import logging
import time
from collections import defaultdict
from collections.abc import Awaitable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from django.utils import timezone

from chat import access, along, handovers, presence, requeue
from chat.ending import end
from chat.lanes import for_the_keeper
from chat.models import STALE
from helplines.models import Membership
from privacy import consents

logger = logging.getLogger(__name__)
EVERY = 4.0  # seconds
# A desk that leaves a knock unanswered for so many seconds is no sign of life. Counted from the knock: on a busy process, where
# a round takes long and the next knock comes late, a desk that answers every one is there.
ANSWERS_WITHIN = 1.0
# Seconds between two knocks, and for all of them: what fifty desks answer in one moment, every message of that moment waits for.
APART, ALL_WITHIN = 0.02, EVERY / 2
NOT_ALLOWED = 4403
# A page that is loaded again, or a line that drops for a moment, is back sooner; and other nodes had a round meanwhile.
AWAY_AFTER = timedelta(seconds=EVERY + 1)


class Kept(Protocol):
    """A socket that is somebody's sign of life."""

    def whereabouts(self) -> "Whereabouts | None": ...

    async def knock(self) -> None: ...

    async def finish(self, code: int) -> None: ...


@dataclass(frozen=True)
class Whereabouts:
    """Who a socket stands for: a membership with its session, or the visitor of a conversation.

    `silent` is for how many seconds that browser has left a knock unanswered.
    """

    organisation_id: int
    membership_id: int = 0
    session: str = ""
    session_hash: str = ""
    conversation_id: int = 0
    rejoin_minutes: int = 0
    silent: float = 0.0


@dataclass
class Watch:
    """For how long this process has watched without a pause or a failure.

    After a restart, a standstill or an outage of the database everybody looks gone; it was we who were.
    """

    since: float = field(default_factory=time.monotonic)
    last: float = field(default_factory=time.monotonic)

    def is_long_enough(self, now: float) -> bool:
        if now - self.last > 2 * EVERY:
            self.since = now
        self.last = now
        return now - self.since >= STALE.total_seconds()

    def begin_again(self) -> None:
        self.since = time.monotonic()


@dataclass
class Keeper:
    """The sockets of this process."""

    sockets: set[Kept] = field(default_factory=set)
    task: "asyncio.Task[None] | None" = None
    watch: Watch = field(default_factory=Watch)
    # Counsellors of whom a desk hung up, and when.
    departed: dict[int, tuple[Membership, datetime]] = field(default_factory=dict)

    def add(self, socket: Kept) -> None:
        self.sockets.add(socket)
        if self.task is None or self.task.done() or self.task.get_loop() is not asyncio.get_running_loop():
            self.watch = Watch()
            self.task = asyncio.get_running_loop().create_task(self.run())

    def remove(self, socket: Kept) -> None:
        self.sockets.discard(socket)

    def departs(self, membership: Membership) -> None:
        """A desk hung up: in a round soon it is seen whether that counsellor is back."""
        self.departed[membership.pk] = membership, timezone.now()

    async def stop(self) -> None:
        task, self.task = self.task, None
        self.sockets.clear()
        self.departed.clear()
        await end(task)

    async def run(self) -> None:
        took = 0.0
        while True:
            await asyncio.sleep(max(EVERY - took, EVERY / 2))
            began = time.monotonic()
            try:
                await self.round()
            except Exception:
                self.watch.begin_again()
                logger.exception("A round of noting who is there failed; the next one comes.")
            took = max(0.0, time.monotonic() - began)

    async def round(self) -> None:
        """Note who is there now, and close the desks that may no longer be open."""
        standing = {socket: place for socket in self.sockets if (place := socket.whereabouts()) is not None}
        by_organisation: dict[int, list[Whereabouts]] = defaultdict(list)
        for place in standing.values():
            by_organisation[place.organisation_id].append(place)
        trusted = self.watch.is_long_enough(time.monotonic())
        welcome: list[Kept] = []
        for organisation_id, places in by_organisation.items():
            desks = [
                (socket, place)
                for socket, place in standing.items()
                if place.organisation_id == organisation_id and place.membership_id
            ]
            try:
                allowed = await for_the_keeper(note)(organisation_id, places)
                # First of all: whose right has ended sees nothing more while the rest is looked after (D6).
                for socket, place in desks:
                    if place not in allowed:
                        await alone(socket.finish(NOT_ALLOWED))
                await for_the_keeper(look_after)(organisation_id, trusted)
            except Exception:
                # One organisation's trouble is not the others'; its own round comes again.
                self.watch.begin_again()
                logger.exception("A round of one organisation failed; the next one comes.")
                continue
            welcome += [socket for socket, place in desks if place in allowed]
        await self.miss_who_departed(timezone.now())
        began, apart = time.monotonic(), min(APART, ALL_WITHIN / max(1, len(welcome)))
        for number, socket in enumerate(welcome):
            # By the clock: what one sleeps too long on a busy process, the next ones sleep less.
            if (early := began + number * apart - time.monotonic()) > 0:
                await asyncio.sleep(early)
            await alone(socket.knock())

    async def miss_who_departed(self, now: datetime) -> None:
        """Tell visitors that their counsellor's line dropped, once that is more than a page that is loaded again."""
        due = {pk: (who, since) for pk, (who, since) in self.departed.items() if now - since >= AWAY_AFTER}
        for pk, (membership, since) in due.items():
            del self.departed[pk]
            try:
                await for_the_keeper(presence.miss)(membership=membership, since=since)
            except Exception:
                logger.exception("Visitors were not told that a counsellor's line dropped; what follows from it comes.")


async def alone(work: Awaitable[None]) -> None:
    """What is done with one socket: where it fails, the others have their turn all the same."""
    try:
        await work
    except Exception:
        logger.exception("One socket could not be told; the others are.")


def note(organisation_id: int, places: list[Whereabouts]) -> list[Whereabouts]:
    """Write one organisation's round; gives the desks that may stay open."""
    members = [place for place in places if place.membership_id]
    at_work = access.still_at_work(organisation_id, {place.membership_id for place in members})
    signed_in = access.still_signed_in({place.session: place.session_hash for place in members})
    allowed = [place for place in members if place.membership_id in at_work and place.session in signed_in]
    visitors: dict[int, set[int]] = defaultdict(set)
    for place in places:
        if place.conversation_id:
            visitors[place.rejoin_minutes].add(place.conversation_id)
    presence.beat(
        organisation_id=organisation_id,
        memberships={place.membership_id for place in allowed if place.silent < ANSWERS_WITHIN},
        visitors=dict(visitors),
        now=timezone.now(),
    )
    return allowed


def look_after(organisation_id: int, trusted: bool) -> None:
    """What follows from who is there: questions without an answer end, and deserted talks go on with somebody else."""
    now = timezone.now()
    if trusted:
        requeue.heal(organisation_id=organisation_id, now=now)
    handovers.sweep(organisation_id=organisation_id, now=now)
    along.sweep(organisation_id=organisation_id, now=now)
    consents.let_lapse(organisation_id, now)


keeper = Keeper()
