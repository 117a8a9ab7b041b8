"""Asking to open an identity, and agreeing to it, one office after the other (E01-E05, E07, D08; goals B4-B9).

A request runs asked → agreed to by each office in its order → opened → gone; or ends as declined, withdrawn, too late, nothing
kept, or damaged. In doubt nothing is opened. Each step is one UPDATE with the check in it, in one transaction with the audit
log, so of a hundred who agree at once one opens. What an office leaves behind is stored under the key of the talk, and what was
opened under a secret of one browser as well: neither is readable in the database. A talk of which nothing is kept runs the
same course, with noise for its layers, until everybody agreed.
"""

import json
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple, NoReturn
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction

from helplines import post
from helplines.models import Organisation, Staff
from helplines.openings import CONSENT
from helplines.tenancy import across_organisations, inside
from privacy import consents, deciders, disclosure, envelopes, keys, layers, opening_letters
from privacy.access import offices_of
from privacy.audit import Event
from privacy.disclosure import Asked, Procedure
from privacy.models import READ, OpeningRequest, OpeningState, SealedIdentity
from privacy.opening import RefusedError, roles_of, told
from privacy.sealing import UnreadableError

EMERGENCY_WAITS, ORDER_WAITS, CONSENT_WAITS = timedelta(hours=24), timedelta(days=14), timedelta(hours=24)
# How long somebody in danger may wait before an alarm says that nobody looked (M9).
UNSEEN = timedelta(minutes=5)


class Words(NamedTuple):
    """What somebody wrote with a request, and the code of the visitor's yes on which it stands."""

    why: str
    order: dict[str, str]
    consent: str = ""


class Agreed(NamedTuple):
    """A request after an office agreed. `secret` opens what was opened, in one browser; `value` is for the command line."""

    request: OpeningRequest
    secret: str = ""
    value: str = ""

    def __repr__(self) -> str:
        return f"Agreed({self.request})"


def today_of(organisation: Organisation, now: datetime) -> Any:
    return now.astimezone(ZoneInfo(organisation.time_zone)).date()


def procedure_for(conversation: str, kind: str, otherwise: Procedure) -> Procedure:
    """The procedure under which a talk was sealed, else the one of the policy it began under; needs the scope.

    The two are the same, so nobody learns from it whether something is kept.
    """
    row = SealedIdentity.objects.filter(conversation=conversation, kind=kind).first()
    return disclosure.stored(row.holders, row.terms) if row else otherwise


def ask(
    *,
    organisation: Organisation,
    conversation: str,
    began_at: datetime,
    kind: str,
    asks: Procedure,
    asked: Asked,
    why: str,
    by: Staff,
    device: str,
    now: datetime,
) -> OpeningRequest:
    """Ask to open one field of a talk that `by` may read; `device` is a mark of the browser, `asks` is its procedure.

    Raises RefusedError: "asker", "ground", "recipient", "discussed", "order", "consent" by the procedure; "no_approver" when
    nobody can agree, and then an alarm goes out; "another_open"; "gone" when the talk is. Raises AuditUnavailable.
    """
    let_lapse(organisation, now)
    with inside(organisation):
        told(Event.IDENTITY_ASKED, organisation, conversation, asked, by, "")
        yes = consents.standing(conversation, kind, now) if asked.ground == CONSENT else None
        # The purpose is the one that the visitor read, in its words.
        why = asked.purpose if asked.ground == CONSENT else why
        reason = disclosure.refusal(asks, asked, roles_of(organisation, by), today_of(organisation, now), yes)
        reason = reason or ("no_approver" if deciders.lacking(organisation, asks, by) else "")
        row = OpeningRequest(
            organisation=organisation,
            code=secrets.token_urlsafe(16),
            conversation=conversation,
            talk_began_at=began_at,
            kind=kind,
            holders=asks.holders,
            terms=asks.terms,
            ground=asked.ground,
            recipient=asked.recipient,
            discussed=asked.discussed,
            asked_by=by,
            asked_at=now,
            asked_on=device,
            expires_at=now + waits(asked),
        )
        reason = reason or stored(row, Words(why, dict(asked.order), asked.consent))
        if reason:
            told(Event.IDENTITY_REFUSED, organisation, conversation, asked, by, reason)
        else:
            write_to(row)
    if reason == "no_approver":
        opening_letters.raise_alarm(organisation.pk, reason)
    if reason:
        raise RefusedError(reason)
    return row


def waits(asked: Asked) -> timedelta:
    """For how long a request on this ground waits for who must agree."""
    if asked.ground == CONSENT:
        return CONSENT_WAITS
    return EMERGENCY_WAITS if asked.is_emergency else ORDER_WAITS


def stored(row: OpeningRequest, words: Words) -> str:
    """Store a request with its words; gives why not, in a word."""
    try:
        key = keys.conversation_key(row.organisation_id, row.conversation)
        row.words = layers.seal_words(row, key, json.dumps(words._asdict()))
        with transaction.atomic():
            # Whoever takes the yes back at this moment finds this request, or is before it: none stays without its yes.
            if row.ground == CONSENT and not consents.hold(words.consent):
                return "consent"
            row.save()
    except keys.KeyGoneError:
        return "gone"
    except IntegrityError:
        return "another_open"
    return ""


def words_of(row: OpeningRequest) -> Words:
    """What was written with a request. Raises RefusedError: "gone", or "damaged" when anything in the request was changed."""
    try:
        key = keys.conversation_key(row.organisation_id, row.conversation)
        return Words(**json.loads(layers.open_words(row, key)))
    except keys.KeyGoneError:
        raise RefusedError("gone") from None
    except (UnreadableError, TypeError, ValueError):
        raise RefusedError("damaged") from None


def asked_of(row: OpeningRequest, words: Words) -> Asked:
    purpose = words.why if words.consent else ""
    return Asked(row.ground, row.recipient, row.discussed, words.order, words.consent, purpose)


def read(*, row: OpeningRequest, by: Staff) -> Words:
    """What was written with a request, for who may see it; the log says so first. Raises RefusedError, AuditUnavailable."""
    words = words_of(row)
    if by != row.asked_by:
        told(Event.NOTE_READ, row.organisation, row.conversation, asked_of(row, words), by, READ)
    return words


def agree(
    *, organisation: Organisation, code: str, by: Staff | None, private: bytes, device: str, now: datetime
) -> Agreed:
    """An office agrees, and takes off its layer with its key; the last one opens what is inside.

    `by` is None for the command line, where only the provider agrees. Raises RefusedError: "gone" (decided, too late, or the
    talk is gone), "damaged", "asker" and the other words of the procedure, "approver_gone", "not_you", "same_person",
    "same_device", "consent" (no yes of the visitor stands), "keys" (not one of this office), "late_key" (the last key came after
    the talk; another may open it). Raises AuditUnavailable, and then nothing happened.
    """
    with inside(organisation):
        row = OpeningRequest.objects.waiting(now).select_related("organisation", "asked_by").filter(code=code).first()
        if row is None or not row.office:
            raise RefusedError("gone")
        words, why = words_or_reason(row)
        asked = asked_of(row, words)
        why = why or refusal(row, asked, by, private, device, now)
        if why:
            refuse(row, asked, by, why)
        return peel(row, asked, by, private, device, now)


def words_or_reason(row: OpeningRequest) -> tuple[Words, str]:
    try:
        return words_of(row), ""
    except RefusedError as error:
        return Words("", {}), error.why


def refuse(row: OpeningRequest, asked: Asked, by: Staff | None, why: str) -> NoReturn:
    """Say it in the log, then raise RefusedError."""
    told(Event.IDENTITY_REFUSED, row.organisation, row.conversation, asked, by, why)
    raise RefusedError(why)


def refusal(row: OpeningRequest, asked: Asked, by: Staff | None, private: bytes, device: str, now: datetime) -> str:
    """Why this person with this key cannot agree now, in a word; everything is looked at again at each step."""
    organisation, asks = row.organisation, disclosure.stored(row.holders, row.terms)
    if row.asked_by is None:
        return "asker"
    before = people_before(row)
    if None in before or not all(
        is_still(organisation, office, one) for office, one in zip(asks.offices, before, strict=False)
    ):
        return "approver_gone"
    known = [row.asked_by, *[one for one in before if one is not None]]
    yes = consents.standing(row.conversation, row.kind, now) if row.ground == CONSENT else None
    used = {row.asked_on, *[entry["device"] for entry in row.approvals]}
    return (
        disclosure.refusal(asks, asked, roles_of(organisation, row.asked_by), today_of(organisation, now), yes)
        or deciders.person_refusal(organisation, row.office, by, known)
        or ("same_device" if by is not None and device in used else "")
        or deciders.key_refusal(row.office, private, by, known)
    )


def people_before(row: OpeningRequest) -> list[Staff | None]:
    """Who agreed so far; None for somebody who has no account any more."""
    found = Staff.objects.in_bulk([entry["by"] for entry in row.approvals if entry["by"] is not None])
    return [found.get(entry["by"]) for entry in row.approvals]


def is_still(organisation: Organisation, office: str, one: Staff | None) -> bool:
    return one is not None and office in offices_of(organisation, one)


def peel(row: OpeningRequest, asked: Asked, by: Staff | None, private: bytes, device: str, now: datetime) -> Agreed:
    """Take off one layer and keep what is left, or end; see `agree`."""
    key = keys.conversation_key(row.organisation_id, row.conversation)
    identity = SealedIdentity.objects.filter(conversation=row.conversation, kind=row.kind).first()
    left = layers.without_one(row, identity, key, private)
    name = envelopes.name_of(envelopes.public_of(private))
    entry = {"by": by.pk if by else None, "office": row.office, "key": name, "device": device, "at": now.isoformat()}
    approvals, asks = [*row.approvals, entry], disclosure.stored(row.holders, row.terms)
    changes: dict[str, Any] = {"agreed": row.agreed + 1, "approvals": approvals}
    if row.agreed + 1 < len(asks.offices):
        layer = layers.seal_layer(row, key, approvals, left or layers.noise(len(asks.offices) - row.agreed - 1))
        step(row, asked, by, [(Event.IDENTITY_APPROVED, row.office)], layer=layer, **changes)
        write_to(row)
        return Agreed(row)
    if identity is not None and left is None and layers.is_of_another_time(row, identity, private):
        refuse(row, asked, by, "late_key")
    ended = {**changes, "layer": None, "ended_at": now}
    value = layers.value_of(identity, left)
    if value is None:
        state = OpeningState.NOTHING if identity is None else OpeningState.DAMAGED
        told_so = [(Event.IDENTITY_APPROVED, row.office), (Event.IDENTITY_REFUSED, state.value)]
        step(row, asked, by, told_so, state=state, **ended)
        return Agreed(row)
    return opened(row, asked, by, value, key, now + timedelta(minutes=asks.minutes), ended)


def opened(
    row: OpeningRequest,
    asked: Asked,
    by: Staff | None,
    value: str,
    key: bytes,
    gone_at: datetime,
    ended: dict[str, Any],
) -> Agreed:
    """Keep what was opened for one person's browser and the minutes of the policy; the command line shows it at once."""
    secret = secrets.token_urlsafe(32) if by else ""
    state = OpeningState.OPENED if by else OpeningState.GONE
    shown = layers.seal_shown(row, key, secret, value) if by else None
    events = [(Event.IDENTITY_APPROVED, row.office), (Event.IDENTITY_OPENED, "")]
    with transaction.atomic():
        # First, so that a visitor who takes the yes back at this moment is either in time or told that it is too late.
        if row.ground != CONSENT or consents.use(asked.consent, ended["ended_at"]):
            step(row, asked, by, events, state=state, shown=shown, opened_by=by, gone_at=gone_at, **ended)
            return Agreed(row, secret, "" if by else value)
    refuse(row, asked, by, "consent")


@transaction.atomic
def step(
    row: OpeningRequest, asked: Asked, by: Staff | None, events: Sequence[tuple[Event, str]], **changes: Any
) -> None:
    """One step of a request, with the log. Of two at once the second finds it gone. Raises RefusedError, AuditUnavailable."""
    same = OpeningRequest.objects.filter(pk=row.pk, state=OpeningState.ASKED, agreed=row.agreed)
    if same.update(**changes) != 1:
        raise RefusedError("gone")
    for event, why in events:
        told(event, row.organisation, row.conversation, asked, by, why)
    for name, value in changes.items():
        setattr(row, name, value)


def show(*, row: OpeningRequest, by: Staff, secret: str, now: datetime) -> str:
    """What was opened, to the one who opened it, in that browser, while it is visible.

    Raises RefusedError: "gone"; "elsewhere" in another browser. Raises AuditUnavailable.
    """
    offices = disclosure.stored(row.holders, row.terms).offices
    if row.opened_by != by or not row.is_visible(now) or not is_still(row.organisation, offices[-1], by):
        raise RefusedError("gone")
    try:
        key = keys.conversation_key(row.organisation_id, row.conversation)
        value = layers.open_shown(row, key, secret)
    except keys.KeyGoneError:
        raise RefusedError("gone") from None
    except UnreadableError:
        raise RefusedError("elsewhere") from None
    told(Event.IDENTITY_SHOWN, row.organisation, row.conversation, asked_of(row, words_of(row)), by, "")
    return value


def turn_down(*, row: OpeningRequest, by: Staff, now: datetime) -> OpeningState:
    """Withdraw an own request, or decline one for an office. Raises RefusedError: "gone", "not_you"; AuditUnavailable."""
    offices = disclosure.stored(row.holders, row.terms).offices
    if by != row.asked_by and not set(offices) & set(offices_of(row.organisation, by)):
        raise RefusedError("not_you")
    state = OpeningState.WITHDRAWN if by == row.asked_by else OpeningState.DECLINED
    words, _why = words_or_reason(row)
    step(row, asked_of(row, words), by, [(Event.IDENTITY_REFUSED, state.value)], state=state, layer=None, ended_at=now)
    return state


def let_lapse(organisation: Organisation, now: datetime) -> None:
    """End what nobody decided in time, and remove what was opened and is visible no longer. Safe to run twice."""
    consents.let_lapse(organisation.pk, now)
    with inside(organisation):
        late = OpeningRequest.objects.filter(state=OpeningState.ASKED, expires_at__lte=now).select_related(
            "organisation"
        )
        for row in late:
            asked = Asked(row.ground, row.recipient, row.discussed)
            try:
                ended = {"state": OpeningState.EXPIRED, "layer": None, "ended_at": now}
                step(row, asked, None, [(Event.IDENTITY_REFUSED, "expired")], **ended)
            except RefusedError:
                continue
        passed = OpeningRequest.objects.filter(state=OpeningState.OPENED, gone_at__lte=now)
        passed.update(state=OpeningState.GONE, shown=None, layer=None)


def alarm_if_unseen(organisation: Organisation, now: datetime) -> int:
    """Raise the alarm for each emergency that nobody of the office looked at; once each. Gives how many."""
    with inside(organisation):
        unseen = OpeningRequest.objects.unseen(now - UNSEEN).filter(alarmed_at=None)
        count = int(unseen.update(alarmed_at=now))
    if count:
        opening_letters.raise_alarm(organisation.pk, "unseen")
    return count


def unseen_everywhere(now: datetime) -> int:
    with across_organisations():  # a figure for the operator, over everything and about nobody
        return int(OpeningRequest.objects.unseen(now - UNSEEN).count())


def write_to(row: OpeningRequest) -> None:
    """Tell everybody whose turn it is, without a word of what it is about."""
    if not row.office or row.asked_by is None:
        return
    before = [row.asked_by, *[one for one in people_before(row) if one is not None]]
    for person in deciders.others(deciders.of_office(row.organisation, row.office), before):
        post.send("opening", organisation=row.organisation_id, person=person.pk, code=row.code)
