"""Writes about who is there: counsellors at their desks, visitors at their tabs."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from chat import announce, rest
from chat.models import Conversation, Presence, PresenceState
from chat.wire import RefusedError
from helplines.models import Membership
from helplines.tenancy import inside


def set_presence(*, membership: Membership, state: str, now: datetime) -> None:
    """A counsellor says that they are present, pause, or go away. Their talks stay theirs."""
    if state not in PresenceState.values:
        raise RefusedError("malformed")
    with inside(membership.organisation_id), transaction.atomic():
        values: dict[str, Any] = {"state": state, "since": now, "seen_at": now}
        _row, made = Presence.objects.get_or_create(
            membership=membership, defaults={**values, "organisation_id": membership.organisation_id}
        )
        if not made:
            Presence.objects.filter(membership=membership).exclude(state=state).update(state=state, since=now)
            Presence.objects.filter(membership=membership).update(seen_at=now)
        announce.board_changed(membership.organisation_id)


def say(*, membership: Membership, state: str, minutes: int | None, returns: bool, now: datetime) -> None:
    """What a counsellor says of themselves; a pause may be given an end. Raises RefusedError("malformed")."""
    if minutes is None:
        rest.end(membership=membership)
        set_presence(membership=membership, state=state, now=now)
    elif state == PresenceState.PAUSE:
        rest.begin(membership=membership, minutes=minutes, returns=returns, now=now)
    else:
        raise RefusedError("malformed")


def arrive(*, membership: Membership, now: datetime) -> None:
    """A desk opens: who was gone for a while has to say anew that they are present."""
    with inside(membership.organisation_id), transaction.atomic():
        rows = Presence.objects.filter(membership=membership)
        gone = rows.exclude(pk__in=Presence.objects.there(now)).exclude(state=PresenceState.PAUSE)
        gone.update(state=PresenceState.AWAY, since=now)
        rows.update(seen_at=now)


def beat(
    *,
    organisation_id: int,
    memberships: set[int],
    visitors: dict[int, set[int]],
    seen: dict[int, dict[str, int]],
    now: datetime,
) -> None:
    """Note who is there: memberships at their desks, and visitors by their policy's rejoin minutes.

    `seen` maps a conversation to how far each side has read (`visitor`, `counsellor`).
    """
    with inside(organisation_id), transaction.atomic():
        Presence.objects.filter(membership_id__in=memberships).update(seen_at=now)
        for minutes, conversations in visitors.items():
            Conversation.objects.open().filter(pk__in=conversations, visitor_connected=True).update(
                visitor_seen_at=now, rejoin_until=now + timedelta(minutes=minutes)
            )
        for conversation, marks in seen.items():
            for party, seq in marks.items():
                field = f"{party}_seen_seq"
                Conversation.objects.filter(pk=conversation, last_seq__gte=seq, **{f"{field}__lt": seq}).update(
                    **{field: seq}
                )
