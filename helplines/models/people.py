"""The people who work here, in which role, and the agreement they accepted (J01, J02)."""

from collections.abc import Sequence
from typing import ClassVar

from django.contrib.auth.models import AbstractUser
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Exists, OuterRef, Subquery
from django.utils.translation import gettext_lazy as _

from helplines.fields import LocalisedField
from helplines.models.organisation import Organisation, OwnedByLine
from helplines.tenancy import tenant_manager


class Staff(AbstractUser):
    """A person who signs in. What they may do comes from their memberships alone, never from Django's permissions."""

    email = models.EmailField(_("e-mail address"), unique=True)
    language = models.CharField(_("language"), max_length=5, blank=True)
    # For who is invited and works nowhere yet: names that no password may be made of.
    organisation_names: Sequence[str] = ()

    class Meta:
        verbose_name = _("staff member")
        verbose_name_plural = _("staff")

    def __str__(self) -> str:
        return self.get_full_name() or self.username


class Role(models.TextChoices):
    """What somebody is in an organisation; a person may have several roles (J02)."""

    COUNSELLOR = "counsellor", _("counsellor")
    MENTOR = "mentor", _("mentor")
    MANAGER = "manager", _("manager")
    ADMINISTRATOR = "administrator", _("administrator")
    DPO = "dpo", _("data protection officer")
    AUDITOR = "auditor", _("auditor")


class ConfidentialityAgreement(models.Model):
    """One version of what staff sign before they get any access; never edited, only followed by a newer one (J01)."""

    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="agreements", verbose_name=_("organisation")
    )
    number = models.PositiveIntegerField(_("version"), editable=False)
    text = LocalisedField(_("text"), long=True)
    published_at = models.DateTimeField(_("published at"), auto_now_add=True)

    objects: ClassVar = tenant_manager(models.QuerySet)

    class Meta:
        verbose_name = _("confidentiality agreement")
        verbose_name_plural = _("confidentiality agreements")
        ordering = ["organisation", "-number"]
        constraints = [models.UniqueConstraint(fields=["organisation", "number"], name="agreement_number")]

    def __str__(self) -> str:
        return f"{self.organisation} v{self.number}"


class AgreementAcceptance(models.Model):
    """That somebody accepted one version of the agreement, and when (M05)."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+")
    agreement = models.ForeignKey(ConfidentialityAgreement, models.PROTECT, related_name="acceptances")
    staff = models.ForeignKey(Staff, models.CASCADE, related_name="acceptances")
    accepted_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar = tenant_manager(models.QuerySet)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agreement", "staff"], name="accepted_once")]

    def __str__(self) -> str:
        return f"{self.staff} {self.agreement}"


def at_once(own: int | None, promised: int) -> int:
    """How many talks somebody has at the same time: their own number where they have one, and never more than is promised."""
    return promised if own is None else min(own, promised)


class MembershipQuerySet(models.QuerySet["Membership"]):
    def of(self, staff: Staff) -> "MembershipQuerySet":
        """What this person is, whether or not they signed the agreement."""
        return self.filter(staff=staff, is_active=True, staff__is_active=True)

    def in_force(self) -> "MembershipQuerySet":
        """Memberships that give access: the newest agreement of the organisation is accepted (J01).

        An organisation without an agreement gives nobody access.
        """
        newest = (
            ConfidentialityAgreement.objects.with_scopes_disabled()
            .filter(organisation=OuterRef("organisation"))
            .order_by("-number")
            .values("pk")[:1]
        )
        accepted = AgreementAcceptance.objects.with_scopes_disabled().filter(
            staff=OuterRef("staff"), agreement=OuterRef("newest_agreement")
        )
        return (
            self.filter(is_active=True, staff__is_active=True)
            .annotate(newest_agreement=Subquery(newest))
            .filter(Exists(accepted))
        )


class Membership(models.Model):
    """A role of a person in an organisation."""

    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="memberships", verbose_name=_("organisation")
    )
    staff = models.ForeignKey(Staff, models.CASCADE, related_name="memberships", verbose_name=_("staff member"))
    role = models.CharField(_("role"), max_length=15, choices=Role)
    branch = models.ForeignKey(
        "helplines.Branch", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("centre")
    )
    public_name = models.CharField(_("name for visitors"), max_length=40, blank=True)
    # None: as many as the policy of the line lets everybody have.
    talks_at_once = models.PositiveSmallIntegerField(
        _("talks at the same time"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    is_active = models.BooleanField(_("active"), default=True)
    # Who gave this role, and when; None where it was there before this was recorded.
    given_by = models.ForeignKey(Staff, models.SET_NULL, null=True, editable=False, related_name="+")
    given_at = models.DateTimeField(null=True, editable=False)

    objects: ClassVar = tenant_manager(MembershipQuerySet)

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        ordering = ["organisation", "staff", "role"]
        constraints = [models.UniqueConstraint(fields=["organisation", "staff", "role"], name="one_role_once")]

    def __str__(self) -> str:
        return f"{self.staff}, {self.get_role_display()}"

    def clean(self) -> None:
        super().clean()
        if self.branch and self.branch.organisation_id != self.organisation_id:
            raise ValidationError({"branch": _("This centre belongs to another organisation.")})


class Assignment(OwnedByLine):
    """A line that a member works on, under which name. A member without any works on all chat lines (A01, C04)."""

    membership = models.ForeignKey(Membership, models.CASCADE, related_name="assignments", verbose_name=_("membership"))
    alias = models.CharField(_("name for visitors of this line"), max_length=40, blank=True)

    objects: ClassVar = tenant_manager(models.QuerySet)

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        ordering = ["line", "membership"]
        constraints = [models.UniqueConstraint(fields=["membership", "line"], name="assigned_once")]

    def __str__(self) -> str:
        return f"{self.membership} → {self.line}"

    def clean(self) -> None:
        super().clean()
        if self.membership_id and self.line_id and self.membership.organisation_id != self.line.organisation_id:
            raise ValidationError({"line": _("This line belongs to another organisation.")})
