"""Clients that behave as our pages do, without a page: `wire.js`, `outbox.js`, `chat-log.js` and what is built on them."""

import asyncio
import random
import time
from collections.abc import Callable

from bench.sockets import RefusedHandshakeError, Socket, connect
from deploy.programs import HOST
from tests.faults.parts import PASSING, Frame, Ledgers, Log, Outbox
from tests.faults.sites import Sown

WAITS = (0.5, 1.0, 2.0, 4.0, 8.0)
PING_EVERY, SILENCE_ALLOWED, MINUTE = 20.0, 10.0, 60.0
DISORDERED = {"said", "stored", "history"}
FINAL, ONCE_MORE = {1000, 4403, 4409}, {1009, 4400}


class Line:
    """`wire.js`: one WebSocket that mends itself."""

    def __init__(self, sown: Sown, path: str, cookie: str = "") -> None:
        self.sown, self.path, self.cookie, self.headers = sown, path, cookie, sown.headers()
        self.socket: Socket | None = None
        self.online = False
        self.tries = self.flukes = self.connections = 0
        self.heard_at = self.asked_at = 0.0
        self.codes: list[int] = []
        self.refusals: list[str] = []
        self.stopped = asyncio.Event()
        self.ready = asyncio.Event()
        self.task = asyncio.get_running_loop().create_task(self.run())
        # A line that drops by itself: so many seconds after each connection.
        self.drop_after: Callable[[], float] | None = None
        self.away: Callable[[], float] = lambda: 0.0
        # Seconds by which frames of a talk come in another order, and whether nobody looks at what comes.
        self.disorder, self.is_stalled = 0.0, False

    def first_frame(self) -> Frame:
        raise NotImplementedError

    def hear(self, frame: Frame) -> None:
        raise NotImplementedError

    def send(self, frame: Frame) -> bool:
        if not self.online or self.socket is None or self.socket.closed.done():
            return False
        self.socket.send(frame)
        return True

    def stop(self) -> None:
        """Hang up, as somebody does who closes the page."""
        self.stopped.set()
        self.online = False
        self.task.cancel()
        if self.socket is not None:
            self.socket.drop()

    def __str__(self) -> str:
        return (
            f"{type(self).__name__} online={self.online} ready={self.ready.is_set()} codes={self.codes} {self.refusals}"
        )

    def cut(self) -> None:
        """The line drops, without a word."""
        if self.socket is not None:
            self.socket.drop()

    async def run(self) -> None:
        while not self.stopped.is_set():
            code = await self.once()
            self.online = False
            self.ready.clear()
            self.codes.append(code)
            self.flukes += code in ONCE_MORE
            if code in FINAL or self.flukes > 1:
                self.stopped.set()
                return
            wait = WAITS[min(self.tries, len(WAITS) - 1)] * random.uniform(0.7, 1.3)
            self.tries += 1
            await asyncio.sleep(MINUTE if code == 4429 else wait + self.away())

    async def once(self) -> int:
        """One connection, from handshake to end; gives the close code."""
        current: list[Socket] = []

        def heard(frame: Frame) -> None:
            if current and self.socket is current[0]:
                self.received(frame)

        site = self.sown.site
        try:
            socket = await connect(
                HOST, site.port, self.path, origin=site.origin, cookie=self.cookie, heard=heard,
                patience=SILENCE_ALLOWED, tls=site.tls, headers=self.headers,
            )  # fmt: skip
        except (RefusedHandshakeError, TimeoutError, OSError) as fault:
            self.refusals.append(str(fault) or type(fault).__name__)
            return 1006
        current.append(socket)
        self.socket, self.online = socket, True
        self.connections += 1
        self.heard_at = time.monotonic()
        self.asked_at = 0.0
        socket.send(self.first_frame())
        return await self.watch(socket)

    async def watch(self, socket: Socket) -> int:
        began = pinged = time.monotonic()
        lasts = self.drop_after() if self.drop_after else float("inf")
        while not socket.closed.done():
            await asyncio.wait([socket.closed], timeout=min(1.0, lasts))
            now = time.monotonic()
            if now - began > lasts and self.drop_after:
                socket.drop()
                return 1006
            if self.is_stalled:
                began = pinged = now
                continue
            if now - pinged > PING_EVERY:
                pinged = self.asked_at = now
                socket.send({"do": "ping"})
            if (self.asked_at and now - self.asked_at > SILENCE_ALLOWED and self.heard_at < self.asked_at) or (
                self.heard_at == began and now - began > SILENCE_ALLOWED
            ):
                socket.drop()
                return 1006
        return socket.closed.result()

    def received(self, frame: Frame) -> None:
        self.heard_at = time.monotonic()
        if frame["kind"] != "refused":
            self.tries = self.flukes = 0
        if self.disorder and frame["kind"] in DISORDERED:
            asyncio.get_running_loop().call_later(random.uniform(0, self.disorder), self.hear, frame)
        else:
            self.hear(frame)


class Visitor(Line):
    """`visitor-talk.js`: one tab of one visitor."""

    def __init__(
        self,
        sown: Sown,
        ledgers: Ledgers,
        held: tuple[str, str] | None = None,
        answers: dict[str, str] | None = None,
    ) -> None:
        self.ledgers, self.answers = ledgers, answers or {}
        self.code, self.secret = held or ("", "")
        self.state = ""
        self.may_write = False
        self.log = Log(lambda since: self.send({"do": "since", "seq": since}) and None)
        self.outbox = Outbox(ledgers, self.post)
        super().__init__(sown, sown.visitors)

    def post(self, key: str, text: str) -> bool:
        return self.online and self.may_write and self.send({"do": "say", "id": key, "text": text})

    def say(self, text: str) -> None:
        self.outbox.add(text)

    def first_frame(self) -> Frame:
        self.may_write = False
        if self.code:
            return {"do": "resume", "code": self.code, "secret": self.secret, "since": self.log.last_seq}
        return {"do": "start", "language": "nl", "answers": self.answers}

    def hear(self, frame: Frame) -> None:
        if handler := getattr(self, f"on_{frame['kind']}", None):
            handler(frame)

    def on_started(self, frame: Frame) -> None:
        self.code, self.secret, self.state = frame["code"], frame["secret"], frame["state"]
        self.welcome()

    def on_resumed(self, frame: Frame) -> None:
        self.secret, self.state = frame["secret"], frame["state"]
        self.send({"do": "keep"})
        self.welcome()

    def welcome(self) -> None:
        self.may_write = True
        self.ready.set()
        self.outbox.resend()

    def on_gone(self, frame: Frame) -> None:
        self.ledgers.visible.append(f"gone: {frame['why']}")
        self.stop()

    def on_state(self, frame: Frame) -> None:
        self.state = frame["state"]

    def on_said(self, frame: Frame) -> None:
        self.ledgers.show(frame, "visitor")
        self.log.add(frame)
        self.log.advance()

    def on_history(self, frame: Frame) -> None:
        for message in frame["messages"]:
            self.outbox.stored(message["id"], message["seq"])
            self.ledgers.show(message, "visitor")
            self.log.add(message)
        self.log.advance()
        if frame["messages"] and frame["messages"][-1]["seq"] < frame["last_seq"]:
            self.send({"do": "since", "seq": frame["messages"][-1]["seq"]})

    def on_stored(self, frame: Frame) -> None:
        text = self.ledgers.written.get(frame["id"], "")
        self.log.add({"seq": frame["seq"], "id": frame["id"], "from": "visitor", "text": text})
        self.outbox.stored(frame["id"], frame["seq"])
        self.log.advance()

    def on_refused(self, frame: Frame) -> None:
        why, do = frame["why"], frame["do"]
        if do == "say":
            self.outbox.refused(frame["id"], why)
        elif do == "since":
            asyncio.get_running_loop().call_later(1.0, lambda: self.send({"do": "since", "seq": self.log.last_seq}))
        elif do == "resume" and why in PASSING:
            asyncio.get_running_loop().call_later(2.0, self.ask_again)
        else:
            self.ledgers.visible.append(f"refused: {do} {why}")

    def ask_again(self) -> None:
        if self.online and not self.may_write:
            self.send(self.first_frame())


class Desk(Line):
    """`desk.js`: one tab of one counsellor, with a pane for each talk."""

    def __init__(self, sown: Sown, ledgers: Ledgers, cookie: str) -> None:
        self.ledgers = ledgers
        self.panes: dict[str, tuple[Log, Outbox]] = {}
        self.greeted = False
        # What the desk shows beside its talks: who waits, and who is there.
        self.board: Frame = {}
        self.taken: asyncio.Queue[str] = asyncio.Queue()
        self.asking: asyncio.TimerHandle | None = None
        super().__init__(sown, sown.desk, cookie)

    def first_frame(self) -> Frame:
        self.greeted = False
        return {"do": "hello"}

    def pane(self, talk: str) -> tuple[Log, Outbox]:
        if talk not in self.panes:
            log = Log(lambda since: self.send({"do": "since", "talk": talk, "seq": since}) and None)
            post = lambda key, text: self.greeted and self.send({"do": "say", "talk": talk, "id": key, "text": text})  # noqa: E731
            self.panes[talk] = log, Outbox(self.ledgers, post)
            self.send({"do": "open", "talk": talk, "since": 0})
        return self.panes[talk]

    def say(self, talk: str, text: str) -> None:
        self.pane(talk)[1].add(text)

    def hear(self, frame: Frame) -> None:
        if handler := getattr(self, f"on_{frame['kind']}", None):
            handler(frame)

    def on_knock(self, frame: Frame) -> None:
        self.send({"do": "here"})

    def on_desk(self, frame: Frame) -> None:
        first, self.greeted = not self.greeted, True
        self.board = frame
        for talk in frame["talks"]:
            self.pane(talk["code"])
        if first:
            self.ready.set()
            for talk, (log, outbox) in self.panes.items():
                self.send({"do": "since", "talk": talk, "seq": log.last_seq})
                outbox.resend()

    def on_taken(self, frame: Frame) -> None:
        self.pane(frame["talk"]["code"])
        self.taken.put_nowait(frame["talk"]["code"])

    def on_said(self, frame: Frame) -> None:
        log, _outbox = self.pane(frame["talk"])
        self.ledgers.show(frame, "counsellor")
        log.add(frame)
        log.advance()

    def on_history(self, frame: Frame) -> None:
        log, outbox = self.pane(frame["talk"])
        for message in frame["messages"]:
            outbox.stored(message["id"], message["seq"])
            self.ledgers.show(message, "counsellor")
            log.add(message)
        log.advance()
        if frame["messages"] and log.last_seq < frame["last_seq"]:
            self.send({"do": "since", "talk": frame["talk"], "seq": log.last_seq})

    def on_latest(self, frame: Frame) -> None:
        log, _outbox = self.pane(frame["talk"])
        if frame["seq"] > log.last_seq:
            self.send({"do": "since", "talk": frame["talk"], "seq": log.last_seq})

    def on_stored(self, frame: Frame) -> None:
        log, outbox = self.pane(frame["talk"])
        text = self.ledgers.written.get(frame["id"], "")
        log.add({"seq": frame["seq"], "id": frame["id"], "from": "counsellor", "text": text})
        outbox.stored(frame["id"], frame["seq"])
        log.advance()

    def on_refused(self, frame: Frame) -> None:
        why, do = frame["why"], frame["do"]
        if do == "say" and frame.get("talk") in self.panes:
            self.panes[frame["talk"]][1].refused(frame["id"], why)
        elif do == "hello" and why in PASSING:
            self.cut()
        elif do == "take":
            self.taken.put_nowait("")
        elif why in PASSING:
            if self.asking is not None:
                self.asking.cancel()
            self.asking = asyncio.get_running_loop().call_later(1.0, self.ask_all)
        else:
            self.ledgers.visible.append(f"refused: {do} {why}")

    def ask_all(self) -> None:
        for talk, (log, _outbox) in self.panes.items():
            self.send({"do": "since", "talk": talk, "seq": log.last_seq})
