"""Advice among colleagues while a talk goes on (C09); it is gone when the talk is over."""

from collections.abc import Iterable
from typing import ClassVar

from django.db import models

from chat.models.talks import Conversation
from chat.states import OPEN
from helplines.models import Line, Membership, Organisation
from helplines.tenancy import tenant_manager


class AdviceQuerySet(models.QuerySet["Advice"]):
    def running(self) -> "AdviceQuerySet":
        return self.filter(conversation__state__in=OPEN)

    def asked_by(self, membership: Membership) -> "AdviceQuerySet":
        """Questions about the talks that this counsellor has now: who takes a talk over has its questions too."""
        return self.running().filter(conversation__counsellor=membership, organisation_id=membership.organisation_id)

    def answerable_by(self, membership: Membership, lines: Iterable[Line]) -> "AdviceQuerySet":
        """Questions of colleagues on the lines of this counsellor. The talk behind a question is nobody else's to see."""
        others = self.running().exclude(conversation__counsellor=membership).exclude(asker=membership)
        return others.filter(line__in=[line.pk for line in lines], organisation_id=membership.organisation_id)


class Advice(models.Model):
    """A question to the colleagues, sealed with the talk's key. Its `uuid` is all that colleagues know it by."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+")
    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="+")
    line = models.ForeignKey(Line, models.CASCADE, related_name="+")
    asker = models.ForeignKey(Membership, models.CASCADE, related_name="+")
    uuid = models.UUIDField()
    text = models.BinaryField()
    is_masked = models.BooleanField(default=False)
    at = models.DateTimeField()

    objects: ClassVar = tenant_manager(AdviceQuerySet)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "uuid"], name="chat_advice_stored_once")]

    def __str__(self) -> str:
        return str(self.uuid)


class AdviceAnswer(models.Model):
    """What a colleague answered, sealed with the key of the talk that it is about."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+")
    advice = models.ForeignKey(Advice, models.CASCADE, related_name="answers")
    author = models.ForeignKey(Membership, models.CASCADE, related_name="+")
    uuid = models.UUIDField()
    text = models.BinaryField()
    is_masked = models.BooleanField(default=False)
    at = models.DateTimeField()

    objects: ClassVar = tenant_manager(models.QuerySet)

    class Meta:
        ordering = ["at", "pk"]
        constraints = [models.UniqueConstraint(fields=["organisation", "uuid"], name="chat_answer_stored_once")]

    def __str__(self) -> str:
        return str(self.uuid)
