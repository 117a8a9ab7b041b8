"""Keys, in a database of their own: deleting a row here makes what it sealed unreadable everywhere, backups included."""

from typing import ClassVar

from django.db import models

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


class ConversationKey(models.Model):
    """The key of one conversation, wrapped by its organisation's key, with the moment it must be gone."""

    database = "keys"

    organisation_id = models.BigIntegerField()
    conversation = models.CharField(max_length=22, unique=True)
    version = models.PositiveIntegerField()
    wrapped = models.BinaryField()
    expires_at = models.DateTimeField(null=True, db_index=True)

    objects: ClassVar = tenant_manager(models.QuerySet)

    def __str__(self) -> str:
        return self.conversation
