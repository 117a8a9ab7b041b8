"""Keys, in a database of their own: deleting a row here makes what it sealed unreadable everywhere, backups included."""

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import Q

from helplines.tenancy import tenant_manager


class OrganisationKey(models.Model):
    """One version of an organisation's key, wrapped by a master key."""

    database = "keys"

    organisation_id = models.BigIntegerField()
    version = models.PositiveIntegerField()
    master = models.CharField(max_length=40)
    wrapped = models.BinaryField()
    made_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar = tenant_manager(models.QuerySet)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation_id", "version"], name="organisation_key_version")]

    def __str__(self) -> str:
        return f"{self.organisation_id} v{self.version}"


class ConversationKeyQuerySet(models.QuerySet["ConversationKey"]):
    def readable(self, now: datetime) -> "ConversationKeyQuerySet":
        """Keys whose moment has not come: from that instant on nothing can be read, swept or not (question 1)."""
        return self.filter(Q(expires_at=None) | Q(expires_at__gt=now))


class ConversationKey(models.Model):
    """The key of one conversation, wrapped by its organisation's key, with the moment it must be gone.

    Another thing that goes as a whole, such as a report, has its key here too: `what` tells of which table the code is.
    """

    database = "keys"

    organisation_id = models.BigIntegerField()
    conversation = models.CharField(max_length=22, unique=True)
    what = models.CharField(max_length=12, default="talk", db_default="talk")
    version = models.PositiveIntegerField()
    wrapped = models.BinaryField()
    expires_at = models.DateTimeField(null=True, db_index=True)

    objects: ClassVar = tenant_manager(ConversationKeyQuerySet)

    def __str__(self) -> str:
        return self.conversation


class PseudonymKey(models.Model):
    """The key under which an organisation knows who comes again, for one window of 24 hours; gone at its instant."""

    database = "keys"

    organisation_id = models.BigIntegerField()
    purpose = models.CharField(max_length=12)
    window = models.PositiveIntegerField()
    version = models.PositiveIntegerField()
    wrapped = models.BinaryField()
    gone_at = models.DateTimeField(db_index=True)

    objects: ClassVar = tenant_manager(models.QuerySet)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation_id", "purpose", "window"], name="pseudonym_key_window")
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.purpose} {self.window}"
