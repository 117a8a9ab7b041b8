"""Exactly one of open, busy, paused and closed, from the hours and from who is there with room (A03-A06). Pure."""

from datetime import datetime
from typing import Literal, NamedTuple

from helplines.hours import Opening, Reason

State = Literal["open", "busy", "paused", "closed"]
ToldReason = Literal["hours", "holiday", "exceptional", "nobody"]


class Availability(NamedTuple):
    """What the button shows, and whether a talk can start now."""

    state: State
    reason: ToldReason | None
    can_start: bool
    opens: datetime | None


def availability(
    opening: Opening, present: int, room: int, waiting: int, queue: bool, queue_length: int, pausing: int = 0
) -> Availability:
    """The state of a line with so many counsellors present, room for so many talks, and so many visitors waiting.

    Open only when somebody can take the talk at once (A04). While busy nobody can start, unless the organisation
    turned a queue on and it is not full; there is no hidden waiting list (A05). Opening hours with nobody there
    say so: nothing unforeseen need have happened (A06). Where all who are there have a break, the line is paused.
    """
    if not opening.is_open:
        return Availability("closed", told(opening.reason), False, opening.next_opens)
    if present <= 0 < pausing:
        return Availability("paused", None, False, None)
    if present <= 0:
        return Availability("closed", "nobody", False, None)
    if room > waiting:
        return Availability("open", None, True, None)
    return Availability("busy", None, queue and waiting - room < queue_length, None)


def told(reason: Reason | None) -> ToldReason:
    """What a visitor hears: a planned closure is outside hours like any other."""
    return reason if reason in {"holiday", "exceptional"} else "hours"
