"""A crowd in talks, and the three ledgers beside each other: what senders were told, what is stored, what was shown."""

import asyncio
import contextlib
import itertools
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from tests.faults.clients import Desk, Ledgers, Visitor
from tests.faults.sites import Site, Sown

CAPACITY = 10
MARK = "zqxcrowdcanary"  # in every text, for who looks for what was said where it must not be
WORDS = ("ja", "ik weet het niet goed", "het is al een tijd zo", "bedankt dat je luistert", "é € 😀 \u200f<b>")
PATIENCE = 60.0  # seconds without anything new
AT_MOST = 200.0  # seconds for one thing, however slowly it goes on


def milliseconds(seconds: list[float], share: float) -> float:
    """The time within which such a share of all fell."""
    ordered = sorted(seconds)
    return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


async def until(
    holds: Callable[[], bool], patience: float = PATIENCE, what: str = "", news: Callable[[], object] = lambda: None
) -> None:
    """Wait until something holds. Raises AssertionError with what was waited for.

    On a busy machine all of it is slow: while `news` tells something else from time to time, it goes on.
    """
    began = changed = time.monotonic()
    known = news()
    while not holds():
        now = time.monotonic()
        if (fresh := news()) != known:
            known, changed = fresh, now
        going = now - changed < patience and now - began < max(patience, AT_MOST)
        assert going, f"it did not happen within {now - began:.0f} s: {what}"
        await asyncio.sleep(0.02)


@dataclass
class Talk:
    visitor: Visitor
    desk: Desk

    @property
    def code(self) -> str:
        return self.visitor.code


@dataclass
class Crowd:
    """So many talks of one organisation, each side at its own pace."""

    sown: Sown
    ledgers: Ledgers = field(default_factory=Ledgers)
    talks: list[Talk] = field(default_factory=list)
    desks: list[Desk] = field(default_factory=list)
    sides: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    more: list[Visitor] = field(default_factory=list)
    numbers: "itertools.count[int]" = field(default_factory=itertools.count)

    @classmethod
    async def gather(cls, site: Site, count: int) -> "Crowd":
        """Visitors who wait, and counsellors who take each of them."""
        crowd = cls(await asyncio.to_thread(site.sow, -(-count // CAPACITY) + 1))
        crowd.desks = [Desk(crowd.sown, crowd.ledgers, cookie) for cookie in crowd.sown.cookies]
        for desk in crowd.desks:
            await until(desk.ready.is_set, what="a desk opens")
            desk.send({"do": "presence", "state": "present"})
        for desk in crowd.desks:
            # Who comes before that finds the line closed.
            await until(lambda here=desk: here.board.get("presence") == "present", what="a counsellor is there")
        for number, desk in enumerate(crowd.desks):
            visitors = [Visitor(crowd.sown, crowd.ledgers) for _ in range(min(CAPACITY, count - number * CAPACITY))]
            await until(lambda some=visitors: all(one.code for one in some), what="talks start")
            by_code = {visitor.code: visitor for visitor in visitors}
            crowd.talks += [Talk(by_code[await crowd.take(desk)], desk) for _visitor in visitors]
        await until(lambda: all(talk.visitor.state == "active" for talk in crowd.talks), what="talks begin")
        return crowd

    async def take(self, desk: Desk) -> str:
        for _ in range(50):
            desk.send({"do": "take"})
            if code := await asyncio.wait_for(desk.taken.get(), PATIENCE):
                return code
            await asyncio.sleep(0.1)
        raise AssertionError("nobody could be taken")

    def say(self, talk: Talk, *, visitor: bool) -> None:
        text = f"{MARK} {next(self.numbers)} {random.choice(WORDS)}"
        before = set(self.ledgers.written)
        if visitor:
            talk.visitor.say(text)
        else:
            talk.desk.say(talk.code, text)
        (key,) = set(list(self.ledgers.written)[-1:]) - before
        self.sides.setdefault(talk.code, []).append(("visitor" if visitor else "counsellor", key))

    async def chatter(self, talk: Talk, seconds: float, every: float) -> None:
        """Both sides write one message every so many seconds, whatever happens."""
        end, due = time.monotonic() + seconds, time.monotonic() + random.uniform(0, every)
        while due < end:
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            self.say(talk, visitor=True)
            self.say(talk, visitor=False)
            due += every

    async def talk_through(
        self, fault: Callable[[], Awaitable[Any]], *, before: float = 1.0, after: float = 2.0, every: float = 1.0
    ) -> None:
        """Talk, let the fault happen meanwhile, and go on talking for a while after it is over."""
        stop = asyncio.Event()

        async def all_talk() -> None:
            while not stop.is_set():
                await asyncio.gather(*(self.chatter(talk, every, every) for talk in self.talks))

        talking = asyncio.ensure_future(all_talk())
        try:
            await asyncio.sleep(before)
            await fault()
            await asyncio.sleep(after)
        finally:
            stop.set()
            await talking

    async def goes_on(self, talks: list[Talk], seconds: float = 1.2) -> None:
        """Wait until all that is written in these talks from now on, for so many seconds, is told and shown."""
        before = set(self.ledgers.written)
        await asyncio.sleep(seconds)
        fresh = {key for talk in talks for _side, key in self.sides[talk.code]} - before
        assert len(fresh) >= len(talks)
        reached = lambda: not any(key in self.ledgers.at or key in self.ledgers.unseen for key in fresh)  # noqa: E731
        await until(reached, what="what is written meanwhile reaches the other side", news=self.ledgers.news)

    # The three ledgers
    def is_settled(self) -> bool:
        """Everything written is stored, and every screen shows all that was said."""
        if len(self.ledgers.told) < len(self.ledgers.written):
            return False
        return all(
            log.last_seq == len(log.shown) >= self.last_told(talk) for talk in self.talks for log in self.logs(talk)
        )

    def last_told(self, talk: Talk) -> int:
        return max((self.ledgers.told.get(key, 0) for _side, key in self.sides.get(talk.code, [])), default=0)

    def logs(self, talk: Talk) -> list[Any]:
        return [talk.visitor.log, talk.desk.panes[talk.code][0]]

    async def compare(self, patience: float = PATIENCE) -> dict[str, int]:
        """Let it come to rest and lay the ledgers side by side. Every sentence of the answer is a fault."""
        # What did not come to rest is told below, by what is missing.
        with contextlib.suppress(AssertionError):
            await until(self.is_settled, patience, news=self.ledgers.news)
        held = await asyncio.to_thread(self.sown.site.stored, [talk.code for talk in self.talks])
        faults = [fault for talk in self.talks for fault in self.faults_of(talk, held[talk.code])]
        lines = {str(line) for talk in self.talks for line in (talk.visitor, talk.desk)}
        assert faults == [], f"{len(faults)} faults, such as {faults[:4]}; {self.ledgers.visible[:5]}; {sorted(lines)}"
        return {"talks": len(self.talks), "written": len(self.ledgers.written), "told": len(self.ledgers.told)}

    def faults_of(self, talk: Talk, held: dict[str, Any]) -> list[str]:
        rows = [tuple(row) for row in held["messages"]]
        by_id = {key: (seq, text) for seq, key, _party, text in rows}
        faults = []
        if [row[0] for row in rows] != list(range(1, held["last_seq"] + 1)) or len(by_id) != len(rows):
            faults.append(f"numbers {[row[0] for row in rows][-5:]} of {held['last_seq']}, {len(by_id)} ids")
        written = self.sides.get(talk.code, [])
        for side in ("visitor", "counsellor"):
            order = [by_id[key][0] for party, key in written if party == side and key in by_id]
            if order != sorted(order):
                faults.append(f"the {side}'s order is {order}")
        for _side, key in written:
            told, text = self.ledgers.told.get(key), self.ledgers.written[key]
            if told is None:
                faults.append("never acknowledged" + ("" if key in by_id else " nor stored"))
            elif by_id.get(key) != (told, text):
                faults.append(f"acknowledged as {told}, stored as {by_id.get(key)}")
        for name, log in zip(("visitor", "desk"), self.logs(talk), strict=True):
            faults += [f"{name}: {fault}" for fault in self.unlike(log, rows)]
        return [f"{talk.code}: {fault}" for fault in faults]

    def unlike(self, log: Any, rows: list[Any]) -> list[str]:
        """How a screen differs from what is stored."""
        shown = [(seq, *log.shown[seq]) for seq in sorted(log.shown)]
        keys = [entry[1] for entry in shown]
        twice = [*log.twice, *(["shown twice"] if len(set(keys)) < len(keys) else [])]
        if shown != rows:
            missing = sorted({row[0] for row in rows} - set(log.shown))
            twice.append(f"shows {len(shown)} of {len(rows)}, without {missing[:5]}")
        return twice

    def in_words(self) -> str:
        """How long acknowledging and delivering took."""
        took, reached = self.ledgers.took, self.ledgers.reached
        times = [f"{name} {milliseconds(took, share):.0f}" for name, share in (("p50", 0.5), ("p95", 0.95), ("max", 1))]
        return f"acknowledged {', '.join(times)} ms; shown to the other side after {milliseconds(reached, 1):.0f} ms at most"

    async def leave(self) -> None:
        for visitor in [*(talk.visitor for talk in self.talks), *self.more]:
            visitor.send({"do": "leave"})
        await asyncio.sleep(0.2)
        for line in [*(talk.visitor for talk in self.talks), *self.more, *self.desks]:
            line.stop()
        await asyncio.sleep(0)
