"""Between the processes of an installation: sealed, numbered batches over Redis, and beats that show what was missed.

Nothing that is told here is the truth. Each process numbers what it publishes. Who finds a number missing, hears no beat of
another process, or no beat of its own, asks the database what happened meanwhile; the sockets stay. So a Redis that dies,
restarts empty or hangs costs a second or two, and never a message (security goal I3).
"""

import asyncio
import logging
import time
import uuid
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import msgspec
from channels.layers import get_channel_layer

from chat.ending import end
from privacy import keys, sealing

logger = logging.getLogger(__name__)
Topic = tuple[int, str, str]
GROUP = "nodes"
PLACE = sealing.place("bus")
BEAT = 0.5  # seconds between two signs of life
LOST = 1.5  # seconds without a sign of life before it counts as lost
PATIENCE = 1.0  # seconds that one publish may take
EVERY = 30.0  # seconds between two looks that nothing made necessary: a job may have died before it told
FORGOTTEN = 120.0  # seconds after which a silent process is taken for stopped
# What waits to be published while Redis is away; what falls off is found in the database.
MOST_WAITING = 20_000


class Told(msgspec.Struct, array_like=True, frozen=True):
    """One thing told: to whom, the frame, and the socket that need not hear it again."""

    topic: Topic
    frame: dict[str, Any]
    skip: str = ""


class Batch(msgspec.Struct, array_like=True, frozen=True):
    """What one process publishes at once, sealed as a whole."""

    node: str
    number: int
    told: list[Told]
    goodbye: bool = False


_decoder = msgspec.msgpack.Decoder(Batch)


@dataclass
class Peer:
    """Another process, as far as we heard it."""

    number: int
    heard: float
    lost: bool = False


@dataclass
class Counts:
    """For the operator: how it goes, without a word of what was told."""

    published: int = 0
    failed: int = 0
    dropped: int = 0
    missed: int = 0
    catch_ups: int = 0


@dataclass
class Bus:
    """One process's line to the others. `deliver` gets what others told, `catch_up` asks the database."""

    node: str
    deliver: Callable[[list[Told]], None]
    catch_up: Callable[[], Awaitable[None]]
    number: int = 0
    waiting: deque[Told] = field(default_factory=lambda: deque(maxlen=MOST_WAITING))
    peers: dict[str, Peer] = field(default_factory=dict)
    own_heard: float = field(default_factory=time.monotonic)
    asked: float = field(default_factory=time.monotonic)
    tasks: "set[asyncio.Task[None]]" = field(default_factory=set)
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    behind: asyncio.Event = field(default_factory=asyncio.Event)
    counts: Counts = field(default_factory=Counts)
    # One at a time: the numbers arrive in the order in which they are given.
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    def start(self) -> None:
        loop = asyncio.get_running_loop()
        self.own_heard = time.monotonic()
        work = (self._publish_all, self._beat, self._listen, self._catch_up_when_behind)
        self.tasks = {loop.create_task(one()) for one in work}

    @property
    def running(self) -> bool:
        return bool(self.tasks) and all(not task.done() for task in self.tasks)

    @property
    def connected(self) -> bool:
        """Whether we hear ourselves through Redis."""
        return time.monotonic() - self.own_heard < LOST

    async def stop(self) -> None:
        tasks, self.tasks = self.tasks, set()
        await end(*tasks)

    async def say_goodbye(self) -> None:
        """A process that stops tells it, so that nobody looks for what it might have said."""
        told, self.waiting = list(self.waiting), deque(maxlen=MOST_WAITING)
        await self._publish(told, goodbye=True)

    def publish(self, told: list[Told]) -> None:
        """Tell the other processes soon; several batches that wait go as one."""
        self.waiting.extend(told)
        self.wake.set()

    # Speaking
    async def _publish_all(self) -> None:
        while True:
            await self.wake.wait()
            self.wake.clear()
            told = list(self.waiting)
            self.waiting.clear()
            if told:
                await self._publish(told)

    async def _publish(self, told: list[Told], *, goodbye: bool = False) -> None:
        """One publish, whatever its size. What could not be published is missed by its number."""
        async with self.turn:
            self.number += 1
            batch = Batch(self.node, self.number, told, goodbye)
            sealed = sealing.seal(keys.bus_keys()[0], msgspec.msgpack.encode(batch), PLACE)
            message = {"type": "node.told", "node": self.node, "sealed": sealed}
            try:
                async with asyncio.timeout(PATIENCE):
                    await get_channel_layer().group_send(GROUP, message)
            except Exception as fault:
                self.counts.failed += 1
                if self.connected:
                    name = type(fault).__name__
                    logger.warning("Other processes could not be told (%s); they ask the database.", name)
            else:
                self.counts.published += 1

    async def _beat(self) -> None:
        """A sign of life, and a look at whose sign is missing. The two do not wait for one another."""
        beating: asyncio.Task[None] | None = None
        while True:
            if beating is None or beating.done():
                beating = asyncio.ensure_future(self._publish([]))
            await asyncio.sleep(BEAT)
            self.look(time.monotonic())

    def look(self, now: float) -> None:
        """Ask the database while somebody who should be heard is not, at most once in LOST seconds, and now and then anyway."""
        for peer in self.peers.values():
            peer.lost = now - peer.heard > LOST
        self.peers = {node: peer for node, peer in self.peers.items() if now - peer.heard < FORGOTTEN}
        lost = now - self.own_heard > LOST or any(peer.lost for peer in self.peers.values())
        if now - self.asked >= (LOST if lost else EVERY):
            self.behind.set()

    # Hearing
    async def _listen(self) -> None:
        while True:
            try:
                await self._listen_until_broken()
            except asyncio.CancelledError:
                raise
            except Exception as fault:
                logger.warning("The line to the other processes broke (%s); trying again.", type(fault).__name__)
                await asyncio.sleep(BEAT)

    async def _listen_until_broken(self) -> None:
        layer = get_channel_layer()
        channel = await layer.new_channel()
        await layer.group_add(GROUP, channel)
        while True:
            self.hear(await layer.receive(channel))

    def hear(self, message: dict[str, Any]) -> None:
        if message.get("node") == self.node:
            self.own_heard = time.monotonic()
            return
        try:
            batch = _decoder.decode(sealing.unseal_with(keys.bus_keys(), message["sealed"], PLACE))
        except (sealing.UnreadableError, msgspec.DecodeError, KeyError, TypeError):
            self.counts.dropped += 1
            logger.error("A message between processes could not be read; it was dropped.")
            return
        self.note(batch, time.monotonic())
        if batch.told:
            self.deliver(batch.told)

    def note(self, batch: Batch, now: float) -> None:
        """Count what another process published; a number that is missing means that we missed something."""
        known = self.peers.get(batch.node)
        if batch.goodbye:
            self.peers.pop(batch.node, None)
        else:
            self.peers[batch.node] = Peer(batch.number, now)
        if known is None:
            # It may have said something before we could hear it.
            if batch.number > 1:
                self.behind.set()
        elif batch.number > known.number + 1:
            self.counts.missed += batch.number - known.number - 1
            self.behind.set()

    async def _catch_up_when_behind(self) -> None:
        while True:
            await self.behind.wait()
            self.behind.clear()
            self.asked = time.monotonic()
            self.counts.catch_ups += 1
            try:
                await self.catch_up()
            except Exception as fault:
                logger.warning("What was missed could not be asked (%s); trying again.", type(fault).__name__)
                await asyncio.sleep(BEAT)
                self.behind.set()


async def publish_alone(told: list[Told]) -> None:
    """From a process without sockets (a job): one batch of a node that says goodbye at once, so nobody waits for its beat."""
    lone = Bus(uuid.uuid4().hex, lambda _told: None, _nothing)
    lone.waiting.extend(told)
    await lone.say_goodbye()


async def _nothing() -> None:
    """Nobody listens here who could have missed something."""
