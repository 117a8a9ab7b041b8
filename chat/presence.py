"""Writes about who is there: counsellors at their desks, visitors at their tabs."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.db import connection, transaction

from chat import announce, rest
from chat.models import Conversation, Presence, PresenceState
from chat.wire import RefusedError
from helplines.models import Membership
from helplines.tenancy import inside
from helplines.worded import Worded, WordedUpdate

# Rows that one statement changes: those who write in them wait no longer than that takes.
AT_ONCE = 128
HERE_AND_FREE = Worded(
    lambda talks: (
        Conversation.objects.open()
        .filter(pk__in=talks, visitor_connected=True)
        .select_for_update(skip_locked=True, no_key=True)
        .values_list("pk", flat=True)
    )
)
SEEN = WordedUpdate(
    lambda talks, now, until: (
        Conversation.objects.filter(pk__in=talks),
        {"visitor_seen_at": now, "rejoin_until": until},
    )
)
AT_DESKS = WordedUpdate(lambda members, now: (Presence.objects.filter(membership_id__in=members), {"seen_at": now}))
T = TypeVar("T")


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
    """A desk opens: who was gone for a while has to say anew that they are present. Their visitors hear that they are back."""
    with inside(membership.organisation_id), transaction.atomic():
        rows = Presence.objects.filter(membership=membership)
        gone = rows.exclude(pk__in=Presence.objects.there(now)).exclude(state=PresenceState.PAUSE)
        gone.update(state=PresenceState.AWAY, since=now)
        rows.update(seen_at=now)
        tell_visitors(membership, present=True)


def miss(*, membership: Membership, since: datetime) -> bool:
    """A desk hung up; where no other of this counsellor gave a sign of life since, their visitors are told. Gives whether so."""
    with inside(membership.organisation_id), transaction.atomic():
        if Presence.objects.filter(membership=membership, seen_at__gt=since).exists():
            return False
        tell_visitors(membership, present=False)
        return True


def tell_visitors(membership: Membership, *, present: bool) -> None:
    codes = Conversation.objects.active_of(membership).values_list("code", flat=True)
    announce.tell_counsellor_presence(membership.organisation_id, codes, present=present)


def beat(
    *,
    organisation_id: int,
    memberships: set[int],
    visitors: dict[int, set[int]],
    now: datetime,
) -> None:
    """Note who is there: memberships at their desks, and visitors by their policy's rejoin minutes."""
    with inside(organisation_id):
        AT_DESKS(members=tuple(memberships), now=now)
        for minutes, conversations in visitors.items():
            for some in batched(sorted(conversations), AT_ONCE):
                visitors_are_there(some, minutes, now)


@transaction.atomic
def visitors_are_there(conversations: Sequence[int], minutes: int, now: datetime) -> None:
    """A talk in which somebody writes at this moment is passed over: nobody waits for us, and the next round comes.

    Nor does who writes a moment later wait until this is on the disk: what a power cut takes of it, the next round writes.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL synchronous_commit = off")
    free = HERE_AND_FREE(talks=tuple(conversations))
    SEEN(talks=tuple(free), now=now, until=now + timedelta(minutes=minutes))


def batched(found: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    return (found[start : start + size] for start in range(0, len(found), size))
