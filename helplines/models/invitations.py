"""Somebody who is asked to come and work here, until they say yes (J02)."""

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from helplines.models.organisation import Line, Organisation
from helplines.models.people import Role, Staff
from helplines.tenancy import tenant_manager


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def standing(self, now: datetime) -> "InvitationQuerySet":
        """Invitations whose link still works."""
        return self.filter(expires_at__gt=now)

    def unanswered(self, since: datetime) -> "InvitationQuerySet":
        """Invitations older than that, whose link did not work any more then."""
        return self.filter(made_at__lt=since).exclude(expires_at__gt=since)


class Invitation(models.Model):
    """The roles and lines that a person gets by saying yes; of the link only a keyed hash is kept."""

    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="invitations", verbose_name=_("organisation")
    )
    email = models.EmailField(_("e-mail address"))
    first_name = models.CharField(_("first name"), max_length=150)
    last_name = models.CharField(_("last name"), max_length=150, blank=True)
    roles = models.JSONField(_("roles"), default=list)
    lines = models.ManyToManyField(Line, blank=True, related_name="+", verbose_name=_("lines"))
    token = models.CharField(max_length=64, unique=True, null=True, editable=False)
    sent_at = models.DateTimeField(_("sent at"), null=True, editable=False)
    expires_at = models.DateTimeField(_("works until"), null=True, editable=False)
    invited_by = models.ForeignKey(Staff, models.SET_NULL, null=True, editable=False, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar = tenant_manager(InvitationQuerySet)

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ["organisation", "-made_at"]

    def __str__(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def roles_in_words(self) -> str:
        names = dict(Role.choices)
        return ", ".join(str(names[role]) for role in self.roles if role in names)
