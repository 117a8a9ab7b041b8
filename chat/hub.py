"""Who in this process listens to what, and how others hear of it.

A *topic* is `(organisation, kind, name)`: `visitor` with a conversation's code, `member` with a membership's id, `desks` for
every desk of an organisation. What is told goes to the sockets of this process at once; where there is a Redis, other
processes get one publish per batch, sealed (`chat.bus`). Nothing depends on it: whoever misses something asks the database.
"""

import asyncio
import logging
import uuid
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Protocol

from asgiref.sync import async_to_sync
from django.conf import settings

from chat import wire
from chat.bus import Bus, Told, Topic, publish_alone
from chat.ending import end

logger = logging.getLogger(__name__)


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


def waiters(organisation_id: int) -> Topic:
    """Everybody who waits; they are told only that something changed."""
    return organisation_id, "waiters", ""


CatchUp = Callable[["Hub"], Awaitable[None]]


@dataclass
class Hub:
    """The listeners of this process."""

    node: str = field(default_factory=lambda: uuid.uuid4().hex)
    rooms: dict[Topic, set[Listener]] = field(default_factory=lambda: defaultdict(set))
    loop: asyncio.AbstractEventLoop | None = None
    queue: "asyncio.Queue[list[Told]] | None" = None
    task: "asyncio.Task[None] | None" = None
    bus: Bus | None = None
    # Asks the database what the listeners of this process missed; `chat.catchup` signs in here.
    catch_up: CatchUp | None = None

    def start(self) -> None:
        """Begin to deliver on the running loop; harmless when already begun."""
        loop = asyncio.get_running_loop()
        if self.loop is loop and self.task is not None and not self.task.done():
            return
        self.loop, self.queue = loop, asyncio.Queue()
        self.task = loop.create_task(self._deliver_all())
        if settings.REDIS_URL:
            self.bus = Bus(self.node, self.hear_others, self._catch_up)
            self.bus.start()

    async def stop(self) -> None:
        task, self.task = self.task, None
        bus, self.bus = self.bus, None
        self.loop, self.queue = None, None
        self.rooms.clear()
        if bus is not None:
            await bus.stop()
        await end(task)

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
            publish_once(told)

    def hear_others(self, told: list[Told]) -> None:
        self._enqueue(told, False)

    def _enqueue(self, told: list[Told], publish: bool) -> None:
        if publish and self.bus is not None:
            self.bus.publish(told)
        if self.queue is not None:
            self.queue.put_nowait(told)

    async def _deliver_all(self) -> None:
        queue = self.queue
        assert queue is not None  # noqa: S101  set by start()
        while True:
            await self.deliver(await queue.get())

    async def deliver(self, told: Iterable[Told]) -> None:
        """Tell the sockets of this process."""
        for entry in told:
            listeners = [one for one in self.rooms.get(entry.topic, ()) if one.socket != entry.skip]
            if not listeners:
                continue
            text = wire.encode(entry.frame)
            for listener in listeners:
                try:
                    await listener.hear(entry.frame, text)
                except Exception:
                    # One broken socket must not silence the others.
                    logger.exception("A socket could not be told.")

    async def _catch_up(self) -> None:
        if self.catch_up is not None:
            await self.catch_up(self)


def publish_once(told: list[Told]) -> None:
    """For a process without sockets (a worker, or a node that leaves): one publish, from a loop of its own.

    A node that leaves still has a loop, which runs no more: whoever waited for that one would wait for ever.
    """
    async_to_sync(publish_alone, force_new_loop=True)(told)


hub = Hub()
