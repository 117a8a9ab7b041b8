"""Reading along with a talk (C11): by whom, for what, from when until when; and what is whispered meanwhile."""

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import Q

from chat.models.talks import STALE, Conversation
from chat.states import State
from helplines.models import Membership, Organisation
from helplines.tenancy import tenant_manager


class ReadingQuerySet(models.QuerySet["Reading"]):
    def going_on(self) -> "ReadingQuerySet":
        return self.filter(ended_at=None, conversation__state=State.ACTIVE)

    def deserted(self, now: datetime) -> "ReadingQuerySet":
        """Those whose reader has no living desk any more."""
        return self.filter(ended_at=None).exclude(reader__presence__seen_at__gt=now - STALE)


class Reading(models.Model):
    """A mentor who reads along; `told` is whether both sides were told, as the policy of that moment says."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+")
    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="+")
    reader = models.ForeignKey(Membership, models.CASCADE, related_name="+")
    purpose = models.CharField(max_length=8)
    told = models.BooleanField()
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    objects: ClassVar = tenant_manager(ReadingQuerySet)

    class Meta:
        constraints: ClassVar = [
            # Nobody reads two talks at once: whoever reads along is there for one.
            models.UniqueConstraint(fields=["reader"], condition=Q(ended_at=None), name="chat_one_reading_a_reader")
        ]

    def __str__(self) -> str:
        return f"{self.conversation_id} {self.reader_id}"


class Whisper(models.Model):
    """A word between who has a talk and who reads along, sealed with the talk's key; gone when nobody reads along any more."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+")
    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="+")
    author = models.ForeignKey(Membership, models.CASCADE, related_name="+")
    uuid = models.UUIDField()
    text = models.BinaryField()
    at = models.DateTimeField()

    objects: ClassVar = tenant_manager(models.QuerySet)

    class Meta:
        ordering = ["at", "pk"]
        constraints = [models.UniqueConstraint(fields=["organisation", "uuid"], name="chat_whisper_stored_once")]

    def __str__(self) -> str:
        return str(self.uuid)
