"""Erasing one talk before its time, because somebody may ask for that (GDPR, Art. 17; security goal C13)."""

from datetime import datetime

from django.db import transaction

from chat import retention, service
from chat.models import Conversation, LegalHold
from chat.wire import RefusedError
from helplines.models import Membership
from helplines.tenancy import inside
from privacy import audit
from privacy.audit import Event


@transaction.atomic
def erase(*, conversation: Conversation, membership: Membership, why: str, now: datetime) -> bool:
    """Destroy the key of a talk and its rows, at once; `why` is a keyword. Gives whether it was there still.

    Raises RefusedError("held") for one that is kept by order (Art. 17(3)).
    A talk that goes on ends first, as if the visitor left: both sides are told so. Raises AuditUnavailable, and then
    nothing was done.
    """
    with inside(conversation.organisation_id):
        # Of two who erase at once, the second finds nothing.
        if not Conversation.objects.select_for_update().filter(pk=conversation.pk).exists():
            return False
        if LegalHold.objects.in_force(now).filter(conversation=conversation).exists():
            raise RefusedError("held")
        audit.record(
            organisation=conversation.organisation_id,
            event=Event.ERASED,
            who=membership.staff,
            role=membership.role,
            what=conversation.code,
            why=why,
        )
        service.leave(conversation=conversation, now=now)
        retention.erase_talks(conversation.organisation_id, {conversation.code: conversation.pk})
    return True
