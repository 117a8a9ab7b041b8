"""Talks to measure with, of both houses behind one face: a side says a text, it is stored, the other side hears it."""

import asyncio
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bench.houses import HOST, LINE, ORGANISATION, House, Ours, Usual
from bench.sockets import Socket, connect

TEXT = "I do not know where to begin, but it has been like this for some weeks now and I sleep badly. Do you have a moment now?"
Stored = Callable[[], None]


@dataclass
class Ledger:
    """What was sent, acknowledged and heard, with how long each took in seconds."""

    sent: dict[str, float] = field(default_factory=dict)
    stored: dict[str, float] = field(default_factory=dict)
    heard: dict[str, float] = field(default_factory=dict)
    twice: int = 0

    def say(self, key: str) -> None:
        self.sent[key] = time.perf_counter()

    def was_stored(self, key: str) -> None:
        self.stored[key] = time.perf_counter() - self.sent[key]

    def was_heard(self, key: str) -> None:
        if key in self.heard:
            self.twice += 1
        elif key in self.sent:
            self.heard[key] = time.perf_counter() - self.sent[key]


class Talk:
    """One conversation with both sides connected."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.on_stored: Stored | None = None

    def say(self, *, visitor: bool) -> None:
        raise NotImplementedError

    async def end(self) -> None:
        """Make room for the next round."""

    def was_stored(self, key: str) -> None:
        self.ledger.was_stored(key)
        if self.on_stored is not None:
            self.on_stored()


class OurTalk(Talk):
    """Ours: a visitor's socket, and the desk of a counsellor who has up to ten talks."""

    def __init__(self, ledger: Ledger) -> None:
        super().__init__(ledger)
        self.code = ""
        self.visitor: Socket
        self.desk: Desk

    async def begin(self, house: Ours) -> "OurTalk":
        path = f"/ws/{ORGANISATION}/{LINE}/visitor/"
        self.visitor = await connect(HOST, house.port, path, origin=house.origin, heard=self.hear)
        started = await self.visitor.ask({"do": "start", "language": "nl", "answers": {}}, "started")
        self.code = started["code"]
        return self

    async def end(self) -> None:
        await self.visitor.ask({"do": "leave"}, "state")

    def hear(self, frame: dict[str, Any]) -> None:
        kind = frame["kind"]
        if kind == "stored":
            self.was_stored(frame["id"])
        elif kind == "said" and frame["from"] != "system":
            self.ledger.was_heard(frame["id"])

    def say(self, *, visitor: bool) -> None:
        key = str(uuid.uuid4())
        self.ledger.say(key)
        if visitor:
            self.visitor.send({"do": "say", "id": key, "text": TEXT})
        else:
            self.desk.socket.send({"do": "say", "talk": self.code, "id": key, "text": TEXT})


class Desk:
    """One counsellor's desk."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.talks: dict[str, OurTalk] = {}
        self.socket: Socket

    async def open(self, house: Ours, cookie: str) -> "Desk":
        path = f"/ws/{ORGANISATION}/desk/"
        self.socket = await connect(HOST, house.port, path, origin=house.origin, cookie=cookie, heard=self.hear)
        await self.socket.ask({"do": "hello"}, "desk")
        await self.socket.ask({"do": "presence", "state": "present"}, "desk")
        return self

    def hear(self, frame: dict[str, Any]) -> None:
        kind = frame["kind"]
        if kind == "knock":
            self.socket.send({"do": "here"})
        elif kind == "stored":
            self.talks[frame["talk"]].was_stored(frame["id"])
        elif kind == "said" and frame["from"] != "system":
            self.ledger.was_heard(frame["id"])

    async def take(self) -> str:
        taken = await self.socket.ask({"do": "take"}, "taken")
        return str(taken["talk"]["code"])


class UsualTalk(Talk):
    """The usual one: two sockets in one room; the echo of an own message is its acknowledgement."""

    def __init__(self, ledger: Ledger) -> None:
        super().__init__(ledger)
        self.sides: dict[bool, Socket] = {}

    async def begin(self, house: Usual, conversation: int) -> "UsualTalk":
        for visitor, party in ((True, "visitor"), (False, "counsellor")):
            path = f"/ws/{conversation}/{party}/"
            self.sides[visitor] = await connect(HOST, house.port, path, heard=self.hearing(party))
        return self

    def hearing(self, party: str) -> Callable[[dict[str, Any]], None]:
        def hear(frame: dict[str, Any]) -> None:
            if frame["from"] == party:
                self.was_stored(frame["id"])
            else:
                self.ledger.was_heard(frame["id"])

        return hear

    def say(self, *, visitor: bool) -> None:
        key = str(uuid.uuid4())
        self.ledger.say(key)
        self.sides[visitor].send({"id": key, "text": TEXT})


async def our_talks(house: Ours, count: int, ledger: Ledger) -> list[Talk]:
    """So many talks of ours, each taken by a counsellor with room."""
    desks = [await Desk(ledger).open(house, cookie) for cookie in house.cookies[: -(-count // 10)]]
    talks = [await OurTalk(ledger).begin(house) for _ in range(count)]
    known = {talk.code: talk for talk in talks}
    for number in range(count):
        desk = desks[number % len(desks)]
        code = await desk.take()
        desk.talks[code] = known[code]
        known[code].desk = desk
    return list(talks)


async def usual_talks(house: Usual, count: int, ledger: Ledger) -> list[Talk]:
    return [await UsualTalk(ledger).begin(house, conversation) for conversation in house.conversations[:count]]


async def talks_of(house: House, count: int, ledger: Ledger) -> list[Talk]:
    if isinstance(house, Ours):
        return await our_talks(house, count, ledger)
    assert isinstance(house, Usual)
    return await usual_talks(house, count, ledger)


async def settle(ledger: Ledger, patience: float = 15.0) -> int:
    """Wait until everything sent was stored and heard, at most so long; gives how many messages are missing."""
    until = time.monotonic() + patience
    while time.monotonic() < until and (len(ledger.stored) < len(ledger.sent) or len(ledger.heard) < len(ledger.sent)):
        await asyncio.sleep(0.05)
    return 2 * len(ledger.sent) - len(ledger.stored) - len(ledger.heard)
