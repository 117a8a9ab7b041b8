"""The life of a conversation, as one table of moves.

waiting ──claim──▶ active ──close──▶ closed
   │  ▲               │
   │  └───requeue─────┤
   │                  ├──lapse──▶ closed       the visitor was silent for long, and did not answer two notices
   ├──abandon─────────┴──abandon──▶ abandoned     the visitor left, or did not come back in time
   └──refuse──▶ refused                           the line closed before anybody came

Who may not begin (chat/newcomers.py) leaves a conversation that was refused from the first moment: it never waited.
"""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """Where a conversation stands."""

    WAITING = "waiting"
    ACTIVE = "active"
    CLOSED = "closed"
    ABANDONED = "abandoned"
    REFUSED = "refused"


class Party(StrEnum):
    """Who did something."""

    VISITOR = "visitor"
    COUNSELLOR = "counsellor"
    SYSTEM = "system"


class Why(StrEnum):
    """The reason of an end."""

    LEFT = "left"
    EXIT = "exit"
    FINISHED = "finished"
    REFERRED = "referred"
    NO_ANSWER = "no_answer"
    MISUSE = "misuse"
    NOT_BACK = "not_back"
    LINE_CLOSED = "line_closed"
    LIMIT = "limit"
    BLOCKED = "blocked"


@dataclass(frozen=True)
class Move:
    """One allowed step: from which states, to which state, by whom, for which reasons (none: needs no reason)."""

    sources: frozenset[State]
    target: State
    by: frozenset[Party]
    reasons: frozenset[Why] = frozenset()


MOVES = {
    "claim": Move(frozenset({State.WAITING}), State.ACTIVE, frozenset({Party.COUNSELLOR})),
    "requeue": Move(frozenset({State.ACTIVE}), State.WAITING, frozenset({Party.COUNSELLOR, Party.SYSTEM})),
    "close": Move(
        frozenset({State.ACTIVE}),
        State.CLOSED,
        frozenset({Party.VISITOR, Party.COUNSELLOR}),
        frozenset({Why.LEFT, Why.EXIT, Why.FINISHED, Why.REFERRED, Why.NO_ANSWER, Why.MISUSE, Why.BLOCKED}),
    ),
    # Only after two notices that anybody can stop: see chat/silence.py.
    "lapse": Move(frozenset({State.ACTIVE}), State.CLOSED, frozenset({Party.SYSTEM}), frozenset({Why.NO_ANSWER})),
    "abandon": Move(
        frozenset({State.WAITING, State.ACTIVE}),
        State.ABANDONED,
        frozenset({Party.VISITOR, Party.SYSTEM}),
        frozenset({Why.LEFT, Why.EXIT, Why.NOT_BACK}),
    ),
    "refuse": Move(frozenset({State.WAITING}), State.REFUSED, frozenset({Party.SYSTEM}), frozenset({Why.LINE_CLOSED})),
}
OPEN = frozenset({State.WAITING, State.ACTIVE})
OVER = frozenset(State) - OPEN
# Why somebody may not begin at all: then nobody was missed.
NEVER_WAITED = frozenset({Why.LIMIT, Why.BLOCKED})
# What a counsellor may choose when ending a talk.
CLOSING_REASONS = frozenset({Why.FINISHED, Why.REFERRED, Why.NO_ANSWER, Why.MISUSE})


class IllegalMoveError(ValueError):
    """A step that the table does not have."""


def move(name: str, *, by: Party, why: Why | None = None) -> Move:
    """The move of this name, if this party may make it for this reason; raises IllegalMoveError."""
    found = MOVES.get(name)
    if found is None or by not in found.by or (why not in found.reasons if found.reasons else why is not None):
        raise IllegalMoveError(f"{by} may not {name} for {why}")
    return found
