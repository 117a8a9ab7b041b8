"""Who waits longer than the policy's seconds: the desks look again at that moment, also the ones that are out of sight."""

from datetime import datetime, timedelta

from django.db.models import Count, Min
from django.db.models.functions import Coalesce

from chat import announce
from chat.models import Conversation
from chat.picture import alert_at
from helplines.queries import policy_for
from helplines.tenancy import across_organisations, inside

# A little more than the time between two rounds of the sweep: telling twice does no harm, never telling does.
ROUND = timedelta(seconds=30)


def tell_overdue(*, organisation_id: int, now: datetime) -> bool:
    """Let the desks look again if somebody began to wait too long since the last round; gives whether that was so."""
    with inside(organisation_id):
        rows = (
            Conversation.objects.waiting().filter(organisation_id=organisation_id).select_related("line__organisation")
        )
        late = [
            row for row in rows if timedelta(0) <= now - alert_at(row, policy_for(row.line, now).alert_seconds) < ROUND
        ]
        if late:
            announce.board_changed(organisation_id)
    return bool(late)


def everywhere(now: datetime) -> tuple[int, float]:
    """How many wait in the whole installation, and for how many seconds the first of them (0.0 when nobody waits)."""
    with across_organisations():  # one number for the operator, of all organisations together
        found = (
            Conversation.objects.waiting()
            .order_by()
            .aggregate(count=Count("pk"), first=Min(Coalesce("back_at", "waiting_since")))
        )
    return found["count"], (now - found["first"]).total_seconds() if found["first"] else 0.0
