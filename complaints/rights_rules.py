"""What somebody may ask about their data, until when it is answered, and what must be known first (N01, N02, N07).

Values in, values out: no Django, no database.
"""

from datetime import datetime, timedelta
from enum import StrEnum

# "As soon as possible and within 4 weeks"; the law gives a month, and no organisation here takes longer (N01).
TERM = timedelta(weeks=4)
# So long before its end somebody is written to.
SOON = timedelta(days=7)
# After the end somebody may ask on so long; then what they wrote and their address are gone.
READ = timedelta(days=30)
# What nobody ends is not readable longer than this.
LONGEST = timedelta(days=365)
# That there was a request, of which kind, when and how it ended: to answer to the authority. Nobody is in it.
KEPT_MONTHS = 24
# A letter that lay about may be written in late, not from another year.
OLDEST = timedelta(days=90)


class Right(StrEnum):
    """What is asked: the rights of articles 15 to 21 of the GDPR, and a question about privacy (N07)."""

    ACCESS = "access"
    RECTIFICATION = "rectification"
    ERASURE = "erasure"
    RESTRICTION = "restriction"
    PORTABILITY = "portability"
    OBJECTION = "objection"
    QUESTION = "question"


class Check(StrEnum):
    """How somebody showed who they are. None of them leaves anything behind: there is no copy of a card (N02)."""

    KNOWN = "known"
    CALLED = "called"
    MET = "met"
    CARD = "card"
    NEEDLESS = "needless"


class Ending(StrEnum):
    """How it ended."""

    GRANTED = "granted"
    PARTLY = "partly"
    REFUSED = "refused"
    NOTHING = "nothing"
    UNPROVED = "unproved"
    WITHDRAWN = "withdrawn"


# Of these nothing about a person leaves the house or changes.
OF_NOBODY = frozenset({Right.OBJECTION, Right.QUESTION})
# These give somebody data, or change it.
ACTS = frozenset({Ending.GRANTED, Ending.PARTLY})


def due(received: datetime) -> datetime:
    """Until when the answer must be there; nothing moves it later."""
    return received + TERM


def checks_for(right: Right) -> tuple[Check, ...]:
    """The checks that fit: to give data or to change it, somebody must have shown who they are."""
    return tuple(one for one in Check if one != Check.NEEDLESS or right in OF_NOBODY)


def endings_for(right: Right, check: Check | None) -> tuple[Ending, ...]:
    """How a request can end now: nothing is given or changed before the check, and a check that was made is no lack of one."""
    if check is not None and check in checks_for(right):
        return tuple(one for one in Ending if one != Ending.UNPROVED)
    return tuple(one for one in Ending if one not in ACTS)
