"""What a page of a talk is made of, without a page: what was written and told, `outbox.js` and `chat-log.js`."""

import asyncio
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

GAP_PATIENCE, TRIES = 0.2, 3
PASSING = {"slow_down", "broken"}
Frame = dict[str, Any]


@dataclass
class Ledgers:
    """What senders wrote and were told, by id; and what a person would have seen go wrong."""

    written: dict[str, str] = field(default_factory=dict)
    at: dict[str, tuple[float, float]] = field(default_factory=dict)
    told: dict[str, int] = field(default_factory=dict)
    took: list[float] = field(default_factory=list)
    # What else than the clock runs on the way to being told, such as the seconds that a process worked; unlike the clock it
    # stands still while other programs have the machine.
    meter: Callable[[], float] = lambda: 0.0
    metered: list[float] = field(default_factory=list)
    unseen: dict[str, float] = field(default_factory=dict)
    reached: list[float] = field(default_factory=list)
    visible: list[str] = field(default_factory=list)

    def news(self) -> tuple[int, int]:
        """Something else whenever somebody was told something, or has something new on the screen."""
        return len(self.told), len(self.reached)

    def write(self, key: str, text: str) -> None:
        self.written[key] = text
        self.unseen[key] = time.monotonic()
        self.at[key] = self.unseen[key], self.meter()

    def show(self, message: Frame, own: str) -> None:
        """The other side has it on the screen."""
        if message["from"] != own and message["id"] in self.unseen:
            self.reached.append(time.monotonic() - self.unseen.pop(message["id"]))

    def tell(self, key: str, seq: int) -> None:
        known = self.told.setdefault(key, seq)
        if known != seq:
            self.visible.append(f"two numbers: {known} and {seq}")
        if known == seq and key in self.at:
            at, meter = self.at.pop(key)
            self.took.append(time.monotonic() - at)
            self.metered.append(self.meter() - meter)


class Outbox:
    """`outbox.js`: one letter on the line at a time, oldest first, until it is stored."""

    def __init__(self, ledgers: Ledgers, send: Callable[[str, str], bool]) -> None:
        self.ledgers, self.send = ledgers, send
        self.letters: dict[str, str] = {}
        self.tries: dict[str, int] = {}
        self.failed: set[str] = set()
        self.on_line = ""
        # Every message goes twice, as over a line that lost the answer.
        self.doubles = False

    def add(self, text: str) -> str:
        key = str(uuid.uuid4())
        self.ledgers.write(key, text)
        self.letters[key] = text
        self.post_next()
        return key

    def post_next(self) -> None:
        key = next((one for one in self.letters if one not in self.failed), "")
        if key and key != self.on_line:
            self.post(key)

    def post(self, key: str) -> None:
        if key in self.letters and self.send(key, self.letters[key]):
            self.on_line = key
            if self.doubles:
                self.send(key, self.letters[key])
            self.tries[key] = self.tries.get(key, 0) + 1

    def stored(self, key: str, seq: int) -> None:
        if self.letters.pop(key, None) is not None:
            self.ledgers.tell(key, seq)
        if key == self.on_line:
            self.on_line = ""
        self.post_next()

    def refused(self, key: str, why: str) -> None:
        if key not in self.letters:
            return
        if why in PASSING and self.tries.get(key, 0) < TRIES:
            asyncio.get_running_loop().call_later(self.tries[key], self.post, key)
            return
        # The person sees that it was not stored, and presses "again".
        self.ledgers.visible.append(f"not stored: {why}")
        self.on_line, self.tries[key] = "", 0
        asyncio.get_running_loop().call_later(1.0, self.post_next)

    def resend(self) -> None:
        self.on_line, self.tries = "", {}
        self.post_next()


class Log:
    """`chat-log.js`: what stands on the screen, each number once, and what is asked when one is missing."""

    def __init__(self, ask: Callable[[int], None]) -> None:
        self.ask = ask
        self.shown: dict[int, tuple[str, str, str]] = {}
        self.last_seq = 0
        self.twice: list[str] = []
        self.gap: asyncio.TimerHandle | None = None

    def add(self, message: Frame) -> None:
        seq, entry = message["seq"], (message["id"], message["from"], message["text"])
        known = self.shown.setdefault(seq, entry)
        if known[0] != entry[0]:
            self.twice.append(f"{seq} is {known[0]} and {entry[0]}")

    def advance(self) -> None:
        while self.last_seq + 1 in self.shown:
            self.last_seq += 1
        if self.gap is not None:
            self.gap.cancel()
        if len(self.shown) > self.last_seq:
            self.gap = asyncio.get_running_loop().call_later(GAP_PATIENCE, self.look_for_gap)

    def look_for_gap(self) -> None:
        if len(self.shown) > self.last_seq:
            self.ask(self.last_seq)
