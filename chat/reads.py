"""Reading a talk or a note as something to answer for later: what is no work at hand is written in the audit log first.

Who leads a talk that goes on reads it as their work. Everything else is a read that somebody must be able to ask about;
where it cannot be logged, nothing is shown, and the talk goes on (D08, security goals M3 and M5).
"""

from typing import Any

from chat import queries
from chat.access import contents_of, own_talk
from chat.models import Conversation, Note
from chat.states import State
from helplines.models import Membership
from helplines.tenancy import inside
from privacy import audit
from privacy.audit import Event


def history(*, membership: Membership, code: str, since: int) -> dict[str, Any]:
    """A `history` frame of an own talk. Raises RefusedError("not_here"), AuditUnavailable."""
    conversation = own_talk(membership, code)
    contents = contents_of(conversation)
    if conversation.state != State.ACTIVE:
        log(Event.TRANSCRIPT_READ, conversation, membership, why="closed-talk")
    with inside(membership.organisation_id):
        return {**queries.history(conversation, contents, since, membership), "talk": code}


def note_read(note: Note | None, conversation: Conversation, membership: Membership) -> None:
    """To be called before a note is shown: a note of somebody else is logged. Raises AuditUnavailable."""
    if note is not None and note.author_id != membership.pk:
        log(Event.NOTE_READ, conversation, membership, why="of-a-colleague")


def taken_over(conversation: Conversation, membership: Membership, owner: Membership, why: str) -> None:
    """Within the transaction that takes a talk from its counsellor. Raises AuditUnavailable."""
    log(Event.TAKEN_OVER, conversation, membership, why=why, on_behalf_of=str(owner.staff_id))


def read_along(conversation: Conversation, membership: Membership, purpose: str) -> None:
    """Within the transaction that lets somebody read along with a talk of a colleague. Raises AuditUnavailable."""
    owner = conversation.counsellor
    on_behalf_of = str(owner.staff_id) if owner else ""
    log(Event.READ_ALONG, conversation, membership, why=purpose, on_behalf_of=on_behalf_of)


def log(event: Event, conversation: Conversation, membership: Membership, why: str, on_behalf_of: str = "") -> None:
    audit.record(
        organisation=conversation.organisation_id,
        event=event,
        who=membership.staff,
        role=membership.role,
        on_behalf_of=on_behalf_of,
        what=conversation.code,
        why=why,
    )
