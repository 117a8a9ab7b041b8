"""A visitor's line over HTTP, for where WebSockets are blocked (A14).

A session runs the very consumer that a socket runs, so every rule stands once: what comes in POST requests is put before
it as frames of a socket, and what it sends waits, numbered, until the visitor's tab says that it has it.
"""

import asyncio
import logging
import secrets
import time
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

from django.conf import settings

from chat.limits import Bucket
from helplines.addresses import seen_and_claimed
from helplines.signin import pseudonym

logger = logging.getLogger(__name__)
Application = Callable[..., Awaitable[Any]]
HELD = 20.0  # seconds that a request waits for something to tell
GONE = 30.0  # seconds without a request after which the visitor counts as dropped
# A tab asks once for each thing told and once for each thing said; a flood is nobody who types.
REQUESTS_AT_ONCE, REQUESTS_PER_SECOND = 60, 10.0
FRAMES_IN, BYTES_IN = 64, 128 * 1024
FRAMES_OUT, BYTES_OUT = 256, 1024 * 1024
ANSWER_BYTES = 256 * 1024
DROPPED, BROKEN, BEHIND, TOO_MANY = 1006, 1011, 1013, 4429


class PollError(Exception):
    """A request that cannot be answered: an HTTP status and one word (docs/protocol.md)."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status
        self.why = why


class Session:
    """One visitor's tab that polls. Frames are numbered from 1 in each direction."""

    def __init__(self, application: Application, scope: dict[str, Any], forget: Callable[["Session"], None]) -> None:
        self.token = secrets.token_urlsafe(32)
        self.path, self.forget, self.where = scope["path"], forget, ""
        self.loop = asyncio.get_running_loop()
        self.bucket = Bucket(REQUESTS_AT_ONCE, REQUESTS_PER_SECOND)
        self.coming: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.coming_bytes = self.taken = 0
        self.going: deque[str] = deque()
        self.going_bytes = self.cursor = 0
        self.code: int | None = None
        self.reader: asyncio.Future[bool] | None = None
        self.patience: asyncio.TimerHandle | None = None
        self.coming.put_nowait({"type": "websocket.connect"})
        socket = {**scope, "type": "websocket", "subprotocols": [], "headers": list(scope["headers"])}
        self.task = asyncio.ensure_future(application(socket, self.next_event, self.hear))
        self.task.add_done_callback(self.came_to_its_end)
        self.wait_for_a_request()

    # The consumer's side: a socket like any other
    async def next_event(self) -> dict[str, Any]:
        event = await self.coming.get()
        self.coming_bytes -= len(event.get("text", ""))
        return event

    async def hear(self, event: dict[str, Any]) -> None:
        if event["type"] == "websocket.close":
            self.end(event.get("code") or 1000)
        elif event["type"] == "websocket.send" and self.code is None:
            self.queue(event["text"])

    def queue(self, text: str) -> None:
        """Keep a frame until it is asked for; who is too far behind begins anew and gets all of it from the database."""
        if len(self.going) >= FRAMES_OUT or (self.going and self.going_bytes + len(text) > BYTES_OUT):
            self.end(BEHIND)
            return
        self.going.append(text)
        self.going_bytes += len(text)
        self.tell_reader(True)

    def came_to_its_end(self, task: "asyncio.Future[Any]") -> None:
        if not task.cancelled() and task.exception() is not None:
            logger.error("A talk over polling broke.", exc_info=task.exception())
        self.end(BROKEN)

    # The visitor's side
    def check_pace(self) -> None:
        """Raises PollError("slow_down"); who goes on and on is hung up on."""
        if not self.bucket.take(time.monotonic()):
            if self.bucket.exhausted:
                self.end(TOO_MANY)
            raise PollError(429, "slow_down")

    def take(self, number: int, frames: list[str]) -> None:
        """Put one numbered batch before the consumer; a batch that was taken before is not taken again."""
        if number > self.taken + 1:
            raise PollError(400, "malformed")
        if number <= self.taken or self.code is not None:
            return
        size = sum(map(len, frames))
        if self.coming.qsize() + len(frames) > FRAMES_IN or (self.coming_bytes and self.coming_bytes + size > BYTES_IN):
            raise PollError(429, "slow_down")
        self.taken = number
        self.coming_bytes += size
        for text in frames:
            self.coming.put_nowait({"type": "websocket.receive", "text": text})
        self.wait_for_a_request()

    async def ask(self, cursor: int) -> tuple[list[str], int, int | None]:
        """What came after `cursor`, its number, and the close code at the end; waits a while when there is nothing.

        One request waits at a time: a newer one takes its place (PollError "replaced").
        """
        self.acknowledge(cursor)
        self.tell_reader(False)
        reader = self.reader = self.loop.create_future()
        self.wait_for_a_request()
        try:
            if not self.going and self.code is None and not await self.news(reader):
                raise PollError(409, "replaced")
        finally:
            if self.reader is reader:
                self.reader = None
                self.wait_for_a_request()
        frames = self.next_answer()
        is_last = len(frames) == len(self.going)
        return frames, self.cursor + len(frames), self.code if is_last else None

    async def news(self, reader: "asyncio.Future[bool]") -> bool:
        try:
            async with asyncio.timeout(HELD):
                return await reader
        except TimeoutError:
            return True

    def next_answer(self) -> list[str]:
        frames: list[str] = []
        size = 0
        for text in self.going:
            size += len(text)
            if frames and size > ANSWER_BYTES:
                break
            frames.append(text)
        return frames

    def acknowledge(self, cursor: int) -> None:
        """The tab has everything up to here; what it never got, or let go of long ago, it cannot name."""
        if not self.cursor <= cursor <= self.cursor + len(self.going):
            raise PollError(400, "malformed")
        for _number in range(cursor - self.cursor):
            self.going_bytes -= len(self.going.popleft())
        self.cursor = cursor

    def tell_reader(self, is_mine: bool) -> None:
        if self.reader is not None and not self.reader.done():
            self.reader.set_result(is_mine)

    # Its end
    def wait_for_a_request(self) -> None:
        """Start to count the silence anew, or stop counting while a request is held; an end is not put off."""
        if self.code is not None and self.patience is not None:
            return
        if self.patience is not None:
            self.patience.cancel()
            self.patience = None
        if self.reader is None or self.code is not None:
            self.patience = self.loop.call_later(GONE, self.leave)

    def end(self, code: int) -> None:
        """Nothing more is taken or told; how it ended can be asked for a while."""
        if self.code is None:
            self.code = code
            self.coming.put_nowait({"type": "websocket.disconnect", "code": code})
            self.tell_reader(True)
            self.wait_for_a_request()

    def leave(self) -> None:
        """The visitor is gone, and the token with them."""
        self.end(DROPPED)
        if self.patience is not None:
            self.patience.cancel()
        self.forget(self)


def place_of(scope: dict[str, Any]) -> str:
    """The stand-in for where a request comes from."""
    return pseudonym(*seen_and_claimed(scope))


class Sessions:
    """The polling visitors of this process, by their tokens."""

    def __init__(self) -> None:
        self.known: dict[str, Session] = {}

    def open(self, application: Application, scope: dict[str, Any]) -> Session:
        """A new session; raises PollError: "full", or "slow_down" for an address that has so many already."""
        where = place_of(scope)
        if (
            sum(session.where == where and session.code is None for session in self.known.values())
            >= settings.ADDRESS_POLLS
        ):
            raise PollError(429, "slow_down")
        if len(self.known) >= settings.POLL_SESSIONS:
            self.forget_ended()
        if len(self.known) >= settings.POLL_SESSIONS:
            raise PollError(503, "full")
        session = Session(application, scope, self.forget)
        session.where = where
        self.known[session.token] = session
        return session

    def of(self, token: str, path: str) -> Session:
        """The session of this token at this line; raises PollError("unknown"), whatever is wrong with it."""
        session = self.known.get(token)
        if session is None or session.path != path:
            raise PollError(404, "unknown")
        session.check_pace()
        return session

    def forget_ended(self) -> None:
        """Those that closed, also for want of a first frame: how they ended can be asked for while there is room."""
        for session in [session for session in self.known.values() if session.code is not None]:
            session.leave()

    def forget(self, session: Session) -> None:
        self.known.pop(session.token, None)

    async def stop(self) -> None:
        """Every visitor drops, as when the process ends."""
        sessions = list(self.known.values())
        for session in sessions:
            session.leave()
        await asyncio.gather(*(session.task for session in sessions), return_exceptions=True)


sessions = Sessions()
