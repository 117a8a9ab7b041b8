"""What both kinds of socket share: decoding, limits, refusals, and hearing what others say."""

import logging
import time
import uuid
from collections.abc import Awaitable, Callable, Hashable
from typing import Any

import msgspec
from channels.consumer import get_handler_name
from channels.exceptions import StopConsumer
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings

from chat import wire
from chat.consumers.sayings import Sayings
from chat.doors import RESTART, doors
from chat.limits import Bucket, Pace, Room
from chat.writer import Stored, moment
from helplines.addresses import seen_and_claimed
from helplines.signin import pseudonym
from helplines.witness import AuditUnavailable

logger = logging.getLogger(__name__)
NOT_ALLOWED, UNREADABLE, OTHER_TAB, TOO_MANY, OVER = 4403, 4400, 4409, 4429, 1000
UNREADABLE_IN_A_ROW = 5
# A client tells at most every 3 seconds that somebody writes; what comes sooner is dropped.
TYPING_SECONDS = 2.5
Action = Callable[[Any], Awaitable[None]]
SAYINGS = (wire.VisitorSay, wire.DeskSay)
# Of this process. An address is known by its stand-in only, and only while it has a socket open.
addresses, organisations, starts = Room(), Room(), Pace()
# Beginnings of one address, and its visitors whose talk nobody took yet.
beginnings, waiting = Pace(), Room()
# Tries of one address to come back with a name and a code that do not fit.
wrong_tries, WRONG_A_MINUTE = Pace(), 10


def place_of(scope: dict[str, Any]) -> str:
    """The stand-in for where a handshake comes from."""
    return pseudonym(*seen_and_claimed(scope))


class Socket(AsyncWebsocketConsumer):  # type: ignore[misc]
    """One connection. `actions` maps a type of frame to the method that carries it out."""

    decoder: msgspec.json.Decoder[Any]
    kind = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.socket = uuid.uuid4().hex
        self.bucket = self.full_bucket()
        self.unreadable = 0
        self.finished = False
        self.entered: list[tuple[Room, Hashable]] = []
        self.sayings = Sayings(self.acknowledge)

    def full_bucket(self) -> Bucket:
        return Bucket(settings.SAY_BURST, settings.SAY_PER_SECOND)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """One event after the other. However it ends, nobody stays counted.

        Channels would also keep a line to Redis for each socket, on which we tell nothing (`chat.bus` has one for all).
        """
        self.scope, self.base_send = scope, send
        try:
            while True:
                await self.dispatch(await receive())
        except StopConsumer:
            pass
        finally:
            doors.leave(self)
            for room, name in self.entered:
                room.leave(name)

    async def dispatch(self, message: dict[str, Any]) -> None:
        """Channels would first tidy up the database's connections in a thread; what asks the database does so itself."""
        await getattr(self, get_handler_name(message))(message)

    def enter(self, room: Room, name: Hashable, most: int) -> bool:
        """Be counted; False when too many of this name are in already."""
        if not room.enter(name, most):
            return False
        self.entered.append((room, name))
        return True

    async def accept(self, *args: Any, **kwargs: Any) -> None:
        """Let a client in; a process that is about to stop sends it on at once."""
        await super().accept(*args, **kwargs)
        if not doors.enter(self):
            await self.finish(RESTART)

    async def websocket_disconnect(self, message: dict[str, Any]) -> None:
        doors.leave(self)
        await super().websocket_disconnect(message)

    def action(self, frame: Any) -> Action | None:
        raise NotImplementedError

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if self.finished:
            return
        if not self.bucket.take(time.monotonic()):
            await self.too_many(text_data or "")
            return
        try:
            frame = wire.decode(self.decoder, text_data if text_data is not None else "")
        except wire.RefusedError as refused:
            await self.cannot_read(refused, text_data or "")
            return
        self.unreadable = 0
        if isinstance(frame, wire.Ping):
            await self.tell({"kind": "pong"})
            return
        await self.carry_out(frame)

    async def carry_out(self, frame: Any) -> None:
        """Do what a frame wants. What was said is stored while more is said; everything else comes after it."""
        if not isinstance(frame, SAYINGS):
            await self.sayings.settle()
        await self.guarded(frame, self.act(frame))

    async def act(self, frame: Any) -> None:
        action = self.action(frame)
        if action is None:
            raise wire.RefusedError("not_yet")
        await action(frame)

    async def acknowledge(self, frame: Any, stored: Awaitable[Stored]) -> None:
        """Tell the client how a saying ended, when it did."""
        await self.guarded(frame, self.tell_stored(frame, stored))

    async def tell_stored(self, frame: Any, stored: Awaitable[Stored]) -> None:
        found = await stored
        told = {"kind": "stored", "id": str(frame.id), "seq": found.seq, "at": moment(found.at)}
        await self.tell({**told, "talk": frame.talk} if isinstance(frame, wire.DeskSay) else told)

    async def guarded(self, frame: Any, work: Awaitable[None]) -> None:
        """Whatever goes wrong with a frame is told to its client."""
        do = str(type(frame).__struct_config__.tag)
        key = str(getattr(frame, "id", "")) or None
        try:
            await work
        except wire.RefusedError as refused:
            await self.refuse(refused, do, key, getattr(frame, "talk", None))
        except AuditUnavailable:
            await self.refuse(wire.RefusedError("unlogged"), do, key, getattr(frame, "talk", None))
        except Exception:
            # The text of the exception may quote what was said: our log formatter leaves it out.
            logger.exception("The action %s failed.", do)
            await self.refuse(wire.RefusedError("broken"), do, key, getattr(frame, "talk", None))

    async def refuse(
        self, refused: wire.RefusedError, do: str | None, key: str | None, talk: str | None = None
    ) -> None:
        frame = {"kind": "refused", "why": refused.why, "do": do, "id": key, **refused.extra}
        await self.tell({**frame, "talk": talk} if talk else frame)

    async def cannot_read(self, refused: wire.RefusedError, text: str) -> None:
        self.unreadable += 1
        await self.refuse(refused, *wire.glimpse(text))
        if self.unreadable >= UNREADABLE_IN_A_ROW:
            await self.finish(UNREADABLE)

    async def too_many(self, text: str) -> None:
        if self.bucket.exhausted:
            await self.finish(TOO_MANY)
        else:
            await self.refuse(wire.RefusedError("slow_down"), *wire.glimpse(text))

    async def tell(self, frame: dict[str, Any]) -> None:
        if not self.finished:
            await self.send(text_data=wire.encode(frame))

    async def finish(self, code: int) -> None:
        """Close this socket; nothing is sent or heard after."""
        if not self.finished:
            self.finished = True
            await self.close(code=code)

    async def turn_away(self, code: int = NOT_ALLOWED) -> None:
        """Close with a code that the browser can read: a refused handshake looks like a dropped line and is tried for ever."""
        await self.accept()
        await self.finish(code)
