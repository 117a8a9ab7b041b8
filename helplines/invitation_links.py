"""The links of invitations: made, and let go of. Nobody finds a link in what is stored (security goal D1)."""

import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from helplines.models import Invitation
from helplines.stand_ins import stand_in
from helplines.tenancy import inside

WORKS_FOR = timedelta(days=7)
KEPT_FOR = timedelta(days=30)


def fingerprint(token: str) -> str:
    """What is kept of a link."""
    return stand_in("invitation", token.encode()).hex()


def new_link(invitation: Invitation) -> str:
    """A link that works once, for a week. One that was made before works no longer."""
    token, now = secrets.token_urlsafe(32), timezone.now()
    given = {"token": fingerprint(token), "sent_at": now, "expires_at": now + WORKS_FOR}
    with inside(invitation.organisation_id):
        Invitation.objects.filter(pk=invitation.pk).update(**given)
    return f"{settings.ORIGIN}{reverse('invitation_link', kwargs={'token': token})}"


def forget_old(organisation_id: int, now: datetime) -> int:
    """Let go of invitations that nobody answered: a month after their link stopped working."""
    with inside(organisation_id):
        old = Invitation.objects.unanswered(now - KEPT_FOR)
        return int(old.delete()[1].get("helplines.Invitation", 0))
