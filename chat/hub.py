"""Who in this process listens to what, and how others hear of it.

A *topic* is `(organisation, kind, name)`: `visitor` with a conversation's code, `member` with a membership's id, `desks` for
every desk of an organisation. What is told goes to the sockets of this process at once; where there is a Redis, other
processes get one publish per batch, sealed. Nothing depends on it: whoever misses something asks the database (`since`).
"""

import asyncio
import contextlib
import logging
import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Protocol

import msgspec
from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.conf import settings

from chat import wire
from privacy import keys, sealing

logger = logging.getLogger(__name__)
Topic = tuple[int, str, str]
GROUP = "nodes"
PLACE = sealing.place("bus")


class Told(msgspec.Struct, array_like=True, frozen=True):
    """One thing told: to whom, the frame, and the socket that need not hear it again."""

    topic: Topic
    frame: dict[str, Any]
    skip: str = ""


class Listener(Protocol):
    """A socket that hears."""

    socket: str

    async def hear(self, frame: dict[str, Any], text: str) -> None: ...


def visitor(organisation_id: int, code: str) -> Topic:
    return organisation_id, "visitor", code


def member(organisation_id: int, membership_id: int) -> Topic:
    return organisation_id, "member", str(membership_id)


def desks(organisation_id: int) -> Topic:
    return organisation_id, "desks", ""


_batches = msgspec.msgpack.Decoder(list[Told])


@dataclass
class Hub:
    """The listeners of this process."""

    node: str = field(default_factory=lambda: uuid.uuid4().hex)
    rooms: dict[Topic, set[Listener]] = field(default_factory=lambda: defaultdict(set))
    loop: asyncio.AbstractEventLoop | None = None
    queue: "asyncio.Queue[tuple[list[Told], bool]] | None" = None
    tasks: "set[asyncio.Task[None]]" = field(default_factory=set)

    def start(self) -> None:
        """Begin to deliver on the running loop; harmless when already begun."""
        loop = asyncio.get_running_loop()
        if self.loop is loop and all(not task.done() for task in self.tasks):
            return
        self.loop, self.queue = loop, asyncio.Queue()
        self.tasks = {loop.create_task(self._deliver_all())}
        if settings.REDIS_URL:
            self.tasks.add(loop.create_task(self._hear_other_nodes()))

    async def stop(self) -> None:
        tasks, self.tasks = self.tasks, set()
        self.loop, self.queue = None, None
        self.rooms.clear()
        for task in tasks:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    def join(self, topic: Topic, listener: Listener) -> None:
        self.start()
        self.rooms[topic].add(listener)

    def leave(self, topic: Topic, listener: Listener) -> None:
        room = self.rooms.get(topic)
        if room is not None:
            room.discard(listener)
            if not room:
                del self.rooms[topic]

    def tell(self, batch: Iterable[Told]) -> None:
        """Tell the sockets of this process, and other processes; may be called from any thread, after COMMIT only."""
        told = list(batch)
        if not told:
            return
        loop = self.loop
        if loop is not None and not loop.is_closed() and loop.is_running():
            loop.call_soon_threadsafe(self._enqueue, told, True)
        elif settings.REDIS_URL:
            async_to_sync(self._publish)(told)

    def _enqueue(self, told: list[Told], publish: bool) -> None:
        if self.queue is not None:
            self.queue.put_nowait((told, publish))

    async def _deliver_all(self) -> None:
        queue = self.queue
        assert queue is not None  # noqa: S101  set by start()
        while True:
            told, publish = await queue.get()
            await self._deliver(told)
            if publish and settings.REDIS_URL:
                await self._publish(told)

    async def _deliver(self, told: list[Told]) -> None:
        for entry in told:
            listeners = self.rooms.get(entry.topic)
            if not listeners:
                continue
            text = wire.encode(entry.frame)
            for listener in list(listeners):
                if listener.socket == entry.skip:
                    continue
                try:
                    await listener.hear(entry.frame, text)
                except Exception:
                    # One broken socket must not silence the others.
                    logger.exception("A socket could not be told.")

    async def _publish(self, told: list[Told]) -> None:
        """One publish for the whole batch; Redis sees who publishes and how much, never what or to whom."""
        sealed = sealing.seal(keys.bus_key(), msgspec.msgpack.encode(told), PLACE)
        try:
            await get_channel_layer().group_send(GROUP, {"type": "node.told", "node": self.node, "sealed": sealed})
        except Exception:
            logger.exception("Other processes could not be told; they will ask the database.")

    async def _hear_other_nodes(self) -> None:
        while True:
            try:
                await self._hear_until_broken()
            except asyncio.CancelledError:
                raise
            except Exception:
                logger.exception("The line to the other processes broke; trying again.")
                await asyncio.sleep(1)

    async def _hear_until_broken(self) -> None:
        layer = get_channel_layer()
        channel = await layer.new_channel()
        await layer.group_add(GROUP, channel)
        while True:
            message = await layer.receive(channel)
            if message.get("node") == self.node:
                continue
            try:
                self._enqueue(_batches.decode(sealing.unseal(keys.bus_key(), message["sealed"], PLACE)), False)
            except (sealing.UnreadableError, msgspec.DecodeError, KeyError, TypeError):
                logger.error("A message between processes could not be read; it was dropped.")


hub = Hub()
