"""What is stored of talks."""

from chat.models.advice import Advice, AdviceAnswer, AdviceQuerySet
from chat.models.care import Rest, Silence
from chat.models.comebacks import RejoinTries
from chat.models.contacts import Block, BlockQuerySet, Contact, ContactQuerySet
from chat.models.copies import CopyPurpose, TeamCopy, TeamCopyQuerySet
from chat.models.handovers import Handover, HandoverQuerySet
from chat.models.holds import LegalHold
from chat.models.notes import Note, NoteQuerySet
from chat.models.readings import Reading, ReadingQuerySet, Whisper
from chat.models.talks import (
    SHOWN_WAITING,
    STALE,
    Conversation,
    ConversationQuerySet,
    Message,
    Presence,
    PresenceQuerySet,
    PresenceState,
    Visiting,
    Waiting,
    new_code,
)

__all__ = [
    "SHOWN_WAITING",
    "STALE",
    "Advice",
    "AdviceAnswer",
    "AdviceQuerySet",
    "Block",
    "BlockQuerySet",
    "Contact",
    "ContactQuerySet",
    "Conversation",
    "ConversationQuerySet",
    "CopyPurpose",
    "Handover",
    "HandoverQuerySet",
    "LegalHold",
    "Message",
    "Note",
    "NoteQuerySet",
    "Presence",
    "PresenceQuerySet",
    "PresenceState",
    "Reading",
    "ReadingQuerySet",
    "RejoinTries",
    "Rest",
    "Silence",
    "TeamCopy",
    "TeamCopyQuerySet",
    "Visiting",
    "Waiting",
    "Whisper",
    "new_code",
]
