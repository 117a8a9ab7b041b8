"""The yes of a visitor as a ground to open what is sealed: asked in the talk, recorded by the program (E05, E06; goals B4, B6).

asked ──yes──▶ given ──opened──▶ used
  │              │
  │              ├──taken back──▶ withdrawn      the visitor, until it is opened
  ├──no──────────│──────────────▶ refused
  ├──drop────────┴──────────────▶ dropped        who asked needs it no more
  ├──late────────┴──────────────▶ lapsed         no answer in time; a yes that is a day old
  └──end─────────┴──────────────▶ ended          the talk is over, or the question lost its ground

A yes stands only while its talk goes on: so long the visitor can take it back where they gave it. It counts once, for the
purpose, the recipient and the offices that the visitor read. In doubt there is none. What makes a yes needs the audit log; what
ends one does not, for nobody is kept to a yes because a log is full.
"""

import hashlib
import logging
import secrets
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from django.db import IntegrityError, transaction

from helplines.models import Organisation, Staff
from helplines.openings import CONSENT
from helplines.tenancy import inside
from privacy import audit, disclosure, keys, sealing
from privacy.audit import AuditUnavailable, Event
from privacy.disclosure import Consent, Procedure
from privacy.models import AuditEntry, ConsentState, OpeningConsent, OpeningRequest, OpeningState
from privacy.models.consent import LIVE
from privacy.sealing import UnreadableError

logger = logging.getLogger(__name__)
PURPOSE = "opening-consent"
YES = b"yes"
# Long enough to think it over and to ask what it means.
ANSWER_TIME = timedelta(minutes=5)
# A yes counts no longer, however long the talk stays open.
COUNTS_FOR = timedelta(hours=24)
# In one talk, whoever asks: who said no is asked once more at the most, and not at once.
MOST_ASKED, REST = 2, timedelta(minutes=10)
# Breaks of lines and other controls; joiners of letters and signs; letters and signs without a picture.
BREAKS, JOINERS, FILLERS = ("Cc", "Zl", "Zp"), "\u200c\u200d", "\u115f\u1160\u2800\u3164\uffa0"
ENDINGS = {
    ConsentState.REFUSED: Event.CONSENT_REFUSED,
    ConsentState.WITHDRAWN: Event.CONSENT_WITHDRAWN,
    ConsentState.DROPPED: Event.CONSENT_LAPSED,
    ConsentState.LAPSED: Event.CONSENT_LAPSED,
    ConsentState.ENDED: Event.CONSENT_LAPSED,
}

# What the log may tell of a yes; and how far the clocks of two computers may be apart, to look for it.
TELLING = (Event.CONSENT_GIVEN, *sorted(set(ENDINGS.values())), Event.IDENTITY_OPENED)
CLOCKS_APART = timedelta(days=1)


class ConsentError(Exception):
    """It cannot be asked or answered; `why` is a word, `again` from when it can be asked once more."""

    def __init__(self, why: str, again: datetime | None = None) -> None:
        super().__init__(why)
        self.why = why
        self.again = again


class Talks(NamedTuple):
    """What whoever knows of talks tells us: whether one goes on, whether its question still has its ground, and who listens."""

    goes_on: Callable[[int, str], bool]
    has_ground: Callable[[OpeningConsent], bool]
    heard: Callable[[OpeningConsent], None]


_talks: list[Talks] = []


def sign_in(talks: Talks) -> None:
    """Called by the app that has the talks, when it is ready."""
    _talks[:] = [talks]


def goes_on(organisation_id: int, conversation: str) -> bool:
    """Whether this talk goes on now. Where nobody knows of talks, none does."""
    return bool(_talks) and _talks[0].goes_on(organisation_id, conversation)


def tell(row: OpeningConsent) -> None:
    for talks in _talks:
        talks.heard(row)


# Asking
def ask(
    *,
    organisation: Organisation,
    conversation: str,
    kind: str,
    asks: Procedure,
    recipient: str,
    purpose: str,
    by: Staff,
    now: datetime,
) -> OpeningConsent:
    """Ask the visitor of a talk that `by` has, under its procedure; the caller holds the row of the talk, in a transaction.

    Raises ConsentError: "no_ground" (this procedure has no such ground, or not for this recipient), "empty" (no purpose),
    "closed" (the talk does not go on, or is gone), and those of `unaskable`. Raises AuditUnavailable.
    """
    if not asks.offices or CONSENT not in asks.grounds or recipient not in asks.recipients:
        raise ConsentError("no_ground")
    purpose = in_sight(purpose)
    if not any(character.isalnum() for character in purpose):
        raise ConsentError("empty")
    with inside(organisation), transaction.atomic():
        let_lapse(organisation.pk, now, conversation)
        if not goes_on(organisation.pk, conversation):
            raise ConsentError("closed")
        why, again = unaskable(conversation, kind, now)
        if why:
            raise ConsentError(why, again)
        row = OpeningConsent(
            organisation=organisation,
            code=secrets.token_urlsafe(16),
            conversation=conversation,
            kind=kind,
            holders=asks.holders,
            recipient=recipient,
            asked_by=by,
            asked_at=now,
            until=now + ANSWER_TIME,
        )
        store(row, purpose)
        logged(row, Event.CONSENT_ASKED, by, recipient)
        tell(row)
    return row


def in_sight(text: str) -> str:
    """A text on one line, without what nobody sees: only the two joiners, which some scripts and signs cannot do without.

    What turns words around would let the visitor read something else than what is kept.
    """
    seen = (" " if unicodedata.category(one) in BREAKS else one for one in text if one in JOINERS or not is_hidden(one))
    return " ".join("".join(seen).split())


def is_hidden(character: str) -> bool:
    return unicodedata.category(character) == "Cf" or character in FILLERS or character == "\0"


def unaskable(conversation: str, kind: str, now: datetime) -> tuple[str, datetime | None]:
    """Why this visitor cannot be asked now, and from when they can: "pending" (asked, or a yes stands), "enough", "too_soon"."""
    rows = list(OpeningConsent.objects.of(conversation, kind).order_by("pk"))
    if any(row.state in LIVE for row in rows):
        return "pending", None
    if len(rows) >= MOST_ASKED:
        return "enough", None
    # Who took their own question back before there was an answer may ask again at once.
    ends = [row.ended_at for row in rows if row.ended_at and (row.answered_at or row.state != ConsentState.DROPPED)]
    again = max(ends) + REST if ends else now
    return ("too_soon", again) if again > now else ("", None)


def store(row: OpeningConsent, purpose: str) -> None:
    try:
        key = keys.conversation_key(row.organisation_id, row.conversation)
        row.purpose = sealing.seal(keys.derived(key, PURPOSE), purpose.encode(), place(row, "purpose"))
        with transaction.atomic():
            row.save()
    except keys.KeyGoneError:
        raise ConsentError("closed") from None
    except IntegrityError:
        raise ConsentError("pending") from None


def place(row: OpeningConsent, what: str, *more: str) -> bytes:
    """Where something of a question belongs: nothing of the question can be changed without losing it."""
    said = (
        row.code,
        row.conversation,
        row.kind,
        row.holders,
        row.recipient,
        str(row.asked_by_id),
        moment(row.asked_at),
    )
    return sealing.place(f"{PURPOSE}-{what}", row.organisation_id, *said, *more)


def answer_place(row: OpeningConsent) -> bytes:
    """Where a yes belongs: that question with that purpose, at that moment, until then."""
    digest = hashlib.sha256(bytes(row.purpose)).hexdigest()
    return place(row, "answer", digest, moment(row.answered_at), moment(row.until))


def moment(at: datetime | None) -> str:
    return "" if at is None else at.astimezone(UTC).isoformat()


def logged(row: OpeningConsent, event: Event, by: Staff | None, why: str) -> None:
    """In the audit log; raises AuditUnavailable."""
    audit.record(
        organisation=row.organisation_id,
        event=event,
        who=by,
        on_behalf_of=disclosure.consent_mark(row.code),
        what=row.conversation,
        why=why,
    )


# Answering
def agree(*, row: OpeningConsent, now: datetime) -> None:
    """The visitor says yes. Raises ConsentError("over"): too late, taken back, or the talk is over; AuditUnavailable."""
    with inside(row.organisation_id), transaction.atomic():
        if not (goes_on(row.organisation_id, row.conversation) and has_ground(row)):
            raise ConsentError("over")
        asked = OpeningConsent.objects.filter(pk=row.pk, state=ConsentState.ASKED, until__gt=now)
        row.answered_at, row.until = now, now + COUNTS_FOR
        try:
            key = keys.conversation_key(row.organisation_id, row.conversation)
        except keys.KeyGoneError:
            raise ConsentError("over") from None
        row.answer = sealing.seal(keys.derived(key, PURPOSE), YES, answer_place(row))
        values = {"answered_at": now, "until": row.until, "answer": row.answer}
        if not asked.update(state=ConsentState.GIVEN, **values):
            raise ConsentError("over")
        row.state = ConsentState.GIVEN
        logged(row, Event.CONSENT_GIVEN, None, row.recipient)
        tell(row)


def has_ground(row: OpeningConsent) -> bool:
    return bool(_talks) and _talks[0].has_ground(row)


def refuse(*, row: OpeningConsent, now: datetime) -> None:
    """The visitor says no; nothing else changes. Raises ConsentError("over")."""
    end(row, (ConsentState.ASKED,), ConsentState.REFUSED, None, now)


def withdraw(*, row: OpeningConsent, now: datetime) -> None:
    """The visitor takes the yes back, until it is opened. Raises ConsentError("over")."""
    end(row, (ConsentState.GIVEN,), ConsentState.WITHDRAWN, None, now)


def drop(*, row: OpeningConsent, by: Staff, now: datetime) -> None:
    """Who has the talk needs it no more: the question goes, or the yes. Raises ConsentError("over")."""
    end(row, LIVE, ConsentState.DROPPED, by, now)


def end(
    row: OpeningConsent, sources: tuple[ConsentState, ...], state: ConsentState, by: Staff | None, now: datetime
) -> None:
    """End a question or a yes, with every request that stands on it, also where the log cannot be written."""
    with inside(row.organisation_id):
        try:
            with transaction.atomic():
                fallen = ended(row, sources, state, now)
                logged(row, ENDINGS[state], by, state.value)
                for _request in range(fallen):
                    # Nobody agreed any more to open it, for want of the visitor's yes.
                    logged(row, Event.IDENTITY_REFUSED, None, CONSENT)
        except AuditUnavailable:
            logger.error("That a question to a visitor ended could not be logged; it ended all the same.")
            with transaction.atomic():
                ended(row, sources, state, now)


def ended(row: OpeningConsent, sources: tuple[ConsentState, ...], state: ConsentState, now: datetime) -> int:
    """End it; gives how many requests fell with it. Raises ConsentError("over")."""
    if not OpeningConsent.objects.filter(pk=row.pk, state__in=sources).update(state=state, answer=None, ended_at=now):
        raise ConsentError("over")
    row.state, row.ended_at = state, now
    waiting = OpeningRequest.objects.filter(
        conversation=row.conversation, kind=row.kind, ground=CONSENT, state=OpeningState.ASKED
    )
    fallen = waiting.update(state=OpeningState.WITHDRAWN, layer=None, ended_at=now)
    tell(row)
    return fallen


def let_lapse(organisation_id: int, now: datetime, conversation: str = "") -> int:
    """End what nobody answered in time, and each yes whose talk is over; gives how many. Safe to run twice."""
    with inside(organisation_id):
        rows = OpeningConsent.objects.live()
        count = 0
        for row in rows.filter(conversation=conversation) if conversation else rows:
            state = lapse_of(row, now)
            if state is not None:
                try:
                    end(row, LIVE, state, None, now)
                except ConsentError:
                    continue
                count += 1
    return count


def lapse_of(row: OpeningConsent, now: datetime) -> ConsentState | None:
    """To what end it has come by itself; None where it stands."""
    if row.until <= now:
        return ConsentState.LAPSED
    if not goes_on(row.organisation_id, row.conversation):
        return ConsentState.ENDED
    return ConsentState.ENDED if row.state == ConsentState.ASKED and not has_ground(row) else None


# What a yes is worth
def standing(conversation: str, kind: str, now: datetime) -> Consent | None:
    """The yes that stands for this at this moment; needs the organisation's scope.

    None when there is none, when it was taken back or is too old, when the talk does not go on, when the row or its purpose
    was changed, or when the audit log tells of no such yes, or of its end.
    """
    row = OpeningConsent.objects.of(conversation, kind).filter(state=ConsentState.GIVEN, until__gt=now).first()
    if row is None or not goes_on(row.organisation_id, conversation) or not is_told(row):
        return None
    try:
        key = keys.derived(keys.conversation_key(row.organisation_id, conversation), PURPOSE)
        if sealing.unseal(key, bytes(row.answer or b""), answer_place(row)) != YES:
            return None
        return Consent(row.code, row.holders, row.recipient, purpose_of(row))
    except (keys.KeyGoneError, UnreadableError):
        return None


def is_told(row: OpeningConsent) -> bool:
    """Whether the log tells of this yes, and of nothing after it: a row that was put back is none."""
    mark, since = disclosure.consent_mark(row.code), row.asked_at - CLOCKS_APART
    told = AuditEntry.objects.filter(event__in=TELLING, at__gte=since, what=row.conversation, on_behalf_of=mark)
    return list(told.values_list("event", flat=True)) == [Event.CONSENT_GIVEN]


def purpose_of(row: OpeningConsent) -> str:
    """What it was asked for, in the words that the visitor read. Raises KeyGoneError, UnreadableError."""
    key = keys.derived(keys.conversation_key(row.organisation_id, row.conversation), PURPOSE)
    return sealing.unseal(key, bytes(row.purpose), place(row, "purpose")).decode()


def hold(code: str) -> bool:
    """Keep a yes as it is until the end of this transaction; False where it does not stand any more."""
    rows = OpeningConsent.objects.select_for_update().filter(code=code, state=ConsentState.GIVEN)
    return bool(rows.values_list("pk", flat=True))


def use(code: str, now: datetime) -> bool:
    """What the yes was for is opened now: it counts no more. Part of that transaction; False when it was taken back just now."""
    rows = OpeningConsent.objects.filter(code=code, state=ConsentState.GIVEN)
    row = rows.first()
    if row is None or not rows.filter(until__gt=now).update(state=ConsentState.USED, answer=None, ended_at=now):
        return False
    row.state = ConsentState.USED
    tell(row)
    return True


def latest(conversation: str, kind: str) -> OpeningConsent | None:
    """The last question to this visitor, whatever came of it; needs the organisation's scope."""
    found: OpeningConsent | None = OpeningConsent.objects.of(conversation, kind).order_by("-pk").first()
    return found


def is_asked(conversation: str) -> bool:
    """Whether this visitor has such a question before them now; needs the organisation's scope."""
    return bool(OpeningConsent.objects.filter(conversation=conversation, state=ConsentState.ASKED).exists())
