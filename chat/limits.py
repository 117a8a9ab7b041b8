"""How much one socket may send, and how many sockets one place may open: values in and values out."""

from collections import Counter
from collections.abc import Hashable
from dataclasses import dataclass, field

FORGIVEN = 2


@dataclass(slots=True)
class Bucket:
    """Lets `burst` frames through at once and `per_second` from then on.

    `patience` frames over the limit mean that nobody is typing there any more; each one within it makes up for FORGIVEN of them.
    """

    burst: int
    per_second: float
    patience: int = 200
    tokens: float = field(init=False)
    last: float = field(default=0.0, init=False)
    over: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        self.tokens = float(self.burst)

    def take(self, now: float) -> bool:
        """Whether one more frame may pass; `now` is a monotonic clock in seconds."""
        if self.last:
            self.tokens = min(float(self.burst), self.tokens + (now - self.last) * self.per_second)
        self.last = now
        if self.tokens < 1:
            self.over += 1
            return False
        self.tokens -= 1
        self.over = max(0, self.over - FORGIVEN)
        return True

    @property
    def exhausted(self) -> bool:
        return self.over >= self.patience


@dataclass(slots=True)
class Seldom:
    """Lets one thing of each kind through, and the next one only `seconds` later."""

    seconds: float
    known: dict[str, float] = field(default_factory=dict)

    def may(self, what: str, now: float) -> bool:
        """Whether this one may pass; `now` is a monotonic clock in seconds."""
        if now - self.known.get(what, -self.seconds) < self.seconds:
            return False
        self.known[what] = now
        return True


@dataclass
class Room:
    """How many are in at once, by name."""

    inside: Counter[Hashable] = field(default_factory=Counter)

    def enter(self, name: Hashable, most: int) -> bool:
        """Let one more in, unless so many of this name are in already."""
        if self.inside[name] >= most:
            return False
        self.inside[name] += 1
        return True

    def leave(self, name: Hashable) -> None:
        self.inside[name] -= 1
        if self.inside[name] <= 0:
            del self.inside[name]


@dataclass
class Pace:
    """How many of each name may come in a minute. Who came none too many for a minute is forgotten."""

    buckets: dict[Hashable, Bucket] = field(default_factory=dict)
    tidied: float = field(default=0.0, init=False)

    def may(self, name: Hashable, per_minute: int, now: float) -> bool:
        """Whether one more may come; `now` is a monotonic clock in seconds."""
        self.tidy(now)
        bucket = self.buckets.setdefault(name, Bucket(per_minute, per_minute / 60))
        return bucket.take(now)

    def give_back(self, name: Hashable) -> None:
        """One that was let through does not count."""
        if bucket := self.buckets.get(name):
            bucket.tokens = min(float(bucket.burst), bucket.tokens + 1)

    def tidy(self, now: float) -> None:
        """Of a minute ago every bucket is full again, and like a new one."""
        if now - self.tidied >= 60:
            self.tidied = now
            self.buckets = {name: bucket for name, bucket in self.buckets.items() if now - bucket.last < 60}
