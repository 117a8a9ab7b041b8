"""Keeps a note, every few seconds, of who is there on this process, and closes desks whose right to be open has ended.

Four works go round beside one another, each in its own time, so that none waits for another that takes long: desks that are
quiet are knocked at, rights are looked after, signs of life are written, and what follows from them is done. One round costs a
few statements for each organisation, however many sockets there are.
"""

import asyncio
import logging
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from django.utils import timezone

from chat import access, along, handovers, presence, requeue
from chat.ending import end
from chat.lanes import for_signs, for_the_keeper
from chat.models import STALE
from helplines.models import Membership
from privacy import consents

logger = logging.getLogger(__name__)
# Seconds from the beginning of one round to that of the next: of signs of life, of what follows from them, of rights, and of
# looking which desks are quiet (`chat.signs`). With these a death is noticed within 30 s (I7) where looking after all
# organisations takes less than 2.8 s, and a right that ended counts within 5 s (D6) where reading all takes less than 1.9 s.
EVERY, LOOKS_AFTER_EVERY, RIGHTS_EVERY, KNOCKS_EVERY = 4.0, 3.0, 3.0, 0.5
# A desk that leaves a knock unanswered for so many seconds gives no sign of life. Counted from the knock: where the next one
# comes late, a desk that answers every one is there.
ANSWERS_WITHIN = 1.0
# Seconds between two knocks: what fifty desks answer in one moment, every message of that moment waits for.
APART = 0.02
# A round that took longer than its time is followed by the next after so many seconds.
BREATH = 0.1
NOT_ALLOWED = 4403
# A page that is loaded again, or a line that drops for a moment, is back sooner; and other nodes had a round meanwhile.
AWAY_AFTER = timedelta(seconds=EVERY + 1)


class Kept(Protocol):
    """A socket that is somebody's sign of life."""

    def whereabouts(self) -> "Whereabouts | None": ...

    async def finish(self, code: int) -> None: ...


class Desk(Kept, Protocol):
    """A socket that is asked for one, and that a right belongs to."""

    def is_quiet(self) -> bool: ...

    async def knock(self) -> None: ...


S = TypeVar("S", bound=Kept)


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
    """For how long this process has written signs of life without a pause or a failure.

    After a restart, a standstill or an outage of the database everybody looks gone; it was we who were. Signs that come slowly
    but before anybody looks gone are no pause: a busy process, too, must notice who died.
    """

    # Seconds between two signs from which on it is one: a sign is as old as that when the next begins to be written, and twice
    # as old when it is.
    PAUSE = STALE.total_seconds() / 2 - 0.5
    since: float = field(default_factory=time.monotonic)
    last: float = field(default_factory=time.monotonic)

    def wrote(self, now: float) -> None:
        """Everybody's sign of life was written just now."""
        if now - self.last > self.PAUSE:
            self.since = now
        self.last = now

    def is_long_enough(self, now: float) -> bool:
        return now - self.last <= self.PAUSE and now - self.since >= STALE.total_seconds()

    def begin_again(self) -> None:
        self.since = time.monotonic()


@dataclass
class Keeper:
    """The sockets of this process; the desks are among them."""

    sockets: set[Kept] = field(default_factory=set)
    desks: set[Desk] = field(default_factory=set)
    task: "asyncio.Task[None] | None" = None
    watch: Watch = field(default_factory=Watch)
    # Counsellors of whom a desk hung up, and when.
    departed: dict[int, tuple[Membership, datetime]] = field(default_factory=dict)

    def add(self, socket: Kept) -> None:
        self.sockets.add(socket)
        if self.task is None or self.task.done() or self.task.get_loop() is not asyncio.get_running_loop():
            self.watch = Watch()
            self.task = asyncio.get_running_loop().create_task(self.run())

    def add_desk(self, desk: Desk) -> None:
        self.desks.add(desk)
        self.add(desk)

    def remove(self, socket: Kept) -> None:
        self.sockets.discard(socket)

    def remove_desk(self, desk: Desk) -> None:
        self.desks.discard(desk)
        self.remove(desk)

    def departs(self, membership: Membership) -> None:
        """A desk hung up: in a round soon it is seen whether that counsellor is back."""
        self.departed[membership.pk] = membership, timezone.now()

    async def stop(self) -> None:
        task, self.task = self.task, None
        self.sockets.clear()
        self.desks.clear()
        self.departed.clear()
        await end(task)

    async def run(self) -> None:
        await asyncio.gather(
            again(KNOCKS_EVERY, self.knock),
            again(RIGHTS_EVERY, self.close_who_may_not),
            again(EVERY, self.note_who_is_there),
            again(LOOKS_AFTER_EVERY, self.look_after),
        )

    async def round(self) -> None:
        """All of it once, one after the other."""
        await self.close_who_may_not()
        await self.note_who_is_there()
        await self.look_after()
        await self.knock()

    async def knock(self) -> None:
        """Ask the desks that are quiet for a sign of life; whoever says something gives it unasked."""
        quiet = [desk for desk in self.desks if desk.is_quiet()]
        began, apart = time.monotonic(), min(APART, KNOCKS_EVERY / max(1, len(quiet)))
        for number, desk in enumerate(quiet):
            # By the clock: what one sleeps too long on a busy process, the next ones sleep less.
            if (early := began + number * apart - time.monotonic()) > 0:
                await asyncio.sleep(early)
            await alone(desk.knock())

    async def close_who_may_not(self) -> None:
        """Close the desks whose right has ended: they see nothing more within five seconds (D6)."""
        for organisation_id, desks in by_organisation(self.desks).items():
            places = places_of(desks)
            try:
                allowed = await for_signs(allowed_of)(organisation_id, list(places.values()))
            except Exception:
                # One organisation's trouble is not the others'; its own round comes again.
                logger.exception("The rights of one organisation's desks could not be read; the next round comes.")
                continue
            for desk, place in places.items():
                if place not in allowed:
                    await alone(desk.finish(NOT_ALLOWED))

    async def note_who_is_there(self) -> None:
        """Write everybody's sign of life."""
        whole = True
        for organisation_id, sockets in by_organisation(self.sockets).items():
            try:
                await for_signs(note)(organisation_id, list(places_of(sockets).values()), timezone.now())
            except Exception:
                whole = False
                logger.exception("The signs of life of one organisation could not be written; the next round comes.")
        self.watch.wrote(time.monotonic())
        if not whole:
            self.watch.begin_again()

    async def look_after(self) -> None:
        """What follows from who is there, and from who is not."""
        for organisation_id in by_organisation(self.sockets):
            trusted = self.watch.is_long_enough(time.monotonic())
            try:
                await for_the_keeper(look_after)(organisation_id, trusted)
            except Exception:
                logger.exception("One organisation could not be looked after; the next round comes.")
        await self.miss_who_departed(timezone.now())

    async def miss_who_departed(self, now: datetime) -> None:
        """Tell visitors that their counsellor's line dropped, once that is more than a page that is loaded again."""
        due = {pk: (who, since) for pk, (who, since) in self.departed.items() if now - since >= AWAY_AFTER}
        for pk, (membership, since) in due.items():
            del self.departed[pk]
            try:
                await for_the_keeper(presence.miss)(membership=membership, since=since)
            except Exception:
                logger.exception("Visitors were not told that a counsellor's line dropped; what follows from it comes.")


async def again(every: float, work: Callable[[], Awaitable[None]]) -> None:
    """Do this for ever, every so many seconds from beginning to beginning; a round that fails is followed by the next."""
    due = time.monotonic() + every
    while True:
        await asyncio.sleep(max(BREATH, due - time.monotonic()))
        due = time.monotonic() + every
        await alone(work())


async def alone(work: Awaitable[None]) -> None:
    """Where this fails, what comes after it has its turn all the same."""
    try:
        await work
    except Exception:
        logger.exception("One socket or one round failed; the others have their turn.")


def by_organisation(sockets: Iterable[S]) -> dict[int, list[S]]:
    """Those that stand for somebody."""
    found: dict[int, list[S]] = defaultdict(list)
    for socket in sockets:
        if (place := socket.whereabouts()) is not None:
            found[place.organisation_id].append(socket)
    return found


def places_of(sockets: Iterable[S]) -> dict[S, Whereabouts]:
    """Who they stand for at this moment: looked at when it is their organisation's turn, which may be late."""
    return {socket: place for socket in sockets if (place := socket.whereabouts()) is not None}


def allowed_of(organisation_id: int, desks: list[Whereabouts]) -> list[Whereabouts]:
    """Those of one organisation's desks that may stay open."""
    at_work = access.still_at_work(organisation_id, {place.membership_id for place in desks})
    signed_in = access.still_signed_in({place.session: place.session_hash for place in desks})
    return [place for place in desks if place.membership_id in at_work and place.session in signed_in]


def note(organisation_id: int, places: list[Whereabouts], now: datetime) -> None:
    """Write one organisation's signs of life, as they were at this moment."""
    visitors: dict[int, set[int]] = defaultdict(set)
    for place in places:
        if place.conversation_id:
            visitors[place.rejoin_minutes].add(place.conversation_id)
    presence.beat(
        organisation_id=organisation_id,
        memberships={place.membership_id for place in places if place.membership_id and place.silent < ANSWERS_WITHIN},
        visitors=dict(visitors),
        now=now,
    )


def look_after(organisation_id: int, trusted: bool) -> None:
    """Deserted talks go on with somebody else, first of all; and questions without an answer end."""
    now = timezone.now()
    if trusted:
        requeue.heal(organisation_id=organisation_id, now=now)
    handovers.sweep(organisation_id=organisation_id, now=now)
    along.sweep(organisation_id=organisation_id, now=now)
    consents.let_lapse(organisation_id, now)


keeper = Keeper()
