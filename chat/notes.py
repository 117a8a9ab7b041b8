"""The private notes of a talk: written by who has the talk, and by nobody at the same time (security goal C3)."""

from datetime import datetime
from typing import Any

from django.db import transaction

from chat import announce, queries, reads
from chat.access import contents_of
from chat.models import Conversation, Note
from chat.sealed import Contents
from chat.wire import NOTE_LENGTH, RefusedError
from helplines.models import Membership
from helplines.tenancy import inside

FIELD = "note"


def read(*, conversation: Conversation, membership: Membership) -> dict[str, Any]:
    """A `note` frame; version 0 and an empty text when nothing was noted yet.

    Raises RefusedError("not_here") when the talk is not theirs now, or its key is gone; AuditUnavailable when somebody
    else wrote it and that cannot be logged.
    """
    with inside(conversation.organisation_id):
        if not Conversation.objects.filter(pk=conversation.pk, counsellor=membership).exists():
            raise RefusedError("not_here")
        note = Note.objects.readable_by(membership).filter(conversation=conversation).first()
        return shown(conversation, note, membership)


def shown(conversation: Conversation, note: Note | None, membership: Membership) -> dict[str, Any]:
    """The frame for this reader."""
    contents = contents_of(conversation)
    reads.note_read(note, conversation, membership)
    return frame(conversation, note, contents)


def frame(conversation: Conversation, note: Note | None, contents: Contents) -> dict[str, Any]:
    return {
        "kind": "note",
        "talk": conversation.code,
        "text": contents.unseal(note.version, FIELD, note.text) if note else "",
        "version": note.version if note else 0,
        "at": queries.moment(note.at) if note else None,
    }


def write(
    *, conversation: Conversation, membership: Membership, text: str, version: int, socket: str, now: datetime
) -> dict[str, Any]:
    """Store the notes in the place of that version; gives a `note_stored` frame after COMMIT.

    Raises RefusedError: "too_long"; "not_here" when the talk is not theirs now; "conflict" with the `note` as it is when
    another tab was first, so that neither text is lost.
    """
    if len(text) > NOTE_LENGTH:
        raise RefusedError("too_long")
    with inside(conversation.organisation_id):
        try:
            return stored(conversation, membership, text, version, socket, now)
        except Outdated as found:
            # After the transaction, which takes what it wrote with it, the log too.
            raise RefusedError("conflict", note=shown(conversation, found.note, membership)) from None


class Outdated(Exception):
    """Another tab, or another counsellor, wrote the notes meanwhile."""

    def __init__(self, note: Note | None) -> None:
        super().__init__()
        self.note = note


@transaction.atomic
def stored(
    conversation: Conversation, membership: Membership, text: str, version: int, socket: str, now: datetime
) -> dict[str, Any]:
    # The talk's row is locked meanwhile: it cannot change hands between the look and the write.
    owned = Conversation.objects.select_for_update().filter(pk=conversation.pk, counsellor=membership).exists()
    if not owned:
        raise RefusedError("not_here")
    contents = contents_of(conversation)
    note = Note.objects.readable_by(membership).filter(conversation=conversation).first()
    if (note.version if note else 0) != version:
        raise Outdated(note)
    row = note or Note(organisation_id=conversation.organisation_id, conversation=conversation)
    row.version, row.author, row.at = version + 1, membership, now
    row.text = contents.seal(row.version, FIELD, text)
    row.save()
    announce.tell_member(membership, frame(conversation, row, contents), socket)
    return {"kind": "note_stored", "talk": conversation.code, "version": row.version, "at": queries.moment(now)}
