"""What was registered: on the desk, on its way, in the anonymous store, and what is kept of a closed year.

Only a draft belongs to a talk. What is finished is tied to nobody: it has a random id, no author and no moment, and where it
lies among the others tells nothing (security goal L1; see docs/registration.md).
"""

from datetime import date, datetime
from typing import Any, ClassVar
from uuid import uuid4

from django.db import models
from django.utils.translation import gettext_lazy as _

from chat.models import Conversation
from helplines.models import Line, LineKind, Membership, Organisation, Staff
from helplines.tenancy import tenant_manager

CODE_LENGTH = 40


def code_field() -> "models.CharField[str, str]":
    return models.CharField(max_length=CODE_LENGTH, blank=True, default="")


class DraftQuerySet(models.QuerySet["Draft"]):
    def writable_by(self, membership: Membership) -> "DraftQuerySet":
        """Who has the talk, or had it last, registers it."""
        return self.filter(conversation__counsellor=membership, organisation_id=membership.organisation_id)


class Draft(models.Model):
    """What is filled in for a talk so far, sealed with the talk's key and erased with it; emptied once it is finished."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+")
    conversation = models.OneToOneField(Conversation, models.CASCADE, related_name="registration_draft")
    version = models.PositiveIntegerField(default=0)
    content = models.BinaryField(null=True)
    is_done = models.BooleanField(default=False)

    objects: ClassVar = tenant_manager(DraftQuerySet)

    def __str__(self) -> str:
        return f"{self.conversation_id} v{self.version}"


class Waiting(models.Model):
    """A finished registration or short report that waits for a crowd: sealed, all of one size, in no order."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+")
    content = models.BinaryField()

    objects: ClassVar = tenant_manager(models.QuerySet)

    def __str__(self) -> str:
        return str(self.id)


class RegistrationQuerySet(models.QuerySet["Registration"]):
    def within(self, first: date, last: date) -> "RegistrationQuerySet":
        """Those of these months, by the first day of the first and of the last."""
        return self.filter(month__gte=first, month__lte=last)

    def of_line(self, line_id: int | None) -> "RegistrationQuerySet":
        return self.filter(line=line_id) if line_id else self.filter(line=None)


class Registration(models.Model):
    """One contact, anonymous: codes of the form, the month, a coarse time and a rounded length (G01, G02, G07)."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+")
    # None where too few were alike to name the line.
    line = models.ForeignKey(Line, models.PROTECT, null=True, related_name="+", db_index=False)
    channel = models.CharField(max_length=10, choices=LineKind, blank=True)
    # Stored as its first day: a month that is worked out in SQL makes a report three times as slow.
    month = models.DateField()
    moment = code_field()
    minutes = models.PositiveSmallIntegerField(null=True)
    subject = code_field()
    region = code_field()
    age = code_field()
    role = code_field()
    outcome = code_field()
    answers: Any = models.JSONField(default=dict)

    objects: ClassVar = tenant_manager(RegistrationQuerySet)

    class Meta:
        verbose_name = _("registration")
        verbose_name_plural = _("registrations")
        indexes = [models.Index(fields=["organisation", "month"], name="registered_in_month")]

    def __str__(self) -> str:
        return str(self.id)


class ShortReportQuerySet(models.QuerySet["ShortReport"]):
    def written_by(self, membership: Membership) -> "ShortReportQuerySet":
        return self.filter(writer=membership, organisation_id=membership.organisation_id)


class ShortReport(models.Model):
    """What a counsellor wrote of a talk to learn from it: the writer's own, in no report and no figure (G03).

    It names its writer and not the talk; `month` is the one in which it came out of the crowd.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+")
    writer = models.ForeignKey(Membership, models.CASCADE, related_name="+")
    month = models.DateField()
    text = models.BinaryField()

    objects: ClassVar = tenant_manager(ShortReportQuerySet)

    def __str__(self) -> str:
        return str(self.id)


class FigureQuerySet(models.QuerySet["Figure"]):
    def within(self, first: date, last: date) -> "FigureQuerySet":
        return self.filter(month__gte=first, month__lte=last)


class Figure(models.Model):
    """One count that is kept of registrations that are gone: a cell of one table, in one month, on one line (G08).

    `table` is "all" (every contact), "cross" (subject × region × age together, small cells merged), "@" and the name of a
    dimension, "moment", "length", or the key of a field; in the last four `option` tells which answer.
    """

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+")
    month = models.DateField()
    line = models.ForeignKey(Line, models.PROTECT, null=True, related_name="+", db_index=False)
    channel = models.CharField(max_length=10, choices=LineKind, blank=True)
    table = models.CharField(max_length=CODE_LENGTH + 1)
    option = code_field()
    subject = code_field()
    region = code_field()
    age = code_field()
    count = models.PositiveIntegerField()
    # The lengths that are known, added up, and of how many contacts.
    minutes = models.PositiveIntegerField(default=0)
    timed = models.PositiveIntegerField(default=0)

    objects: ClassVar = tenant_manager(FigureQuerySet)

    class Meta:
        indexes = [models.Index(fields=["organisation", "table", "month"], name="figure_of_month")]

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.month:%Y-%m} {self.table}"


class ClosedYear(models.Model):
    """The receipt of a closed year: what was counted, what was deleted, and a digest of the figures that stay (F12, G08)."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+", verbose_name=_("organisation"))
    year = models.PositiveSmallIntegerField(_("year"), editable=False)
    closed_at: "models.DateTimeField[datetime, datetime]" = models.DateTimeField(_("closed at"), editable=False)
    by = models.ForeignKey(
        Staff, models.SET_NULL, null=True, related_name="+", verbose_name=_("closed by"), editable=False
    )
    counted = models.PositiveIntegerField(_("contacts counted"), editable=False)
    erased = models.PositiveIntegerField(_("registrations deleted"), editable=False)
    digest = models.CharField(_("digest of the figures"), max_length=64, editable=False)

    objects: ClassVar = tenant_manager(models.QuerySet)

    class Meta:
        verbose_name = _("closed year")
        verbose_name_plural = _("closed years")
        ordering = ["organisation", "-year"]
        constraints = [models.UniqueConstraint(fields=["organisation", "year"], name="year_closed_once")]

    def __str__(self) -> str:
        return str(self.year)
