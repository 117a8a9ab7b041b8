"""Feedback: the questions in versions, and what was answered, which nobody can tie to a talk or to one another (I01, F14)."""

import uuid
from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from helplines.models import Organisation, Staff
from helplines.tenancy import tenant_manager


class FeedbackForm(models.Model):
    """One version of the questions; a version is never changed, so that a count always says what was asked."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+")
    number = models.PositiveIntegerField()
    questions: Any = models.JSONField()
    author = models.ForeignKey(Staff, models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField()

    objects: ClassVar = tenant_manager(models.QuerySet)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "number"], name="feedback_form_number")]

    def __str__(self) -> str:
        return f"{self.organisation_id} v{self.number}"


class Tally(models.Model):
    """How often one answer was picked in a month: no row of anybody, only a number."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+")
    version = models.PositiveIntegerField()
    month = models.DateField()
    question = models.CharField(max_length=8)
    choice = models.CharField(max_length=8)
    count = models.PositiveIntegerField(_("count"), default=0)

    objects: ClassVar = tenant_manager(models.QuerySet)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "version", "month", "question", "choice"], name="one_tally_for_an_answer"
            )
        ]

    def __str__(self) -> str:
        return f"{self.question}={self.choice}: {self.count}"


class Remark(models.Model):
    """What somebody wrote, apart from everything else that they answered; its time is the month in which its lot was moved.

    `code` is that of the key of its lot, which at least ten share; it goes a year later.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+")
    version = models.PositiveIntegerField()
    month = models.DateField()
    question = models.CharField(max_length=8)
    code = models.CharField(max_length=22)
    sealed = models.BinaryField()

    objects: ClassVar = tenant_manager(models.QuerySet)

    def __str__(self) -> str:
        return str(self.id)
