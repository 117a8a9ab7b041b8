"""What is stored of talks."""

from chat.models.advice import Advice, AdviceAnswer, AdviceQuerySet
from chat.models.care import Rest, Silence
from chat.models.comebacks import RejoinTries
from chat.models.handovers import Handover, HandoverQuerySet
from chat.models.notes import Note, NoteQuerySet
from chat.models.talks import (
    STALE,
    Conversation,
    ConversationQuerySet,
    Message,
    Presence,
    PresenceQuerySet,
    PresenceState,
    new_code,
)

__all__ = [
    "STALE",
    "Advice",
    "AdviceAnswer",
    "AdviceQuerySet",
    "Conversation",
    "ConversationQuerySet",
    "Handover",
    "HandoverQuerySet",
    "Message",
    "Note",
    "NoteQuerySet",
    "Presence",
    "PresenceQuerySet",
    "PresenceState",
    "RejoinTries",
    "Rest",
    "Silence",
    "new_code",
]
