"""When a browser was heard last, and for how long it has left unanswered what it was asked (I7).

Times are those of a monotonic clock, in seconds.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

# A browser of which nothing was heard for so long is asked for a sign of life.
QUIET = 2.0
# What is done for a browser keeps us from hearing it, for its frames are done one after the other: for so long that counts
# for it, and no longer. An action that never ends must not keep talks with a desk for ever.
EXCUSED = 30.0


@dataclass(slots=True)
class Signs:
    """The signs of life of one browser."""

    heard_at: float
    asked_at: float | None = None
    acting_since: float | None = None
    acted_at: float = float("-inf")

    def hear(self, now: float) -> None:
        self.heard_at, self.asked_at = now, None

    def ask(self, now: float) -> None:
        if self.asked_at is None:
            self.asked_at = now

    def is_quiet(self, now: float) -> bool:
        """Whether it is time to ask; one that was asked already is not asked again."""
        return self.asked_at is None and now - self.heard_at >= QUIET

    @contextmanager
    def acting(self) -> Iterator[None]:
        """While something is done for this browser, whatever it says waits with us."""
        self.acting_since = time.monotonic()
        try:
            yield
        finally:
            self.acting_since, self.acted_at = None, time.monotonic()

    def silent_for(self, now: float) -> float:
        """For how many seconds it has left a question unanswered, while we could have heard it."""
        if self.asked_at is None:
            return 0.0
        if self.acting_since is not None and now - self.acting_since < EXCUSED:
            return 0.0
        return now - max(self.asked_at, self.acted_at)
