"""Blocking a visitor for the hours of the policy, by marks alone (C06, D06; requirements, question 4).

At the start of a talk a stand-in of the visitor is sealed beside it under the key of its window. A block takes it from there, so
that nobody is ever shown who it is. It lifts by itself; its keys and its row go then.
"""

from datetime import datetime, timedelta

from django.db import transaction

from chat import newcomers, service
from chat.models import Block, Contact, Conversation, new_code
from chat.states import Party, State, Why
from chat.wire import RefusedError
from helplines.models import Membership, Role
from helplines.remembered import policy_now
from helplines.tenancy import inside
from privacy import audit, clocks, pseudonyms
from privacy.audit import Event

LIFTERS = frozenset({Role.MENTOR, Role.ADMINISTRATOR})


def block(*, conversation: Conversation, membership: Membership, reason: str, now: datetime) -> Block:
    """The counsellor ends their own talk and blocks its visitor; noted in the audit log in the same transaction.

    Raises RefusedError: "closed" or "not_here" as for an end, "cannot_block" where the visitor showed nothing to be known by.
    """
    with inside(conversation.organisation_id), transaction.atomic():
        ended = service.finish(
            conversation=conversation,
            name="close",
            by=Party.COUNSELLOR,
            why=Why.BLOCKED,
            now=now,
            counsellor=membership,
        )
        if not ended:
            conversation.refresh_from_db(fields=["state"])
            raise RefusedError("not_here" if conversation.state == State.ACTIVE else "closed")
        made = keep_out(conversation, membership, reason, now)
        audit.record(
            organisation=conversation.organisation_id,
            event=Event.BLOCKED,
            who=membership.staff,
            role=membership.role,
            what=conversation.code,
            why=reason,
        )
    return made


def keep_out(conversation: Conversation, membership: Membership, reason: str, now: datetime) -> Block:
    """From now on this visitor cannot begin; raises RefusedError("cannot_block")."""
    organisation_id, code, now = conversation.organisation_id, new_code(), clocks.shared(now)
    until = now + timedelta(hours=policy_now(conversation.line, now).block_hours)
    contact = Contact.objects.filter(conversation=conversation).first()
    stands = newcomers.unsealed(contact, now) if contact else {}
    if contact is None or not stands:
        raise RefusedError("cannot_block")
    if not pseudonyms.keep_until(organisation_id, newcomers.BLOCKS, contact.window, until):
        raise RefusedError("cannot_block")
    made: Block = Block.objects.create(
        organisation_id=organisation_id,
        code=code,
        by=membership,
        reason=reason,
        at=now,
        until=until,
        window=contact.window,
        **{kind: pseudonyms.mark(stand, code).hex() for kind, stand in stands.items()},
    )
    return made


def may_lift(membership: Membership) -> bool:
    return membership.role in LIFTERS


def in_force(membership: Membership, now: datetime) -> list[Block]:
    """The blocks that who guides the lines may lift, newest first: since when, until when, by whom and why (needs the scope)."""
    rows = Block.objects.in_force(clocks.shared(now)).filter(organisation_id=membership.organisation_id)
    return list(rows.select_related("by__staff").order_by("-at", "-pk")) if may_lift(membership) else []


def lift(*, code: str, membership: Membership, now: datetime) -> None:
    """End a block before its time; noted in the audit log. Raises RefusedError("over")."""
    with inside(membership.organisation_id), transaction.atomic():
        rows = Block.objects.in_force(clocks.shared(now)).filter(organisation_id=membership.organisation_id, code=code)
        if not may_lift(membership) or not rows.delete()[0]:
            raise RefusedError("over")
        audit.record(
            organisation=membership.organisation_id,
            event=Event.BLOCKED,
            who=membership.staff,
            role=membership.role,
            what=code,
            why="lifted",
        )


def due(organisation_id: int, now: datetime) -> int:
    """How many blocks are over."""
    with inside(organisation_id):
        return int(Block.objects.over(clocks.shared(now)).count())


def erase(organisation_id: int, now: datetime, limit: int) -> int:
    """Erase at most so many blocks that are over; gives how many. Safe to run twice."""
    with inside(organisation_id):
        rows = list(Block.objects.over(clocks.shared(now)).values_list("pk", flat=True)[:limit])
        return int(Block.objects.filter(pk__in=rows).delete()[0])
