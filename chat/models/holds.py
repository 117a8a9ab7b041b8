"""Talks that are kept longer than was promised, because a law or a judge demands it."""

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from chat.models.talks import Conversation
from helplines.models import Organisation, Staff
from helplines.tenancy import tenant_manager


class HoldReason(models.TextChoices):
    """Why; the keyword is what the audit log keeps."""

    COURT = "court-order", _("A court or an authority ordered it")
    CLAIM = "legal-claim", _("It is needed for a legal claim")
    INQUIRY = "inquiry", _("There is an official inquiry")


class LegalHoldQuerySet(models.QuerySet["LegalHold"]):
    def in_force(self, now: datetime) -> "LegalHoldQuerySet":
        return self.filter(until__gt=now)


class LegalHold(models.Model):
    """One talk that stays until `until`; `before` is the instant at which it would have gone, and goes when it is released."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+")
    conversation = models.OneToOneField(Conversation, models.CASCADE, related_name="hold")
    reason = models.CharField(max_length=12, choices=HoldReason)
    by = models.ForeignKey(Staff, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    before = models.DateTimeField()
    until = models.DateTimeField()

    objects: ClassVar = tenant_manager(LegalHoldQuerySet)

    def __str__(self) -> str:
        return f"{self.conversation_id} {self.until}"
