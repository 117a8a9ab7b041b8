"""What is stored of talks."""

from chat.models.comebacks import RejoinTries
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
    "Conversation",
    "ConversationQuerySet",
    "Message",
    "Presence",
    "PresenceQuerySet",
    "PresenceState",
    "RejoinTries",
    "new_code",
]
