"""Asking a visitor in the talk whether their address may be opened, and what both sides are told of it (E05, E06).

The rule and the row are those of `privacy.consents`, which knows of no talks. Here stands who may ask, and how it is told.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import transaction

from chat import handovers
from chat.announce import after_commit
from chat.bus import Told
from chat.hub import member, visitor
from chat.models import Conversation, Handover
from chat.queries import moment
from chat.states import OPEN, State
from chat.wire import RefusedError
from helplines import queries
from helplines.models import Membership
from helplines.openings import CONSENT
from helplines.tenancy import inside
from privacy import consents, disclosure, keys, requests
from privacy.consents import ConsentError, Talks
from privacy.disclosure import Procedure
from privacy.models import ConsentState, IdentityKind, OpeningConsent
from privacy.opening import roles_of
from privacy.sealing import UnreadableError

KIND = IdentityKind.ADDRESS
# What a tab that comes back is told again.
WORTH_TELLING = frozenset({ConsentState.ASKED, ConsentState.GIVEN, ConsentState.USED})


def procedure_of(conversation: Conversation) -> Procedure:
    """What was promised when the talk began, on the line where it began; needs the organisation's scope."""
    values = queries.policy_for(conversation.came_in or conversation.line, conversation.started_at)
    return requests.procedure_for(conversation.code, KIND, disclosure.procedure(values))


@contextmanager
def as_refused() -> Iterator[None]:
    """What cannot be, as a word of the protocol."""
    try:
        yield
    except ConsentError as error:
        extra = {"again": moment(error.again)} if error.again else {}
        raise RefusedError(error.why, **extra) from None


# Who has the talk
def ask(*, conversation: Conversation, membership: Membership, recipient: str, purpose: str, now: datetime) -> None:
    """Ask the visitor; one question at a time, so none beside a handover.

    Raises RefusedError: not_here, closed, pending, no_ground, empty, enough, too_soon (with `again`); AuditUnavailable.
    """
    with inside(conversation.organisation_id), transaction.atomic():
        handovers.check_owner(conversation, membership)
        if Handover.objects.pending().filter(conversation=conversation).exists():
            raise RefusedError("pending")
        with as_refused():
            consents.ask(
                organisation=membership.organisation,
                conversation=conversation.code,
                kind=KIND,
                asks=procedure_of(conversation),
                recipient=recipient,
                purpose=purpose,
                by=membership.staff,
                now=now,
            )


def drop(*, row: OpeningConsent, membership: Membership, now: datetime) -> None:
    """Take a question back, or let a yes go that is needed no more. Raises RefusedError("over")."""
    with as_refused():
        consents.drop(row=row, by=membership.staff, now=now)


def desk_part(*, conversation: Conversation, membership: Membership, now: datetime) -> dict[str, Any]:
    """The `consent` frame of a desk: whether this visitor can be asked, for whom, and how the last question stands.

    Raises RefusedError("not_here") when the talk is not theirs now.
    """
    with inside(conversation.organisation_id):
        if not Conversation.objects.filter(pk=conversation.pk, counsellor=membership).exists():
            raise RefusedError("not_here")
        asks = procedure_of(conversation)
        possible = bool(asks.offices) and CONSENT in asks.grounds
        row = consents.latest(conversation.code, KIND) if possible else None
        why, again = consents.unaskable(conversation.code, KIND, now) if possible else ("no_ground", None)
        return {
            "kind": "consent",
            "talk": conversation.code,
            "possible": possible,
            "why": why or None,
            "again": moment(again) if again else None,
            "recipients": list(asks.recipients) if possible else [],
            "asks": bool(roles_of(membership.organisation, membership.staff) & set(asks.askers)),
            "question": question(row, now) if row else None,
        }


# The visitor
def agree(*, row: OpeningConsent, now: datetime) -> None:
    """Yes. Raises RefusedError("over"), AuditUnavailable."""
    with as_refused():
        consents.agree(row=row, now=now)


def refuse(*, row: OpeningConsent, now: datetime) -> None:
    """No. Raises RefusedError("over")."""
    with as_refused():
        consents.refuse(row=row, now=now)


def withdraw(*, row: OpeningConsent, now: datetime) -> None:
    """Not any more. Raises RefusedError("over"): it was opened, or is over already."""
    with as_refused():
        consents.withdraw(row=row, now=now)


def open_questions(conversation: Conversation, now: datetime) -> list[dict[str, Any]]:
    """All that waits for an answer of a visitor who comes back, or stands; needs the organisation's scope."""
    asked = (handovers.open_question(conversation, now), open_question(conversation, now))
    return [question for question in asked if question]


def open_question(conversation: Conversation, now: datetime) -> dict[str, Any] | None:
    """What a visitor who comes back is told: the question that waits, or their yes; needs the organisation's scope."""
    row = consents.latest(conversation.code, KIND)
    if row is None or row.state not in WORTH_TELLING or (row.state != ConsentState.USED and row.until <= now):
        return None
    return visitor_frame(row, now)


def visitor_frame(row: OpeningConsent, now: datetime) -> dict[str, Any]:
    return {"kind": "consent", **question(row, now)}


def question(row: OpeningConsent, now: datetime) -> dict[str, Any]:
    """One question as both sides see it; nothing in it tells where the visitor is."""
    try:
        purpose = consents.purpose_of(row)
    except (keys.KeyGoneError, UnreadableError):
        purpose = ""
    return {
        "id": row.code,
        "state": str(row.state),
        "offices": list(disclosure.stored(row.holders, None).offices),
        "recipient": row.recipient,
        "purpose": purpose,
        "at": moment(row.answered_at or row.asked_at),
        "until": moment(row.until),
        "left": max(0, round((row.until - now).total_seconds())) if row.state == ConsentState.ASKED else None,
    }


# What `privacy.consents` asks of us
def goes_on(organisation_id: int, code: str) -> bool:
    """A talk in which the visitor can be reached: they have a counsellor, or wait for one."""
    with inside(organisation_id):
        return bool(Conversation.objects.filter(code=code, state__in=OPEN).exists())


def has_ground(row: OpeningConsent) -> bool:
    """Whether who asked still has the talk, to explain what was asked."""
    with inside(row.organisation_id):
        who = Membership.objects.in_force().filter(organisation=row.organisation_id, staff=row.asked_by_id)
        rows = Conversation.objects.filter(code=row.conversation, state=State.ACTIVE)
        return row.asked_by_id is not None and bool(rows.filter(counsellor__in=who).exists())


def heard(row: OpeningConsent) -> None:
    """A question was asked, answered, or is over: its visitor sees it, and the desk of who has the talk looks again."""
    with inside(row.organisation_id):
        talk = Conversation.objects.filter(code=row.conversation).first()
    if talk is None:
        return
    told = [
        Told(
            visitor(row.organisation_id, talk.code), visitor_frame(row, row.ended_at or row.answered_at or row.asked_at)
        )
    ]
    if talk.counsellor_id:
        news = {"kind": "consent_news", "talk": talk.code}
        told.append(Told(member(row.organisation_id, talk.counsellor_id), news))
    after_commit(*told)


def sign_in() -> None:
    consents.sign_in(Talks(goes_on, has_ground, heard))
