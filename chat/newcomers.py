"""Who may begin: the limit to talks in 24 hours, known by marks alone (C07, C08, D06; security goals K2, K3, K4).

`admit` is asked inside the transaction of a start, with the organisation's row locked: starts of one organisation go one by
one, so fifty at once never give a fifth talk. What counts is asked of the talks themselves: those that somebody answered, and
those that still wait. A visit is marked with its place in the row of visits of one window; the places that are taken are found
by making every mark anew. So no two rows of a visitor look alike, and with the key their tie is gone.
"""

import hmac
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import IPv6Address
from typing import Any

import msgspec
from django.db import transaction

from chat import retention
from chat.models import Block, Contact, Conversation, new_code
from chat.queries import moment
from chat.states import Party, State, Why
from chat.wire import RefusedError
from helplines.models import Line
from helplines.policies import NUMBERS, PolicyValues
from helplines.remembered import policy_now
from helplines.signin import place_of
from helplines.tenancy import inside
from privacy import clocks, pseudonyms, sealing

DAY = timedelta(hours=24)
KEPT = 2 * DAY
PURPOSE, BLOCKS = "contact", "block"
MOST = NUMBERS["contact_limit"][1]
# Addresses for documentation: nobody comes from there.
NOWHERE = IPv6Address("2001:db8::")


@dataclass(frozen=True, repr=False)
class Visitor:
    """What a start shows of who comes: the secret of the tab, and the address. Never stored, never shown."""

    token: str = ""
    address: str = ""

    def known(self, keyed_on: str) -> dict[str, bytes]:
        """By kind, what this organisation goes by; what was not shown is not there."""
        shown = {"token": self.token.encode(), "address": place_of(self.address) if self.address else b""}
        return {kind: value for kind, value in shown.items() if value and keyed_on in {kind, "both"}}


NOBODY = Visitor()


@dataclass(frozen=True)
class Admitted:
    """Somebody may begin: what is kept of that beside the talk; `at` is the moment on the clock of all nodes."""

    at: datetime | None = None
    marks: dict[str, str] = field(default_factory=dict)
    window: int = 0
    stands: dict[str, bytes] = field(default_factory=dict)
    number: int | None = None


class TurnedAwayError(Exception):
    """This visitor may not begin before `again`."""

    def __init__(self, why: Why, now: datetime, again: datetime) -> None:
        super().__init__(why)
        self.why, self.now, self.again = why, now, again


def admit(line: Line, visitor: Visitor, policy: PolicyValues, now: datetime) -> Admitted:
    """Let this visitor begin (needs the organisation's scope and its lock), or raise TurnedAwayError.

    What is counted over hours is counted on the clock of the database: no node that is ahead lets in a fifth (J3).
    """
    known, now = visitor.known(policy.keyed_on), clocks.shared(now)
    if not known:
        return Admitted(now)
    check_blocks(line.organisation_id, known, now)
    window, blocking = pseudonyms.key_now(line.organisation_id, BLOCKS, now)
    stands = stand_ins(blocking, known)
    if policy.contact_limit is None and not policy.show_frequency:
        return Admitted(now, window=window, stands=stands)
    _window, key = pseudonyms.key_now(line.organisation_id, PURPOSE, now)
    alive = list(pseudonyms.keys_alive(line.organisation_id, PURPOSE, now).values())
    times: list[list[datetime]] = []
    marks = {}
    for kind, value in known.items():
        free_places(alive, kind, value)
        rows = Contact.objects.filter(**{f"{kind}__in": places(alive, kind, value)})
        times.append(sorted(rows.counting(now - DAY).values_list("at", flat=True)))
        taken = set(rows.values_list(kind, flat=True))
        marks[kind] = next((mark for mark in places([key], kind, value) if mark not in taken), "")
    check_limit(times, policy.contact_limit, now)
    return Admitted(now, marks, window, stands, 1 + max(map(len, times)) if policy.show_frequency else None)


def stand_ins(key: bytes, known: dict[str, bytes]) -> dict[str, bytes]:
    """By kind, what a block of this window is made of."""
    return {kind: pseudonyms.mark(key, kind, value) for kind, value in known.items()}


def check_blocks(organisation_id: int, known: dict[str, bytes], now: datetime) -> None:
    """Raise TurnedAwayError for who is blocked; of two blocks the one that lasts longer is told."""
    blocks = list(Block.objects.in_force(now).filter(organisation_id=organisation_id))
    if not blocks:
        return
    keys = pseudonyms.keys_alive(organisation_id, BLOCKS, now)
    stands = {window: stand_ins(key, known) for window, key in keys.items()}
    hit = [
        row.until
        for row in blocks
        for kind, stand in stands.get(row.window, {}).items()
        if hmac.compare_digest(getattr(row, kind), pseudonyms.mark(stand, row.code).hex())
    ]
    if hit:
        raise TurnedAwayError(Why.BLOCKED, now, max(hit))


def sealed(conversation: Conversation, admitted: Admitted) -> bytes:
    """The stand-ins beside a talk, under the key of the window and bound to the talk."""
    at = admitted.at or conversation.started_at
    _window, key = pseudonyms.key_now(conversation.organisation_id, PURPOSE, at)
    told = msgspec.json.encode({kind: stand.hex() for kind, stand in admitted.stands.items()})
    return sealing.seal(key, told, where(conversation.organisation_id, conversation.pk))


def unsealed(contact: Contact, now: datetime) -> dict[str, bytes]:
    """The stand-ins beside a talk; none once the key of its window is gone."""
    key = pseudonyms.keys_alive(contact.organisation_id, PURPOSE, now).get(contact.window)
    if key is None or not contact.sealed:
        return {}
    told = sealing.unseal(key, contact.sealed, where(contact.organisation_id, contact.conversation_id))
    return {kind: bytes.fromhex(stand) for kind, stand in msgspec.json.decode(told).items()}


def where(organisation_id: int, conversation: int) -> bytes:
    return sealing.place("contact", organisation_id, conversation)


def check_limit(times: list[list[datetime]], limit: int | None, now: datetime) -> None:
    """`times`: when each talk that counts began, oldest first, by tab and by address. The fuller of the two decides."""
    full = [began[-limit] + DAY for began in times if limit is not None and len(began) >= limit]
    if full:
        raise TurnedAwayError(Why.LIMIT, now, max(full))


def places(keys: list[bytes], kind: str, value: bytes) -> list[str]:
    """Every mark that a visit of this visitor can have under these keys."""
    return [pseudonyms.mark(key, kind, value, place).hex() for key in keys for place in range(MOST)]


def free_places(keys: list[bytes], kind: str, value: bytes) -> None:
    """A talk that nobody answered leaves nothing behind: its place is for another."""
    rows = Contact.objects.filter(**{f"{kind}__in": places(keys, kind, value)})
    rows.unanswered().delete()


def remember(conversation: Conversation, admitted: Admitted) -> None:
    """Part of the transaction of the start."""
    if admitted.stands:
        Contact.objects.create(
            organisation_id=conversation.organisation_id,
            conversation=conversation,
            at=admitted.at or conversation.started_at,
            number=admitted.number,
            window=admitted.window,
            sealed=sealed(conversation, admitted),
            **admitted.marks,
        )


@contextmanager
def turning_away(line: Line, code: str, language: str) -> Iterator[None]:
    """Around the transaction of a start: who is turned away is recorded as refused, without a mark, and told from when."""
    try:
        yield
    except TurnedAwayError as turned:
        record(line, code, language, turned)
        raise RefusedError(str(turned.why), again=moment(turned.again)) from None


def record(line: Line, code: str, language: str, turned: TurnedAwayError) -> None:
    """That somebody was refused, when and why; nothing of who, and there is no key because there is nothing to read."""
    with inside(line.organisation), transaction.atomic():
        given = {"code": code, "language": language, "state": State.REFUSED, "end_reason": turned.why}
        retention.begin_clock(over_at_once(line, policy_now(line, turned.now), turned.now, given), turned.now)


def over_at_once(line: Line, policy: PolicyValues, now: datetime, given: dict[str, Any]) -> Conversation:
    """A row of a talk that was over in the moment in which it began, with nothing in it."""
    conversation: Conversation = Conversation.objects.create(
        organisation_id=line.organisation_id,
        line=line,
        started_at=now,
        waiting_since=now,
        ended_at=now,
        ended_by=Party.SYSTEM,
        soft_minutes=policy.soft_minutes,
        rejoin_minutes=policy.rejoin_minutes,
        visitor_connected=False,
        visitor_seen_at=now,
        rejoin_until=now,
        **given,
    )
    return conversation


def tried(line: Line, policy: PolicyValues, now: datetime) -> int:
    """How many talks a visitor who is made up for this can begin on a line with a limit, at most one more than it allows.

    Nothing of it is kept (needs the organisation's scope). What is stored ties no two visits together, so this is how it shows.
    """
    limit, count = policy.contact_limit or 0, 0
    visitor = Visitor(secrets.token_urlsafe(32), str(NOWHERE + (secrets.randbits(32) << 64)))
    given = {"language": line.organisation.first_language, "state": State.CLOSED, "claimed_at": now}
    with transaction.atomic():
        try:
            while count <= limit:
                admitted = admit(line, visitor, policy, now)
                remember(over_at_once(line, policy, now, {**given, "code": new_code()}), admitted)
                count += 1
        except TurnedAwayError:
            pass
        transaction.set_rollback(True)
    return count


def due(organisation_id: int, now: datetime) -> int:
    """How many rows count for nothing any more."""
    with inside(organisation_id):
        return int(Contact.objects.passed(clocks.shared(now) - KEPT).count())


def erase(organisation_id: int, now: datetime, limit: int) -> int:
    """Erase at most so many of them; gives how many. Safe to run twice."""
    with inside(organisation_id):
        rows = list(Contact.objects.passed(clocks.shared(now) - KEPT).values_list("pk", flat=True)[:limit])
        return int(Contact.objects.filter(pk__in=rows).delete()[0])
