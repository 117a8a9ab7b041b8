"""Writes about rest: a pause with an end, after a talk or at any moment. No reason is asked, and nothing is counted."""

from datetime import datetime, timedelta

from django.db import transaction

from chat import announce
from chat.models import Conversation, Presence, PresenceState, Rest
from helplines.models import Membership
from helplines.tenancy import inside

# Longer ago than this, a desk that rests is not brought back by itself: somebody may have gone home.
FORGOTTEN = timedelta(minutes=5)


def begin(*, membership: Membership, minutes: int, returns: bool, now: datetime) -> None:
    """A pause of so many minutes from now; called again it is prolonged, shortened or asked to end by itself."""
    with inside(membership.organisation_id), transaction.atomic():
        Presence.objects.update_or_create(
            membership=membership,
            defaults={"state": PresenceState.PAUSE, "seen_at": now},
            create_defaults={
                "organisation_id": membership.organisation_id,
                "state": PresenceState.PAUSE,
                "since": now,
                "seen_at": now,
            },
        )
        note(membership, now + timedelta(minutes=minutes), returns=returns)
        announce.board_changed(membership.organisation_id)


def note(membership: Membership, until: datetime, *, returns: bool) -> None:
    Rest.objects.update_or_create(
        membership=membership,
        defaults={"until": until, "returns": returns},
        create_defaults={"organisation_id": membership.organisation_id, "until": until, "returns": returns},
    )


def end(*, membership: Membership) -> None:
    """What somebody says of themselves takes the place of a rest that still ran."""
    with inside(membership.organisation_id):
        Rest.objects.filter(membership=membership).delete()


def wrap_up(conversation: Conversation, minutes: int | None, now: datetime) -> None:
    """A talk is over: its counsellor has the policy's minutes for themselves, if present. Inside the transaction of the end."""
    member = conversation.counsellor
    if member is None or not minutes:
        return
    present = Presence.objects.filter(membership=member, state=PresenceState.PRESENT)
    if present.update(state=PresenceState.PAUSE, since=now):
        note(member, now + timedelta(minutes=minutes), returns=False)


def end_due(*, organisation_id: int, now: datetime) -> int:
    """Bring those back who asked for it when their rest was over; gives how many. Safe to run twice."""
    with inside(organisation_id), transaction.atomic():
        over = Rest.objects.filter(until__lte=now, returns=True)
        members = set(over.filter(until__gt=now - FORGOTTEN).values_list("membership_id", flat=True))
        over.delete()
        pausing = Presence.objects.filter(membership_id__in=members, state=PresenceState.PAUSE)
        back: int = pausing.exclude(pk__in=Presence.objects.silent(now)).update(state=PresenceState.PRESENT, since=now)
        if back:
            announce.board_changed(organisation_id)
    return back
