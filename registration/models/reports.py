"""What was published of a month, fixed for ever, and the choices of the fixed reports that an administrator saved (G06)."""

from datetime import datetime
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from helplines.models import Organisation
from helplines.tenancy import tenant_manager

FIXED = _("Published figures are never changed.")


class Published(models.Model):
    """The rounded figures of one source, one month and one audience. Written once: what is changed or erased later moves nothing.

    `figures` has by table its cells: the codes of the key, then the figure, a multiple of `base`. A hidden cell is not there.
    """

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+")
    source = models.CharField(max_length=20)
    month = models.DateField()
    audience = models.CharField(max_length=8)
    base = models.PositiveSmallIntegerField()
    figures: Any = models.JSONField()
    digest = models.CharField(max_length=64)
    fixed_at: "models.DateTimeField[datetime, datetime]" = models.DateTimeField()

    objects: ClassVar = tenant_manager(models.QuerySet)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "source", "month", "audience"], name="published_once")
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.source} {self.month:%Y-%m} {self.audience}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk:
            raise ValidationError(FIXED)
        super().save(*args, **kwargs)


class SavedReport(models.Model):
    """Some sheets of a fixed report under a name of the organisation's own. It chooses; it counts nothing."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+", verbose_name=_("organisation"))
    code = models.SlugField(max_length=22)
    name = models.CharField(_("name"), max_length=80)
    report = models.CharField(_("fixed report"), max_length=20)
    views: Any = models.JSONField(_("tables"))

    objects: ClassVar = tenant_manager(models.QuerySet)

    class Meta:
        verbose_name = _("saved report")
        verbose_name_plural = _("saved reports")
        ordering = ["organisation", "name", "pk"]
        constraints = [models.UniqueConstraint(fields=["organisation", "code"], name="saved_report_once")]

    def __str__(self) -> str:
        return self.name
