"""The evidence that promises are kept: what was found, when, and against which version of the policy."""

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from helplines.models import Organisation
from helplines.tenancy import tenant_manager


class Verdict(models.TextChoices):
    """What a check found. One that could not be made says so: it is never taken for kept."""

    KEPT = "kept", _("kept")
    BROKEN = "broken", _("broken")
    UNKNOWN = "unknown", _("cannot be told")


class PromiseCheckQuerySet(models.QuerySet["PromiseCheck"]):
    def newest(self) -> "PromiseCheckQuerySet":
        """The last check of each promise."""
        last = self.values("organisation", "promise").annotate(last=models.Max("pk"))
        return self.filter(pk__in=last.values("last"))


class PromiseCheck(models.Model):
    """One check of one promise: counts, moments and opaque ids, and nothing about anybody."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+", editable=False)
    promise = models.CharField(max_length=32, editable=False)
    # The version of the organisation's policy that was in force, 0 before the first; and the value that was promised.
    version = models.PositiveIntegerField(editable=False)
    value = models.PositiveIntegerField(null=True, editable=False)
    verdict = models.CharField(max_length=8, choices=Verdict, editable=False)
    found: Any = models.JSONField(default=dict, editable=False)
    # Which rows to look at, such as the codes of talks; at most 20 of them.
    rows: Any = models.JSONField(default=list, editable=False)
    at = models.DateTimeField(editable=False)

    objects: ClassVar = tenant_manager(PromiseCheckQuerySet)

    class Meta:
        indexes = [models.Index(fields=["organisation", "promise", "-at"], name="promise_of_late")]

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.promise}: {self.verdict}"


class PromiseAlarm(models.Model):
    """That the organisation was told, on this day of its own, that a promise is broken."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+", editable=False)
    day = models.DateField(editable=False)

    objects: ClassVar = tenant_manager(models.QuerySet)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "day"], name="told_once_a_day")]

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.day}"


class SweepDone(models.Model):
    """When an eraser last went through an organisation to the end."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+", editable=False)
    eraser = models.CharField(max_length=32, editable=False)
    at = models.DateTimeField(editable=False)

    objects: ClassVar = tenant_manager(models.QuerySet)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "eraser"], name="one_last_sweep")]

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.eraser}"
