"""Copies of talks without anybody in them, for a team that learns from them (F10, F11)."""

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from chat.models.talks import Conversation
from helplines.models import Line, Membership, Organisation
from helplines.tenancy import tenant_manager


class CopyPurpose(models.TextChoices):
    """For what colleagues may read it; nothing else is a reason (F11)."""

    TRAINING = "training", _("to learn from it")
    FEELINGS = "feelings", _("to work through what it did to you")
    QUALITY = "quality", _("to do better next time")


class TeamCopyQuerySet(models.QuerySet["TeamCopy"]):
    def there(self, now: datetime) -> "TeamCopyQuerySet":
        """Copies whose time is not over, of talks that are not gone."""
        return self.filter(gone_at__gt=now).exclude(conversation__expires_at__lte=now)

    def gone(self, now: datetime) -> "TeamCopyQuerySet":
        return self.filter(gone_at__lte=now)

    def for_team(self, membership: Membership, lines: list[Line]) -> "TeamCopyQuerySet":
        """What the maker and the colleagues of its line may read."""
        return self.filter(
            models.Q(maker=membership) | models.Q(line__in=lines), organisation=membership.organisation_id
        )


class TeamCopy(models.Model):
    """One copy. Its words are sealed with the key of its talk: where that goes, by time or by request, nobody reads the copy."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+")
    # Never shown: it is there so that the copy goes with its talk.
    conversation = models.ForeignKey(Conversation, models.DO_NOTHING, related_name="+")
    code = models.CharField(max_length=22, unique=True)
    line = models.ForeignKey(Line, models.CASCADE, related_name="+")
    maker = models.ForeignKey(Membership, models.SET_NULL, null=True, related_name="+")
    purpose = models.CharField(max_length=10, choices=CopyPurpose)
    made_at = models.DateTimeField()
    gone_at = models.DateTimeField(db_index=True)
    contents = models.BinaryField()

    objects: ClassVar = tenant_manager(TeamCopyQuerySet)

    class Meta:
        verbose_name = _("copy for the team")
        verbose_name_plural = _("copies for the team")

    def __str__(self) -> str:
        return self.code
