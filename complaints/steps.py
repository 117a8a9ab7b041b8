"""The way of a report, in one table: who moves it from where to where, and until when each step may take (I02, F07).

Values in, values out: no Django, no database.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class State(StrEnum):
    RECEIVED = "received"
    ACKNOWLEDGED = "acknowledged"
    HANDLING = "handling"
    ANSWERED = "answered"
    CLOSED = "closed"


class Kind(StrEnum):
    COMPLAINT = "complaint"
    SUGGESTION = "suggestion"
    COMPLIMENT = "compliment"


class Outcome(StrEnum):
    """How it ended; which of them fit depends on the kind."""

    FOUNDED = "founded"
    PARTLY = "partly"
    UNFOUNDED = "unfounded"
    MEDIATED = "mediated"
    NOT_JUDGED = "not-judged"
    TAKEN_UP = "taken-up"
    NOT_TAKEN_UP = "not-taken-up"
    PASSED_ON = "passed-on"


class Move(StrEnum):
    ACKNOWLEDGE = "acknowledge"
    TAKE = "take"
    ANSWER = "answer"
    CLOSE = "close"
    ADD = "add"  # the sender says more, or asks on


# What may be done in each state, and in which state it ends.
MOVES: dict[Move, dict[State, State]] = {
    Move.ACKNOWLEDGE: {State.RECEIVED: State.ACKNOWLEDGED},
    Move.TAKE: {State.RECEIVED: State.HANDLING, State.ACKNOWLEDGED: State.HANDLING, State.HANDLING: State.HANDLING},
    Move.ANSWER: {State.HANDLING: State.ANSWERED},
    Move.CLOSE: {State.ANSWERED: State.CLOSED},
    Move.ADD: {
        State.RECEIVED: State.RECEIVED,
        State.ACKNOWLEDGED: State.ACKNOWLEDGED,
        State.HANDLING: State.HANDLING,
        State.ANSWERED: State.HANDLING,
    },
}
OPEN = frozenset(State) - {State.CLOSED}
TO_DO = frozenset({State.RECEIVED, State.ACKNOWLEDGED, State.HANDLING})
OUTCOMES: dict[Kind, tuple[Outcome, ...]] = {
    Kind.COMPLAINT: (Outcome.FOUNDED, Outcome.PARTLY, Outcome.UNFOUNDED, Outcome.MEDIATED, Outcome.NOT_JUDGED),
    Kind.SUGGESTION: (Outcome.TAKEN_UP, Outcome.NOT_TAKEN_UP),
    Kind.COMPLIMENT: (Outcome.PASSED_ON,),
}


@dataclass(frozen=True)
class Terms:
    """The days that the organisation promises for each step, and the months that are kept of what is closed."""

    acknowledge_days: int = 7
    answer_days: int = 42
    read_days: int = 30
    kept_months: int = 24

    def due(self, state: State, received: datetime, answered: datetime | None) -> datetime | None:
        """Until when the next move must be made; the clock of an answer begins when the report came, and never again."""
        if state == State.RECEIVED:
            return received + timedelta(days=self.acknowledge_days)
        if state in {State.ACKNOWLEDGED, State.HANDLING}:
            return received + timedelta(days=self.answer_days)
        if state == State.ANSWERED and answered is not None:
            return answered + timedelta(days=self.read_days)
        return None


def sources(move: Move) -> list[State]:
    """From where a move can be made."""
    return list(MOVES[move])


def after(move: Move, state: State) -> State | None:
    """Where a move leads; None where it cannot be made."""
    return MOVES[move].get(state)


def moves_from(state: State) -> list[Move]:
    """What a handler can do now."""
    return [move for move in Move if move != Move.ADD and state in MOVES[move]]
