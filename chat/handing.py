"""How a talk is handed over, as one table of moves.

asked ──accept──▶ offered ──agree──▶ done          a colleague is asked first, then the visitor
  │                 │
  ├──decline────────┴──▶ declined                  the colleague says no, or changes their mind
  ├──withdraw───────┴──▶ withdrawn                 the asker changes theirs
  ├──expire─────────┴──▶ expired                   nobody answered in time
  ├──void───────────┴──▶ void                      the talk ended or has another owner, or the colleague is gone
                    └──refuse──▶ refused           the visitor says no (C10)

To a line or an outside body the visitor is asked at once: it begins as `offered`. A take-over, and a talk that was lost,
begin as `done`.
"""

from dataclasses import dataclass
from enum import StrEnum


class How(StrEnum):
    """To whom a talk goes."""

    COLLEAGUE = "colleague"
    LINE = "line"
    BODY = "body"
    TAKEOVER = "takeover"
    # Not asked by anybody: the counsellor's browser was gone.
    LOST = "lost"


class Step(StrEnum):
    """Where a handover stands."""

    ASKED = "asked"
    OFFERED = "offered"
    DONE = "done"
    DECLINED = "declined"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    VOID = "void"


class Hand(StrEnum):
    """Who moves it."""

    ASKER = "asker"
    ASKED = "asked"
    VISITOR = "visitor"
    SYSTEM = "system"


@dataclass(frozen=True)
class Pass:
    """One allowed step: from where, to where, by whom."""

    sources: frozenset[Step]
    target: Step
    by: Hand


PENDING = frozenset({Step.ASKED, Step.OFFERED})
SETTLED = frozenset(Step) - PENDING
FIRST = {
    How.COLLEAGUE: Step.ASKED,
    How.LINE: Step.OFFERED,
    How.BODY: Step.OFFERED,
    How.TAKEOVER: Step.DONE,
    How.LOST: Step.DONE,
}
PASSES = {
    "accept": Pass(frozenset({Step.ASKED}), Step.OFFERED, Hand.ASKED),
    "decline": Pass(PENDING, Step.DECLINED, Hand.ASKED),
    "agree": Pass(frozenset({Step.OFFERED}), Step.DONE, Hand.VISITOR),
    "refuse": Pass(frozenset({Step.OFFERED}), Step.REFUSED, Hand.VISITOR),
    "withdraw": Pass(PENDING, Step.WITHDRAWN, Hand.ASKER),
    "expire": Pass(PENDING, Step.EXPIRED, Hand.SYSTEM),
    "void": Pass(PENDING, Step.VOID, Hand.SYSTEM),
}
