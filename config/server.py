"""Daphne with small frames and small bodies, no list of who came, and no name of its own."""

import asyncio
import ctypes
import gc
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from types import SimpleNamespace
from typing import Any

from autobahn.twisted import websocket as autobahn_sockets
from autobahn.websocket import protocol as autobahn_frames
from daphne import server as daphne_server
from daphne.http_protocol import HTTPFactory, WebRequest
from daphne.server import Server
from daphne.ws_protocol import WebSocketFactory, WebSocketProtocol
from twisted.internet.defer import Deferred

from chat.doors import RESTART

BEHIND, UNHEARD = 1013, 256  # try again later; frames of one client that wait for us
LARGEST_FRAME = 64 * 1024
LARGEST_BODY = 2 * 1024 * 1024  # a form with a logo fits in it many times
FRAGMENTS, STEPS_AT_ONCE = 256, 128  # of one message; of one socket (two for a frame) before the others have their turn
MOST_UNREAD = 2 * 1024 * 1024  # bytes that wait for one who does not read
TURN = 0.0005  # seconds after which a busy thread lets another one work
# New objects before the young ones are looked through, and how seldom the older ones are.
SELDOM = 20_000, 20, 50
M_ARENA_MAX = -8  # of glibc's malloc.h
SILENCE = 10  # seconds that somebody may keep a request unfinished without a byte
# What Autobahn and Daphne keep of a handshake for as long as a socket is open.
OF_THE_HANDSHAKE = (
    "_transport_details", "_wskey", "application_deferred", "clean_headers", "http_headers", "http_request_data",
    "http_request_host", "http_request_params", "http_request_path", "http_request_uri", "http_response_data",
    "http_status_line", "request", "websocket_extensions", "websocket_origin", "websocket_protocols",
)  # fmt: skip


def as_it_is(value: Any) -> Any:
    return value


# Autobahn paints what it would tell a log that nobody keeps, at each read and each write: a twentieth of what a message costs.
_module: Any
for _module in (autobahn_sockets, autobahn_frames):
    _module.hltype = _module.hlval = as_it_is
TOO_LARGE = b"HTTP/1.1 413 Content Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


class SmallRequest(WebRequest):  # type: ignore[misc]
    """Refuses a body that is too large before it is read; Daphne would take all of it into memory, for any address."""

    refused = False

    def gotLength(self, length: int | None) -> None:  # noqa: N802  Twisted's name
        super().gotLength(length)
        if (length or 0) > LARGEST_BODY:
            self.refuse()

    def handleContentChunk(self, data: bytes) -> None:  # noqa: N802  Twisted's name
        """A body in chunks says no length beforehand: it is counted."""
        if not self.refused and self.content.tell() + len(data) > LARGEST_BODY:
            self.refuse()
        if not self.refused:
            super().handleContentChunk(data)

    def requestReceived(self, command: bytes, path: bytes, version: bytes) -> None:  # noqa: N802  Twisted's name
        if not self.refused:
            super().requestReceived(command, path, version)

    def refuse(self) -> None:
        self.refused = True
        self.channel.transport.write(TOO_LARGE)
        self.channel.loseConnection()

    def process(self) -> Any:
        """Once a socket speaks for the connection, nothing of the request that asked for it stays in memory."""
        transport, channel = self.transport, self.channel
        answer = super().process()
        if self.transport is None:
            transport.unregisterProducer()
            transport.registerProducer(Reading(transport), True)
            channel.requests.clear()
        return answer


class Reading:
    """Reads nothing more from a client for as long as what we say to it waits to be read."""

    __slots__ = ("transport",)

    def __init__(self, transport: Any) -> None:
        self.transport = transport

    def pauseProducing(self) -> None:  # noqa: N802  Twisted's name
        self.transport.pauseProducing()

    def resumeProducing(self) -> None:  # noqa: N802  Twisted's name
        self.transport.resumeProducing()

    def stopProducing(self) -> None:  # noqa: N802  Twisted's name
        self.transport.loseConnection()


class SmallRequests(HTTPFactory):  # type: ignore[misc]
    """Speaks HTTP with who is not silent for long (security goal H3)."""

    def __init__(self, server: Server) -> None:
        super().__init__(server)
        self.timeOut = SILENCE

    def buildProtocol(self, addr: Any) -> Any:  # noqa: N802  Twisted's name
        protocol = super().buildProtocol(addr)
        protocol.requestFactory = SmallRequest
        return protocol


def unread(transport: Any) -> int:
    """How many bytes wait in Twisted's buffer of a connection."""
    waiting = len(getattr(transport, "dataBuffer", b"")) - getattr(transport, "offset", 0)
    return int(waiting + getattr(transport, "_tempDataLen", 0))


class Unsent(list[Any]):
    """What Autobahn keeps for a later turn, which it never does here: empty, a tenth of a `deque`."""

    def popleft(self) -> Any:
        return self.pop(0)


class SmallFramesIn(WebSocketProtocol):  # type: ignore[misc]
    """Holds what a client sends to the limit, and not what we send: a long talk is larger than any of its messages."""

    maxMessagePayloadSize: int  # noqa: N815  Autobahn's name
    # Who is closed for what it sent is told why.
    failByDrop = False  # noqa: N815  Autobahn's name
    fragments = 0
    turn: Any = None
    # Once open: Daphne would note the address of what was asked, in a list that we do not keep.
    request: Any = SimpleNamespace(path="")

    def onOpen(self) -> None:  # noqa: N802  Autobahn's name
        """What only the handshake needed is gone with it: the addresses and headers in it, too, stay nowhere."""
        super().onOpen()
        for name in OF_THE_HANDSHAKE:
            self.__dict__.pop(name, None)
        self.send_queue = Unsent()
        # A dictionary never gets smaller by itself.
        self.__dict__ = dict(self.__dict__)

    def consumeData(self) -> None:  # noqa: N802  Autobahn's name
        """What comes at once may hold thousands of tiny frames: after some of them the other sockets have their turn."""
        if self.turn is not None and self.turn.active():
            return
        if self.state not in {self.STATE_OPEN, self.STATE_CLOSING}:
            super().consumeData()
            return
        for _number in range(STEPS_AT_ONCE):
            if self.failedByMe:
                self.data = b""
            if not self.data or not self.processData() or self.state == self.STATE_CLOSED:
                self.transport.resumeProducing()
                return
        self.transport.pauseProducing()
        self.turn = self.factory.reactor.callLater(0, self.consumeData)

    def onMessageBegin(self, isBinary: bool) -> None:  # noqa: N802, N803  Autobahn's names
        self.fragments = 0
        super().onMessageBegin(isBinary)

    def onMessageFrameBegin(self, length: int) -> None:  # noqa: N802  Autobahn's name
        """A message in more pieces than anybody needs is one that is too large."""
        self.fragments += 1
        super().onMessageFrameBegin(length)
        if self.fragments > FRAGMENTS and not self.failedByMe:
            self._max_message_size_exceeded(self.fragments, FRAGMENTS, "too many fragments")

    def sendMessage(self, *args: Any, **options: Any) -> None:  # noqa: N802  Autobahn's name
        """Whoever asks and never reads is cut off before it fills the memory; who is gone already is told nothing more."""
        if self.state != self.STATE_OPEN:
            return
        if unread(self.transport) > MOST_UNREAD:
            self.transport.abortConnection()
            return
        limit, self.maxMessagePayloadSize = self.maxMessagePayloadSize, 0
        try:
            super().sendMessage(*args, **options)
        finally:
            self.maxMessagePayloadSize = limit

    def onMessage(self, payload: bytes, isBinary: bool) -> None:  # noqa: N802, N803  Autobahn's names
        """Who says more than we can hear, as when the database stands still, is sent away before it fills the memory."""
        if self.application_queue.qsize() >= UNHEARD:
            self.sendCloseFrame(code=BEHIND, isReply=False)
        else:
            super().onMessage(payload, isBinary)

    def serverClose(self, code: int | None = None) -> None:  # noqa: N802  Daphne's name
        """Autobahn lets an application say 1000 and 3000 to 4999 only; that a server stops is said with 1012."""
        if code == RESTART:
            self.sendCloseFrame(code=code, isReply=False)
        else:
            super().serverClose(code)


class SmallSockets(WebSocketFactory):  # type: ignore[misc]
    """Makes connections that have their options in common: Autobahn copies them for each, and writes them out for its log."""

    def setProtocolOptions(self, **options: Any) -> None:  # noqa: N802  Autobahn's name
        super().setProtocolOptions(**options)
        names = SmallFramesIn.CONFIG_ATTRS
        common = {name: getattr(self, name) for name in names if not hasattr(SmallFramesIn, name)}
        # A function in a class would be given the connection too: what answers an offer of compression is one.
        common = {name: staticmethod(value) if callable(value) else value for name, value in common.items()}
        self.protocol = type("SmallFramesIn", (SmallFramesIn,), {**common, "CONFIG_ATTRS": ()})


class Inbox:
    """What a client sent and its application did not hear yet: an `asyncio.Queue` for one who reads, a fifth as large."""

    __slots__ = ("reader", "unheard")

    def __init__(self) -> None:
        self.unheard: list[Any] = []
        self.reader: asyncio.Future[None] | None = None

    def put_nowait(self, event: Any) -> None:
        self.unheard.append(event)
        if self.reader is not None and not self.reader.done():
            self.reader.set_result(None)

    async def get(self) -> Any:
        while not self.unheard:
            self.reader = asyncio.get_running_loop().create_future()
            try:
                await self.reader
            finally:
                self.reader = None
        return self.unheard.pop(0)

    def qsize(self) -> int:
        return len(self.unheard)


# Daphne has no other way to choose what its connections are made of.
daphne_server.HTTPFactory = SmallRequests
daphne_server.WebSocketFactory = SmallSockets


def few_heaps() -> None:
    """Let all threads share two heaps, where the C library is glibc: each of its own would keep what it once needed."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, 2)


class QuietServer(Server):  # type: ignore[misc]
    """Serves one address; what is too big is refused at the door (security goal H1), and nobody is logged."""

    def __init__(
        self,
        application: Any,
        *,
        host: str,
        port: int,
        when_ready: Callable[[], None] | None = None,
        before_stop: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        super().__init__(
            application,
            endpoints=[f"tcp:{port}:interface={host}"],
            action_logger=None,
            http_timeout=120,
            websocket_max_message_size=LARGEST_FRAME,
            websocket_max_frame_size=LARGEST_FRAME,
            application_close_timeout=2,
            ready_callable=when_ready,
            server_name="",
            verbosity=0,
        )
        self.failed = False
        self.before_stop = before_stop
        self.ports: list[Any] = []

    def run(self) -> None:
        """What stores messages waits for its turn after each answer of the database: with Python's own 5 ms, and a flood of
        frames on the other thread, a message takes seconds (security goal H2)."""
        sys.setswitchinterval(TURN)
        few_heaps()
        # What stands here now stays until the end: looking through all of it for garbage, some ten times a minute, takes a
        # tenth of a second each time, in which nobody's message goes on.
        gc.collect()
        gc.freeze()
        gc.set_threshold(*SELDOM)
        super().run()

    def create_application(self, protocol: Any, scope: dict[str, Any]) -> Inbox | None:
        """As Daphne does it, with an inbox of ours."""
        inbox = Inbox()
        scope.setdefault("asgi", {"version": "3.0"})
        application = self.application(scope=scope, receive=inbox.get, send=partial(self.handle_reply, protocol))
        self.connections[protocol]["application_instance"] = asyncio.ensure_future(application)
        return inbox

    def listen_success(self, port: Any) -> None:
        self.ports.append(port)
        super().listen_success(port)

    def kill_all_applications(self) -> Any:
        """Told to stop: take no new connection, let `before_stop` do its work, and only then end what still runs."""
        for port in self.ports:
            port.stopListening()
        if self.before_stop is None:
            return super().kill_all_applications()
        leaving = Deferred.fromFuture(asyncio.ensure_future(self.before_stop()))
        return leaving.addBoth(lambda _result: super(QuietServer, self).kill_all_applications())

    def listen_error(self, failure: Any) -> None:
        self.failed = True
        super().listen_error(failure)
