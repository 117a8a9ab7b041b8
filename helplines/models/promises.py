"""Policies: the promises of an organisation as values that the program keeps, in versions that never change (N04)."""

from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from helplines.models.organisation import Line, Organisation
from helplines.models.people import Staff
from helplines.models.versions import Version, VersionQuerySet, numbered_once
from helplines.tenancy import tenant_manager

PROPOSAL_LIFETIME = timedelta(days=14)


class PolicyQuerySet(VersionQuerySet):
    def in_force(self, at: datetime) -> "PolicyQuerySet":
        """Versions whose day has come, the one that counts first."""
        return self.filter(valid_from__lte=at).order_by("-valid_from", "-number")


class Policy(Version):
    """One version of the promises of an organisation, or of what one line does otherwise.

    `values` has the shape of `helplines.policies.PolicyValues`: all of it for an organisation, only what differs for
    a line.
    """

    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="policies", verbose_name=_("organisation")
    )
    line = models.ForeignKey(
        Line, models.CASCADE, null=True, blank=True, related_name="policies", verbose_name=_("line")
    )
    valid_from = models.DateTimeField(_("valid from"))
    values: Any = models.JSONField(_("values"))
    created_at = models.DateTimeField(_("published at"), auto_now_add=True)

    objects: ClassVar = tenant_manager(PolicyQuerySet)

    class Meta(Version.Meta):
        verbose_name = _("policy")
        verbose_name_plural = _("policies")
        constraints = numbered_once("policy")


class ProposalState(models.TextChoices):
    """How a proposal stands; all but the first are its end."""

    OPEN = "open", _("waits for a second person")
    CONFIRMED = "confirmed", _("confirmed")
    WITHDRAWN = "withdrawn", _("withdrawn")
    DECLINED = "declined", _("declined")
    LAPSED = "lapsed", _("lapsed")


class PolicyProposal(models.Model):
    """A next version that changes what nobody changes alone: it waits until a second person confirms it.

    `against` is the newest version there was: when another is published, the proposal does not count any more.
    `valid_from` is None for "as soon as it is confirmed". An organisation has at most one that is open.
    """

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="policy_proposals")
    line = models.ForeignKey(Line, models.CASCADE, null=True, blank=True, related_name="+")
    values: Any = models.JSONField()
    reason = models.CharField(max_length=300)
    valid_from = models.DateTimeField(null=True, blank=True)
    against = models.PositiveBigIntegerField()
    proposer = models.ForeignKey(Staff, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=ProposalState, default=ProposalState.OPEN)
    decided_by = models.ForeignKey(Staff, models.SET_NULL, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    version = models.OneToOneField(Policy, models.CASCADE, null=True, blank=True, related_name="proposal")

    objects: ClassVar = tenant_manager(models.QuerySet)

    class Meta:
        verbose_name = _("proposal")
        verbose_name_plural = _("proposals")
        ordering = ["organisation", "-created_at"]
        constraints = [
            models.UniqueConstraint(fields=["organisation"], condition=Q(state="open"), name="one_open_proposal")
        ]

    def __str__(self) -> str:
        return f"{self.line or self.organisation}: {self.get_state_display()}"

    @property
    def expires_at(self) -> datetime:
        return self.created_at + PROPOSAL_LIFETIME
