"""The private notes of a talk."""

from typing import ClassVar

from django.db import models
from django.utils import timezone

from chat.models.talks import Conversation
from helplines.models import Membership, Organisation
from helplines.tenancy import tenant_manager


class NoteQuerySet(models.QuerySet["Note"]):
    def readable_by(self, membership: Membership) -> "NoteQuerySet":
        """Who has the talk has its notes: after a take-over or a transfer that is the new owner, and no longer the old one."""
        own = self.filter(conversation__counsellor=membership, organisation_id=membership.organisation_id)
        return own.exclude(conversation__expires_at__lte=timezone.now())


class Note(models.Model):
    """What a counsellor noted for themselves, sealed with the talk's key; `version` counts the times it was written."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+")
    conversation = models.OneToOneField(Conversation, models.CASCADE, related_name="note")
    version = models.PositiveIntegerField()
    text = models.BinaryField()
    # Who wrote this version; None where it was not recorded yet.
    author = models.ForeignKey(Membership, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()

    objects: ClassVar = tenant_manager(NoteQuerySet)

    def __str__(self) -> str:
        return f"{self.conversation_id} v{self.version}"
