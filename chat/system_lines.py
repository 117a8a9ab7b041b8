"""The lines of the system in a talk: what happened, as a key that each side's page has a sentence for."""

from datetime import datetime
from uuid import uuid4

from chat.access import contents_of
from chat.models import Conversation, Message
from chat.sealed import Contents
from chat.states import Party
from helplines.models import Membership


def note(
    conversation: Conversation, text: str, by: Membership | None, now: datetime, contents: Contents | None = None
) -> Message:
    """A system message at the number that `last_seq` was raised to; its text is a key of the protocol's list."""
    message: Message = Message.objects.create(
        organisation_id=conversation.organisation_id,
        conversation=conversation,
        seq=conversation.last_seq,
        uuid=uuid4(),
        party=Party.SYSTEM,
        author=by,
        text=(contents or contents_of(conversation)).seal_text(conversation.last_seq, text),
        at=now,
    )
    return message
