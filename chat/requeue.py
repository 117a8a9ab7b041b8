"""Back to the front of the waiting: a talk whose counsellor's browser is gone, or that was passed on to a line (I7)."""

import logging
from datetime import datetime

from django.db import transaction
from django.db.models import F

from chat import announce, queries, service, system_lines
from chat.access import contents_of
from chat.handing import FIRST, How
from chat.models import Conversation, Handover, Presence, PresenceState
from chat.states import Party, Why, move
from chat.wire import RefusedError
from helplines import queries as promises
from helplines.models import Line
from helplines.tenancy import inside

logger = logging.getLogger(__name__)
# Why a talk waits again, as words of the protocol.
LOST, PASSED, TAKEN = "lost", "passed", "taken_back"


def heal(*, organisation_id: int, now: datetime, limit: int = 200) -> int:
    """Notice who is gone, and let their talks go on with somebody else; gives how many. Safe to run twice, and on every node."""
    with inside(organisation_id):
        note_who_is_gone(organisation_id, now)
        rows = Conversation.objects.deserted(now).select_related("counsellor", "line").order_by("claimed_at", "pk")
        count = sum(give_back(row, now) for row in rows[:limit])
        refuse_without_hope(now, limit)
    return count


def note_who_is_gone(organisation_id: int, now: datetime) -> None:
    with transaction.atomic():
        if Presence.objects.silent(now).update(state=PresenceState.AWAY, since=now):
            announce.board_changed(organisation_id)


def give_back(conversation: Conversation, now: datetime) -> bool:
    """Give one deserted talk back. One whose key is gone has nothing left to go on with, and stays as it is."""
    former = conversation.counsellor
    if former is None:
        return False
    try:
        with transaction.atomic():
            if not to_the_front(conversation=conversation, by=Party.SYSTEM, why=LOST, now=now):
                return False
            Handover.objects.create(
                organisation_id=conversation.organisation_id,
                conversation=conversation,
                how=How.LOST,
                state=FIRST[How.LOST],
                asker=former,
                owner=former,
                asked_at=now,
                until=now,
                ended_at=now,
            )
    except RefusedError:
        return False
    return True


def to_the_front(*, conversation: Conversation, by: Party, why: str, now: datetime, line: Line | None = None) -> bool:
    """Let a talk wait again, first of all, on its own line or another; False when it moved meanwhile.

    State, owner and the check of both are one UPDATE: from then on nothing of the former counsellor is stored. A talk that was
    `lost` must be deserted still: whose browser came back a moment ago keeps it.
    """
    step = move("requeue", by=by)
    former = conversation.counsellor
    name = queries.public_name(former, conversation.line_id)
    rows = Conversation.objects.filter(pk=conversation.pk, state__in=step.sources, counsellor=former)
    if why == LOST:
        rows = Conversation.objects.filter(pk__in=rows.deserted(now).values("pk"), state__in=step.sources)
    values = {} if line is None else {"line": line, "came_in": conversation.came_in or conversation.line}
    with transaction.atomic():
        moved = rows.update(state=step.target, counsellor=None, back_at=now, last_seq=F("last_seq") + 1, **values)
        if not moved:
            return False
        conversation.refresh_from_db()
        announce.tell_handed_back(conversation, former, by=by, why=why)
        message = system_lines.note(
            conversation, {LOST: "requeued", PASSED: "passed_on", TAKEN: "taken_back"}[why], former, now
        )
        frame = queries.message_frame(message, contents_of(conversation), name)
        announce.tell_joined(conversation, {"kind": "said", **frame})
    return True


def refuse_without_hope(now: datetime, limit: int) -> None:
    """A talk that waits again after closing time waits for a colleague who is still there; without any it is told so (J2)."""
    rows = Conversation.objects.waiting().filter(back_at__isnull=False).select_related("line__organisation")
    for row in list(rows[:limit]):
        if not promises.opening_of(row.line, now).is_open and not queries.staffing(row.organisation_id, now).there(
            row.line
        ):
            with transaction.atomic():
                service.finish(conversation=row, name="refuse", by=Party.SYSTEM, why=Why.LINE_CLOSED, now=now)
