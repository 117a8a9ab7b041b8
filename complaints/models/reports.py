"""Reports: complaints, suggestions and compliments, until only their figures are left (I02-I05, F07)."""

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from complaints.steps import OPEN, TO_DO, Outcome, State
from helplines.models import Membership, Organisation
from helplines.tenancy import tenant_manager


class ReportKind(models.TextChoices):
    COMPLAINT = "complaint", _("complaint")
    SUGGESTION = "suggestion", _("suggestion")
    COMPLIMENT = "compliment", _("compliment")


class ReportState(models.TextChoices):
    RECEIVED = "received", _("received")
    ACKNOWLEDGED = "acknowledged", _("read by us")
    HANDLING = "handling", _("being looked into")
    ANSWERED = "answered", _("answered")
    CLOSED = "closed", _("closed")


class ReportOutcome(models.TextChoices):
    FOUNDED = Outcome.FOUNDED.value, _("we agree with the complaint")
    PARTLY = Outcome.PARTLY.value, _("we agree with a part of it")
    UNFOUNDED = Outcome.UNFOUNDED.value, _("we do not agree with it")
    MEDIATED = Outcome.MEDIATED.value, _("we found a solution together")
    NOT_JUDGED = Outcome.NOT_JUDGED.value, _("we could not judge it")
    TAKEN_UP = Outcome.TAKEN_UP.value, _("we do something with it")
    NOT_TAKEN_UP = Outcome.NOT_TAKEN_UP.value, _("we do nothing with it")
    PASSED_ON = Outcome.PASSED_ON.value, _("passed on to the team")


class ReportQuerySet(models.QuerySet["Report"]):
    def open(self) -> "ReportQuerySet":
        return self.filter(state__in=OPEN)

    def overdue(self, now: datetime) -> "ReportQuerySet":
        """What an organisation promised to have done by now, and did not."""
        return self.filter(state__in=TO_DO, due_at__lte=now)

    def due_before(self, at: datetime) -> "ReportQuerySet":
        return self.filter(state__in=TO_DO, due_at__lte=at)

    def read_out(self, now: datetime) -> "ReportQuerySet":
        """Answered reports whose days to read the answer are over: they close by themselves."""
        return self.filter(state=State.ANSWERED, due_at__lte=now)

    def left_over(self, now: datetime) -> "ReportQuerySet":
        """Closed reports of which the figures were kept long enough."""
        return self.filter(state=State.CLOSED, gone_at__lte=now)


class Report(models.Model):
    """One report. What was said and the address are sealed with a key each; of the receipt we keep a fingerprint."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+")
    code = models.CharField(max_length=22, unique=True)
    receipt = models.CharField(max_length=64, unique=True)
    kind = models.CharField(max_length=12, choices=ReportKind)
    state = models.CharField(max_length=12, choices=ReportState, default=ReportState.RECEIVED)
    language = models.CharField(max_length=8)
    handler = models.ForeignKey(Membership, models.SET_NULL, null=True, related_name="+")
    is_escalated = models.BooleanField(default=False)
    received_at = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True, db_index=True)
    gone_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=16, choices=ReportOutcome, blank=True)
    # The code of the key of the address; "" where none was left, or it was taken back.
    contact_code = models.CharField(max_length=22, blank=True)
    contact = models.BinaryField(null=True)
    # To which words the sender said yes, and when; gone with the address (M05).
    consent = models.CharField(max_length=16, blank=True)
    consented_at = models.DateTimeField(null=True)
    # What the handler keeps of a closed report without anybody in it, under a key of its own.
    summary_code = models.CharField(max_length=22, blank=True)
    summary = models.BinaryField(null=True)

    objects: ClassVar = tenant_manager(ReportQuerySet)

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        indexes = [models.Index(fields=["organisation", "state", "due_at"], name="report_to_do")]

    def __str__(self) -> str:
        return self.code

    @property
    def can_be_answered_by_mail(self) -> bool:
        return self.contact is not None


class EntryKind(models.TextChoices):
    """Who says it, and who may read it: notes are for the organisation alone."""

    SAID = "said", _("The sender")
    ANSWER = "answer", _("Answer")
    NOTE = "note", _("Internal note")


class EntryQuerySet(models.QuerySet["Entry"]):
    def for_sender(self) -> "EntryQuerySet":
        return self.exclude(kind=EntryKind.NOTE)


class Entry(models.Model):
    """One thing that was said in a report, sealed with its key; all of it goes when the report closes."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+")
    report = models.ForeignKey(Report, models.CASCADE, related_name="entries")
    code = models.CharField(max_length=22, unique=True)
    kind = models.CharField(max_length=8, choices=EntryKind)
    at = models.DateTimeField()
    by = models.ForeignKey(Membership, models.SET_NULL, null=True, related_name="+")
    sealed = models.BinaryField()

    objects: ClassVar = tenant_manager(EntryQuerySet)

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return self.code
