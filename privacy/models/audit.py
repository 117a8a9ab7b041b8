"""The audit log: who looked at what, when and why; one gap-free chain for each organisation (D08, O09, NEN 7513)."""

from datetime import UTC
from typing import Any, ClassVar, Never

from django.db import models
from django.utils.translation import gettext_lazy as _

from helplines.models import Organisation
from helplines.tenancy import tenant_manager
from helplines.witness import Event
from privacy.chain import Link


class AppendOnlyError(Exception):
    """Something tried to change or remove what the audit log tells."""


def refuse(*args: Any, **kwargs: Any) -> Never:
    raise AppendOnlyError("The audit log is only ever added to.")


class AuditEntryQuerySet(models.QuerySet["AuditEntry"]):
    """Entries are added by `privacy.audit` and read; the database refuses the rest too (migration `audit_only_grows`)."""

    update = aupdate = delete = adelete = bulk_update = abulk_update = bulk_create = abulk_create = refuse
    update_or_create = aupdate_or_create = get_or_create = aget_or_create = _raw_delete = refuse


class AuditEntry(models.Model):
    """One thing that was done. It holds ids and codes and never a name, an address or a text (security goal M8)."""

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", verbose_name=_("organisation"), editable=False
    )
    number = models.PositiveBigIntegerField(_("number"), editable=False)
    at = models.DateTimeField(_("when"), editable=False)
    event = models.CharField(_("what happened"), max_length=24, choices=Event, editable=False)
    # No foreign key: an account that goes leaves what it did behind.
    who = models.BigIntegerField(_("who"), null=True, editable=False)
    role = models.CharField(_("role"), max_length=64, editable=False)
    on_behalf_of = models.CharField(_("on behalf of"), max_length=64, editable=False)
    what = models.CharField(_("of what"), max_length=64, editable=False)
    why = models.CharField(_("why"), max_length=64, editable=False)
    emergency = models.BooleanField(_("emergency"), default=False, editable=False)
    previous = models.CharField(max_length=64, editable=False)
    digest = models.CharField(max_length=64, editable=False)

    objects: ClassVar = tenant_manager(AuditEntryQuerySet)

    class Meta:
        verbose_name = _("entry of the audit log")
        verbose_name_plural = _("audit log")
        ordering = ["organisation", "-number"]
        constraints = [models.UniqueConstraint(fields=["organisation", "number"], name="audit_number")]
        indexes = [
            models.Index(fields=["organisation", "at"], name="audit_at"),
            models.Index(fields=["organisation", "event", "at"], name="audit_event"),
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id}/{self.number} {self.event}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            refuse()
        super().save(*args, **kwargs)

    delete = refuse

    @property
    def link(self) -> Link:
        """What the digest is made of."""
        return Link(
            self.organisation_id,
            self.number,
            self.at.astimezone(UTC),
            self.event,
            self.who,
            self.role,
            self.on_behalf_of,
            self.what,
            self.why,
            self.emergency,
            self.previous,
        )


class AuditHead(models.Model):
    """The end of an organisation's chain: the row that writers queue for, sealed so that a database alone cannot forge it."""

    organisation = models.OneToOneField(Organisation, models.PROTECT, related_name="+", editable=False)
    number = models.PositiveBigIntegerField(default=0, editable=False)
    digest = models.CharField(max_length=64, editable=False)
    seal = models.CharField(max_length=120, editable=False)

    objects: ClassVar = tenant_manager(models.QuerySet)

    def __str__(self) -> str:
        return f"{self.organisation_id}/{self.number}"


class AuditReview(models.Model):
    """That somebody looked at the reads of a week and signed them off; the log itself tells it too."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", editable=False)
    week = models.DateField()  # its Monday
    by = models.ForeignKey("helplines.Staff", models.SET_NULL, null=True, related_name="+", editable=False)
    at = models.DateTimeField(editable=False)
    # So many reads, of which so many were odd.
    reads = models.PositiveIntegerField(editable=False)
    odd = models.PositiveIntegerField(editable=False)

    objects: ClassVar = tenant_manager(models.QuerySet)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "week"], name="week_reviewed_once")]

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.week}"
