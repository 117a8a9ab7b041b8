"""What a desk is told of handovers: those in hand, how its own were answered, and which talks it lost (needs the scope)."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from chat.access import contents_of
from chat.handing import PENDING, How
from chat.models import Handover
from chat.models.handovers import HandoverQuerySet, worth_telling
from chat.queries import moment
from chat.states import OVER, State
from chat.wire import RefusedError
from helplines.models import Membership
from helplines.worded import Worded
from privacy.sealing import UnreadableError

# How long an answer stays on the desk of who asked, and a lost talk on the desk of who lost it.
TOLD_FOR = timedelta(seconds=60)
LOST_FOR = timedelta(hours=12)
PEOPLE = ("conversation__line", "conversation__organisation", "asker__staff", "to_member__staff", "to_line")


def shown(organisation: int, now: datetime) -> HandoverQuerySet:
    rows: HandoverQuerySet = Handover.objects.filter(organisation_id=organisation).exclude(how=How.TAKEOVER)
    told = Q(how=How.LOST, ended_at__gt=now - LOST_FOR) | ~Q(how=How.LOST) & worth_telling(now - TOLD_FOR)
    return rows.filter(told).select_related(*PEOPLE).order_by("asked_at", "pk")


SHOWN = Worded(shown)


def of_organisation(organisation_id: int, now: datetime) -> list[Handover]:
    """All that a desk of the organisation may have to show (needs the scope): one query."""
    return SHOWN(organisation=organisation_id, now=now)


def desk_part(membership: Membership, rows: list[Handover]) -> dict[str, Any]:
    """The `handovers` and `lost` of a desk frame, of the organisation's rows; opens what was sealed, so it asks for keys."""
    mine = [row for row in rows if membership.pk in (row.asker_id, row.to_member_id)]
    told = [row for row in mine if row.how != How.LOST]
    return {
        "handovers": [frame for row in told if (frame := handover_frame(row, membership)) is not None],
        "lost": [lost_frame(row) for row in mine if row.how == How.LOST and not is_back(row)],
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
        agreement = contents.beside(row.code, "agreement", row.agreement) if mine else ""
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
        "agreement": agreement,
    }


def is_back(row: Handover) -> bool:
    """Whether who lost the talk took it on again themselves: that is no news to them."""
    return row.conversation.counsellor_id == row.asker_id


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
