"""How long somebody will wait, as honestly as it can be told: from how long it lately was, or not at all. Pure."""

from collections.abc import Sequence

# With fewer talks than this nothing can be said.
ENOUGH = 5
STEP = 5
# Beyond this the upper end says nothing to somebody who waits.
FAR = 90

# From so many minutes to so many; without an end where it is too far away to tell.
Span = tuple[int, int | None]


def estimate(*, ahead: int, slots: int, busy: int, lengths: Sequence[float], waits: Sequence[float]) -> Span | None:
    """The minutes that a visitor with so many others before them will probably wait; None: we do not know.

    `slots` talks can go on at once, `busy` of them do; `lengths` and `waits` are minutes of recent talks on the line. While
    somebody has room it takes as long as taking a talk lately took. Else every `slots`-th part of a talk somebody is free.
    """
    if slots <= 0:
        return None
    turns = ahead + 1 - max(0, slots - busy)
    known = waits if turns <= 0 else lengths
    if len(known) < ENOUGH:
        return None
    share = 1.0 if turns <= 0 else turns / slots
    low = int(quantile(known, 0.25) * share // STEP) * STEP
    high = (int(quantile(known, 0.75) * share // STEP) + 1) * STEP
    if high <= FAR:
        return low, high
    return (low, None) if low else None


def quantile(values: Sequence[float], part: float) -> float:
    """The value below which this part of the values lies, between the two that are nearest."""
    ordered = sorted(values)
    place = part * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)
