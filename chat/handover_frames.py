"""What a desk is told of handovers: those in hand, how its own were answered, and which talks it lost (needs the scope)."""

from datetime import datetime, timedelta
from typing import Any

from chat.access import contents_of
from chat.handing import PENDING, How
from chat.models import Handover
from chat.queries import moment
from chat.states import OVER, State
from chat.wire import RefusedError
from helplines.models import Membership
from privacy.sealing import UnreadableError

# How long an answer stays on the desk of who asked, and a lost talk on the desk of who lost it.
TOLD_FOR = timedelta(seconds=60)
LOST_FOR = timedelta(hours=12)
PEOPLE = ("conversation__line", "conversation__organisation", "asker__staff", "to_member__staff", "to_line")


def desk_part(membership: Membership, now: datetime) -> dict[str, Any]:
    """The `handovers` and `lost` of a desk frame."""
    rows = Handover.objects.of(membership).exclude(how=How.TAKEOVER).select_related(*PEOPLE).order_by("asked_at", "pk")
    told = rows.exclude(how=How.LOST).worth_telling(now - TOLD_FOR)
    lost = rows.filter(how=How.LOST, ended_at__gt=now - LOST_FOR)
    return {
        "handovers": [frame for row in told if (frame := handover_frame(row, membership)) is not None],
        "lost": [lost_frame(row) for row in lost],
    }


def handover_frame(row: Handover, membership: Membership) -> dict[str, Any] | None:
    """One handover for the member who asked, or who was asked; None when there is nothing for them in it."""
    mine = row.asker_id == membership.pk
    if not mine and row.state not in PENDING:
        return None
    try:
        contents = contents_of(row.conversation)
        note = contents.beside(row.code, "note", row.note)
        answer = contents.beside(row.code, "answer", row.answer) if mine else ""
        body = contents.beside(row.code, "body", row.body)
    except (RefusedError, UnreadableError):
        return None
    others = {
        How.COLLEAGUE: str(row.to_member.staff) if row.to_member else "",
        How.LINE: row.to_line.name if row.to_line else "",
        How.BODY: body,
    }
    return {
        "id": row.code,
        "talk": row.conversation.code,
        "how": str(row.how),
        "state": str(row.state),
        "mine": mine,
        "name": others[How(row.how)] if mine else str(row.asker.staff),
        "line_name": row.conversation.line.name,
        "language": row.conversation.language,
        "since": moment(row.conversation.started_at),
        "until": moment(row.until),
        "note": note,
        "answer": answer,
    }


def lost_frame(row: Handover) -> dict[str, Any]:
    """A talk that went back to the waiting because this desk was gone, and where it is now; nothing of what was said."""
    state = row.conversation.state
    where = "over" if state in OVER else "waiting" if state == State.WAITING else "colleague"
    return {
        "id": row.code,
        "talk": row.conversation.code,
        "line_name": row.conversation.line.name,
        "at": moment(row.ended_at),
        "where": where,
    }
