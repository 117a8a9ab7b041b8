"""The identity vault: whose public keys things are sealed to, and what is sealed (D01-D03)."""

from typing import ClassVar, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from helplines.models import Organisation
from helplines.tenancy import tenant_manager
from privacy import envelopes


class Office(models.TextChoices):
    """Who can hold a key, as `helplines.policies.OFFICES` names them."""

    ADMINISTRATOR = "administrator", _("administrator")
    MANAGEMENT = "management", _("management")
    DPO = "dpo", _("data protection officer")
    PROVIDER = "provider", _("provider")


class IdentityKind(models.TextChoices):
    """What was sealed."""

    ADDRESS = "address", _("internet address")
    TELEPHONE = "telephone", _("telephone number")
    EMAIL = "email", _("e-mail address")


class HolderQuerySet(models.QuerySet["Holder"]):
    def in_use(self) -> Self:
        """Keys that new things are sealed to; the first of an office is its key, the others are spares."""
        return self.filter(retired_at=None).order_by("office", "made_at", "pk")


class Holder(models.Model):
    """The public half of a key that somebody of an office keeps. Who made it stands in the audit log."""

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", verbose_name=_("organisation"), editable=False
    )
    office = models.CharField(max_length=16, choices=Office, editable=False)
    name = models.CharField(max_length=16, editable=False)
    public_key = models.BinaryField(editable=False)
    made_at = models.DateTimeField(editable=False)
    retired_at = models.DateTimeField(null=True, editable=False)

    objects: ClassVar = tenant_manager(HolderQuerySet)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "name"], name="holder_name")]

    def __str__(self) -> str:
        return self.name

    @property
    def fingerprint(self) -> str:
        return envelopes.fingerprint(bytes(self.public_key))


class SealedIdentity(models.Model):
    """Where a visitor came from, which no program of ours can open.

    `sealed` is the envelope under a key of its talk as well, so it dies with the talk, in every backup. `layers` are the boxes
    with the keys of the layers, from the outside in: name of a holder's key → box.
    """

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", editable=False)
    # No foreign key: privacy does not know of talks.
    conversation = models.CharField(max_length=22, editable=False)
    kind = models.CharField(max_length=16, choices=IdentityKind, editable=False)
    # The value of the policy under which it was sealed; a later policy does not reach it.
    holders = models.CharField(max_length=40, editable=False)
    # What that policy asks; None for what was sealed before it was stored, and then `holders` says it.
    terms = models.JSONField(null=True, editable=False)
    layers = models.JSONField(editable=False)
    sealed = models.BinaryField(editable=False)

    objects: ClassVar = tenant_manager(models.QuerySet)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "conversation", "kind"], name="sealed_identity_of")
        ]

    def __str__(self) -> str:
        return self.conversation
