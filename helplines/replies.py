"""Writes of canned replies by who uses them; the shared ones are written in the administration."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from helplines.models import CannedReply, Membership
from helplines.tenancy import inside

MOST_PERSONAL = 100


def keep_personal(
    *, membership: Membership, name: str, texts: dict[str, str], reply: CannedReply | None = None
) -> CannedReply:
    """Add or change a counsellor's own reply; `reply` must come from `access.own_reply`.

    Raises ValidationError with what is wrong, in plain words.
    """
    with inside(membership.organisation_id), transaction.atomic():
        # One at a time, so that two tabs do not pass the limit together.
        Membership.objects.select_for_update().get(pk=membership.pk)
        if reply is None and CannedReply.objects.own_of(membership).count() >= MOST_PERSONAL:
            raise ValidationError(
                _("You have %(most)s replies of your own. Delete one first."), params={"most": MOST_PERSONAL}
            )
        row = reply or CannedReply(organisation=membership.organisation, membership=membership)
        row.name, row.texts = name.strip(), texts
        row.full_clean()
        row.save()
    return row


def forget_personal(*, membership: Membership, reply: CannedReply) -> None:
    """Delete a counsellor's own reply."""
    with inside(membership.organisation_id):
        CannedReply.objects.own_of(membership).filter(pk=reply.pk).delete()
