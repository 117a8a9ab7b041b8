"""Keeping a talk longer than was promised, by order, and letting it go again: the one thing that moves a clock later (C9).

Both are told in the audit log, inside the transaction that does them.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction

from chat.models import Conversation, LegalHold
from chat.wire import RefusedError
from helplines.lifetimes import after_months
from helplines.models import Membership
from helplines.tenancy import inside
from privacy import audit, keys
from privacy.audit import Event

MOST_MONTHS = 12


def latest(membership: Membership, now: datetime) -> datetime:
    """Until when a hold that begins now may last."""
    return after_months(now, MOST_MONTHS, ZoneInfo(membership.organisation.time_zone))


@transaction.atomic
def hold(*, conversation: Conversation, membership: Membership, reason: str, until: datetime, now: datetime) -> None:
    """Keep a talk that is over until this moment, and let nothing erase it before; again, to set another end.

    Raises RefusedError: not_here for one that goes on or is gone; malformed for an end that is no longer than the promise, or
    later than twelve months from now. Raises AuditUnavailable.
    """
    with inside(conversation.organisation_id):
        row = Conversation.objects.select_for_update().not_gone(now).filter(pk=conversation.pk).first()
        if row is None or row.expires_at is None:
            raise RefusedError("not_here")
        held = LegalHold.objects.filter(conversation=row).first()
        before = held.before if held else row.expires_at
        if not max(now, before) < until <= latest(membership, now):
            raise RefusedError("malformed")
        wrote(row, membership, f"{reason}:{until.date().isoformat()}")
        given = {"reason": reason, "by": membership.staff, "at": now, "before": before, "until": until}
        LegalHold.objects.update_or_create(conversation=row, defaults={"organisation_id": row.organisation_id, **given})
        Conversation.objects.filter(pk=row.pk).update(expires_at=until)
        # First here: a key that outlives its talk's instant opens nothing, for the talk's own row says that it is gone.
        keys.keep_until(row.organisation_id, row.code, until)


@transaction.atomic
def release(*, membership: Membership, code: str, now: datetime) -> None:
    """Give a talk back the instant that it had; where that is past, it is gone now. Raises RefusedError, AuditUnavailable."""
    with inside(membership.organisation_id):
        rows = LegalHold.objects.in_force(now).select_for_update(of=("self",)).select_related("conversation")
        held = rows.filter(conversation__code=code).first()
        if held is None:
            raise RefusedError("not_here")
        row, instant = held.conversation, held.before
        wrote(row, membership, "released")
        held.delete()
        Conversation.objects.filter(pk=row.pk).update(expires_at=instant)
        transaction.on_commit(lambda: keys.let_expire(row.organisation_id, {row.code: instant}))


def wrote(conversation: Conversation, membership: Membership, why: str) -> None:
    audit.record(
        organisation=conversation.organisation_id,
        event=Event.LEGAL_HOLD,
        who=membership.staff,
        role=membership.role,
        what=conversation.code,
        why=why,
    )
