"""Which report was taken along as a file, by whom and what for."""

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from helplines.models import Membership, Organisation, Role, Staff
from helplines.tenancy import tenant_manager

# Who answers for what leaves the house, and so sees what others took along.
SEE_ALL = {Role.ADMINISTRATOR, Role.DPO}


class Purpose(models.TextChoices):
    """What a report is taken along for; asked each time."""

    ANNUAL = "annual", _("for the annual report")
    FUNDER = "funder", _("for who pays for the work")
    OVERSIGHT = "oversight", _("for an inspection or a supervisor")
    QUALITY = "better", _("to do the work better")
    RESEARCH = "research", _("for research")


class DownloadQuerySet(models.QuerySet["Download"]):
    def visible_to(self, membership: Membership) -> "DownloadQuerySet":
        """One's own; who answers for them sees all of the organisation."""
        ours = self.filter(organisation=membership.organisation_id)
        return ours if membership.role in SEE_ALL else ours.filter(by=membership.staff)


class Download(models.Model):
    """One file: what was asked, its number, and the digest of its bytes. With these it can be made again, the same."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+")
    number = models.PositiveIntegerField()
    figures = models.CharField(max_length=60)
    title = models.CharField(max_length=200)
    span = models.CharField(max_length=8)
    audience = models.CharField(max_length=8)
    kind = models.CharField(max_length=4)
    language = models.CharField(max_length=10)
    purpose = models.CharField(max_length=10, choices=Purpose)
    by = models.ForeignKey(Staff, models.SET_NULL, null=True, related_name="+")
    at: "models.DateTimeField[datetime, datetime]" = models.DateTimeField()
    digest = models.CharField(max_length=64)

    objects: ClassVar = tenant_manager(DownloadQuerySet)

    class Meta:
        ordering = ["organisation", "-number"]
        constraints = [models.UniqueConstraint(fields=["organisation", "number"], name="download_number")]

    def __str__(self) -> str:
        return self.code

    @property
    def code(self) -> str:
        """The number as it stands in the file: it tells of which organisation it is, also on paper."""
        return f"{self.organisation.slug}-{self.number:04}"
