"""Technical faults that somebody met: for the organisation's support, and without words for the operator (I06, I07)."""

from datetime import datetime
from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from helplines.models import Organisation
from helplines.tenancy import tenant_manager


class FaultState(models.TextChoices):
    NEW = "new", _("new")
    KNOWN = "known", _("being looked into")
    SOLVED = "solved", _("solved")


# What the self-check of a browser looks at, and how it can end.
CHECKS = {
    "script": _("JavaScript"),
    "browser": _("Browser"),
    "pages": _("Our pages"),
    "socket": _("The fast connection (WebSocket)"),
    "poll": _("The other connection (HTTP)"),
    "storage": _("Memory of this tab"),
    "clock": _("Clock of the device"),
}
MARKS = {"good": _("works"), "slow": _("is slow"), "bad": _("does not work")}


class FaultQuerySet(models.QuerySet["Fault"]):
    def old(self, now: datetime) -> "FaultQuerySet":
        return self.filter(gone_at__lte=now)


class Fault(models.Model):
    """When it went wrong, to the hour, and what the browser found by itself; the words are sealed, for the organisation alone."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+", verbose_name=_("organisation"))
    code = models.CharField(max_length=22, unique=True)
    state = models.CharField(max_length=8, choices=FaultState, default=FaultState.NEW)
    happened_at = models.DateTimeField(_("when it went wrong"))
    # Keywords of the self-check: what was looked at, and whether it worked.
    checks: Any = models.JSONField(default=dict)
    browser = models.CharField(max_length=40, blank=True)
    sealed = models.BinaryField(null=True)
    gone_at = models.DateTimeField(db_index=True)

    objects: ClassVar = tenant_manager(FaultQuerySet)

    class Meta:
        verbose_name = _("technical fault")
        verbose_name_plural = _("technical faults")

    def __str__(self) -> str:
        return self.code

    @property
    def found(self) -> list[str]:
        """What the self-check found, in words."""
        return [f"{CHECKS[name]}: {MARKS[mark]}" for name, mark in self.checks.items()]
