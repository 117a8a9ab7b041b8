"""That a talk was, or was to be, handed over: by whom, to whom, and what its visitor agreed to (C10)."""

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from chat.handing import PENDING, How, Step
from chat.models.talks import Conversation, new_code
from helplines.models import Line, Membership, Organisation
from helplines.tenancy import tenant_manager


def worth_telling(since: datetime) -> Q:
    """What a desk is told: what waits for an answer, or got one since."""
    return Q(state__in=PENDING) | Q(ended_at__gt=since)


class HandoverQuerySet(models.QuerySet["Handover"]):
    def pending(self) -> "HandoverQuerySet":
        return self.filter(state__in=PENDING)

    def of(self, membership: Membership) -> "HandoverQuerySet":
        """Those that this member asked for, or was asked."""
        return self.filter(Q(asker=membership) | Q(to_member=membership))

    def worth_telling(self, since: datetime) -> "HandoverQuerySet":
        """Those that still wait for an answer, or got one a moment ago."""
        return self.filter(worth_telling(since))


class Handover(models.Model):
    """One handover. What people wrote in it is sealed with the key of the talk, and is gone with it.

    `asker` has the talk, or is the mentor who takes it over; `owner` is who had it then.
    """

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+")
    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="handovers")
    code = models.CharField(max_length=22, unique=True, default=new_code)
    how = models.CharField(max_length=10, choices=[(how, how) for how in How])
    state = models.CharField(max_length=10, choices=[(step, step) for step in Step])
    asker = models.ForeignKey(Membership, models.PROTECT, related_name="+")
    owner = models.ForeignKey(Membership, models.PROTECT, related_name="+")
    to_member = models.ForeignKey(Membership, models.PROTECT, null=True, related_name="+")
    to_line = models.ForeignKey(Line, models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField()
    until = models.DateTimeField()
    agreed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    note = models.BinaryField(null=True)
    answer = models.BinaryField(null=True)
    body = models.BinaryField(null=True)
    agreement = models.BinaryField(null=True)

    objects: ClassVar = tenant_manager(HandoverQuerySet)

    class Meta:
        verbose_name = _("handover")
        verbose_name_plural = _("handovers")
        constraints = [
            models.UniqueConstraint(
                fields=["conversation"], condition=Q(state__in=["asked", "offered"]), name="one_handover_at_once"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["asked", "offered"], ended_at__isnull=True)
                | (~Q(state__in=["asked", "offered"]) & Q(ended_at__isnull=False)),
                name="settled_handover_has_an_end",
            ),
        ]
        indexes = [
            models.Index(fields=["organisation"], name="handovers_in_hand", condition=Q(state__in=["asked", "offered"]))
        ]

    def __str__(self) -> str:
        return f"{self.conversation_id}: {self.how}, {self.state}"
