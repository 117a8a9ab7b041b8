"""The real server in a thread of the tests: one clock, one database and one set of settings for both sides."""

import asyncio
import threading
import time
from collections.abc import Coroutine
from typing import Any, NamedTuple

from django.core.exceptions import ImproperlyConfigured
from django.db import connections

PATIENCE = 15.0  # seconds, for a machine that is busy with other tests


class Asked(NamedTuple):
    """One request or handshake, as the application got it."""

    kind: str
    path: str
    query: str
    headers: dict[str, str]


class Listened:
    """Passes everything on and remembers who asked what."""

    def __init__(self, application: Any) -> None:
        self.application = application
        self.asked: list[Asked] = []

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        headers = {name.decode().lower(): value.decode() for name, value in scope["headers"]}
        self.asked.append(Asked(scope["type"], scope["path"], scope["query_string"].decode(), headers))
        await self.application(scope, receive, send)


class LiveServer:
    """`config.asgi.application` behind Daphne, as in production, on a free port of 127.0.0.1."""

    def __init__(self) -> None:
        # Twisted wants its reactor chosen first.
        from config.server import QuietServer
        from config.asgi import application  # isort: skip
        from twisted.internet import reactor

        self.reactor: Any = reactor
        self.application = Listened(application)
        self.server = QuietServer(self.application, host="127.0.0.1", port=0)
        self.server.signal_handlers = False
        self.thread = threading.Thread(target=self.run, name="live-server", daemon=True)

    def run(self) -> None:
        self.server.run()
        connections.close_all()

    def start(self) -> None:
        self.thread.start()
        deadline = time.monotonic() + PATIENCE
        while not self.server.listening_addresses:
            if time.monotonic() > deadline or self.server.failed:
                raise ImproperlyConfigured("The server of the browser tests did not start.")
            self.thread.join(0.02)

    def stop(self) -> None:
        self.reactor.callFromThread(self.reactor.stop)
        self.thread.join(PATIENCE)

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.server.listening_addresses[0][1]}"

    @property
    def asked(self) -> list[Asked]:
        """What was asked since the last time that somebody forgot it."""
        return self.application.asked

    def do(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Run something on the server's loop, and wait for it."""
        return asyncio.run_coroutine_threadsafe(work, self.reactor._asyncioEventloop).result(PATIENCE)

    def cut(self, end: str = "/visitor/") -> None:
        """The sockets whose address ends so lose their line, without a goodbye."""
        self.do(self._cut(end))

    async def _cut(self, end: str) -> None:
        for protocol in list(self.server.connections):
            if getattr(protocol, "path", b"").decode().endswith(end) and hasattr(protocol, "sendClose"):
                protocol.transport.abortConnection()

    def come_to_rest(self) -> None:
        """Wait until nobody is connected, then stop what lives beside the sockets, so that the tables can be emptied."""
        from chat.writer import writer

        self.do(self._rest())
        writer.stop()
        self.asked.clear()

    async def _rest(self) -> None:
        from chat.boards import boards
        from chat.hub import hub
        from chat.keeper import keeper
        from chat.places import places
        from chat.polling import sessions
        from chat.statuses import statuses
        from config.asgi import status_answers

        await sessions.stop()
        async with asyncio.timeout(PATIENCE):
            while keeper.sockets or hub.rooms or self.busy:
                await asyncio.sleep(0.02)
        await places.come_to_rest()
        await keeper.stop()
        await hub.stop()
        statuses.forget()
        status_answers.forget()
        boards.known.clear()

    @property
    def busy(self) -> bool:
        works = [details.get("application_instance") for details in self.server.connections.values()]
        return any(work is not None and not work.done() for work in works)
