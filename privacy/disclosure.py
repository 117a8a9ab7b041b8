"""When an identity may be opened: what a policy asks, as a procedure (E01-E05, E07; goals B4, B5, B6). Pure.

The procedure is that of the policy under which an identity was sealed, and is bound into its seal: a later, looser policy never
reaches what lies there already (B7). What is not in the procedure is refused.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from helplines import openings
from helplines.openings import CONSENT, DANGER_OTHER, DANGER_SELF, EMERGENCIES, ORDER
from helplines.policies import IDENTITY_HOLDERS, PolicyValues

__all__ = ["CONSENT", "DANGER_OTHER", "DANGER_SELF", "EMERGENCIES", "ORDER"]
GROUNDS, ROLES, RECIPIENTS = openings.LISTS.values()
# Whether it was first discussed with the visitor.
DISCUSSED = ("agreed", "tried", "impossible")
ORDER_FIELDS = ("authority", "person", "reference", "date", "article", "data")
LONGEST_VISIBLE = openings.MINUTES[1]


@dataclass(frozen=True)
class Procedure:
    """What one policy asks. `askers` are roles; without `discussed` nobody needs to say whether it was talked about.

    `holders` names the offices, which agree one after the other, and each take off a layer with a key of their own.
    """

    holders: str = "nobody"
    grounds: tuple[str, ...] = ()
    askers: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()
    discussed: bool = True
    minutes: int = 15

    @property
    def offices(self) -> tuple[str, ...]:
        return IDENTITY_HOLDERS.get(self.holders, ())

    @property
    def terms(self) -> dict[str, Any]:
        """All but the holders, as it is stored beside what is sealed."""
        told = asdict(self)
        del told["holders"]
        return {name: list(value) if isinstance(value, tuple) else value for name, value in told.items()}


def procedure(values: PolicyValues) -> Procedure:
    """What this policy asks; one that keeps nothing opens nothing."""
    if not IDENTITY_HOLDERS[values.identity_holders]:
        return Procedure(values.identity_holders)
    return Procedure(
        holders=values.identity_holders,
        grounds=values.opening_grounds,
        askers=values.opening_askers,
        recipients=values.opening_recipients,
        discussed=values.opening_discussed,
        minutes=values.opening_minutes,
    )


def stored(holders: str, terms: Mapping[str, Any] | None) -> Procedure:
    """The procedure of something that was sealed; without terms, from before those were stored, what its holders said then.

    What cannot be read opens nothing.
    """
    if terms is None:
        known = openings.of(holders) if IDENTITY_HOLDERS.get(holders) else {}
        terms = {name.removeprefix("opening_"): value for name, value in known.items()}
    try:
        lists = {name: tuple(map(str, terms[name])) for name in ("grounds", "askers", "recipients")}
        minutes = min(max(int(terms["minutes"]), 1), LONGEST_VISIBLE)
        return Procedure(holders, **lists, discussed=terms["discussed"] is not False, minutes=minutes)
    except (KeyError, TypeError, ValueError):
        return Procedure()


def mark_of(terms: Mapping[str, Any] | None) -> bytes:
    """What stands for these terms in a seal; nothing for what was sealed before they were stored."""
    return b"" if terms is None else hashlib.sha256(json.dumps(terms, sort_keys=True).encode()).digest()


@dataclass(frozen=True)
class Consent:
    """A yes of the visitor that stands at this moment: what they were asked, and so what it is worth."""

    code: str
    holders: str
    recipient: str
    purpose: str


@dataclass(frozen=True)
class Asked:
    """What somebody asks: on which ground, for whom, and with which order or which yes of the visitor."""

    ground: str
    recipient: str
    discussed: str = ""
    order: Mapping[str, str] = field(default_factory=dict)
    consent: str = ""
    purpose: str = ""

    @property
    def is_emergency(self) -> bool:
        return self.ground in EMERGENCIES

    @property
    def mark(self) -> str:
        """A digest of the order, by which the paper is found again without its words in the log; or the code of a yes; or ""."""
        if self.consent:
            return consent_mark(self.consent)
        told = "\n".join(f"{name}={self.order.get(name, '')}" for name in ORDER_FIELDS)
        return f"order:{hashlib.sha256(told.encode()).hexdigest()[:40]}" if self.order else ""


def consent_mark(code: str) -> str:
    """What stands in the log for one question to a visitor."""
    return f"{CONSENT}:{code}"


def refusal(asks: Procedure, asked: Asked, roles: frozenset[str], today: date, consent: Consent | None = None) -> str:
    """Why this may not be, in a word, or "" where it may. `consent` is the yes that stands now, if one does."""
    if not asks.offices or not roles & set(asks.askers):
        return "asker"
    if asked.ground not in asks.grounds or asked.ground not in GROUNDS:
        return "ground"
    if asked.ground == CONSENT and not is_consented(asks, asked, consent):
        return "consent"
    if asked.recipient not in asks.recipients:
        return "recipient"
    if asks.discussed and asked.discussed not in DISCUSSED:
        return "discussed"
    return order_refusal(asked.order, today) if asked.ground == ORDER else ""


def is_consented(asks: Procedure, asked: Asked, consent: Consent | None) -> bool:
    """A yes is worth what the visitor was asked: that purpose, that recipient, those who open it, and nothing beside."""
    wanted = Consent(asked.consent, asks.holders, asked.recipient, asked.purpose)
    return bool(asked.consent and asked.purpose) and consent == wanted


def order_refusal(order: Mapping[str, str], today: date) -> str:
    """An order names who gives it, by which article, about what, and is not of tomorrow."""
    if set(order) != set(ORDER_FIELDS) or not all(value.strip() for value in order.values()):
        return "order"
    try:
        given = date.fromisoformat(order["date"])
    except ValueError:
        return "order"
    return "order" if given > today else ""
