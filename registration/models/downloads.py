"""Which report was taken along as a file, by whom and what for; and the files that take long, while they are made."""

from datetime import datetime, timedelta
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
    """One file: what was asked, its number, and the digest of its bytes. With these it can be made again, the same.

    A digest of "" is that of a file that is still being made, or could not be.
    """

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


class Trouble(models.TextChoices):
    """Why a file could not be made."""

    LETTERS = "letters", _("It has signs for which this machine has no letters. Take another kind of file.")
    MISSING = "missing", _("What makes this kind of file is not installed here now.")
    CHANGED = "changed", _("The figures or their words changed since. Take the report along again, as a new file.")


class Making(models.Model):
    """A file that takes long, made by a job: how far it is, and then its bytes, for a day: published figures, of nobody."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+")
    download = models.OneToOneField(Download, models.CASCADE, related_name="making")
    asked_at: "models.DateTimeField[datetime, datetime]" = models.DateTimeField()
    step = models.PositiveSmallIntegerField(default=0)
    data = models.BinaryField(null=True)
    trouble = models.CharField(max_length=8, choices=Trouble, blank=True)

    objects: ClassVar = tenant_manager(models.QuerySet)

    # It waits for its turn, it is in hand, it is there.
    STEPS = 2
    LASTS = timedelta(days=1)

    def __str__(self) -> str:
        return f"{self.download_id}: {self.step}"

    @property
    def is_over(self) -> bool:
        return self.step >= self.STEPS or bool(self.trouble)
