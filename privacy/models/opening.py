"""Requests to open what is sealed of a talk: asked, agreed to by one office after the other, shown to one person, gone (E07)."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from helplines.models import Organisation, Staff
from helplines.openings import EMERGENCIES
from helplines.policies import IDENTITY_HOLDERS
from helplines.tenancy import tenant_manager
from helplines.witness import Event
from privacy.models.audit import AuditEntry
from privacy.models.vault import IdentityKind

# Why somebody read what was written with a request, in the audit log.
READ = "opening-request"


class OpeningState(models.TextChoices):
    """How a request stands; all but the first two are its end."""

    ASKED = "asked", _("waits for who must agree")
    OPENED = "opened", _("opened")
    GONE = "gone", _("opened, and no longer visible")
    NOTHING = "nothing", _("agreed, but nothing is kept of this talk")
    DAMAGED = "damaged", _("agreed, but these keys do not open it")
    DECLINED = "declined", _("declined")
    WITHDRAWN = "withdrawn", _("withdrawn")
    EXPIRED = "expired", _("too late: nobody decided in time")


class OpeningQuerySet(models.QuerySet["OpeningRequest"]):
    def of(self, staff: Staff, offices: Iterable[str]) -> "OpeningQuerySet":
        """What this person asked, and what one of these offices of theirs has a say in."""
        theirs = [name for name, needed in IDENTITY_HOLDERS.items() if set(needed) & set(offices)]
        return self.filter(Q(asked_by=staff) | Q(holders__in=theirs))

    def waiting(self, now: datetime) -> "OpeningQuerySet":
        return self.filter(state=OpeningState.ASKED, expires_at__gt=now)

    def unseen(self, since: datetime) -> "OpeningQuerySet":
        """Somebody is in danger, and nobody who may agree looked since then."""
        looked = AuditEntry.objects.with_scopes_disabled().filter(
            organisation=OuterRef("organisation"),
            event=Event.NOTE_READ,
            what=OuterRef("conversation"),
            why=READ,
            at__gte=OuterRef("asked_at"),
        )
        return self.filter(~Exists(looked), state=OpeningState.ASKED, ground__in=EMERGENCIES, asked_at__lte=since)


class OpeningRequest(models.Model):
    """One request about one field of one talk.

    `words` (why, and the order) is sealed with the key of the talk and bound to everything that the request says, so a row
    that was changed opens nothing. `layer` is what is left when the offices so far took off theirs, sealed with that key too;
    `shown` is the value, which needs a secret that only the browser of who opened it has. All of it goes with the talk.
    """

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", editable=False)
    code = models.CharField(max_length=22, unique=True, editable=False)
    # No foreign key: privacy does not know of talks.
    conversation = models.CharField(max_length=22, editable=False)
    talk_began_at = models.DateTimeField(editable=False)
    kind = models.CharField(max_length=16, choices=IdentityKind, editable=False)
    # The procedure under which the talk began; a later policy does not reach it.
    holders = models.CharField(max_length=40, editable=False)
    terms: Any = models.JSONField(editable=False)
    ground = models.CharField(max_length=16, editable=False)
    recipient = models.CharField(max_length=16, editable=False)
    discussed = models.CharField(max_length=16, blank=True, editable=False)
    words = models.BinaryField(editable=False)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", editable=False)
    asked_at = models.DateTimeField(editable=False)
    # Keyed marks of browsers, by which two people are told from one.
    asked_on = models.CharField(max_length=64, editable=False)
    expires_at = models.DateTimeField(editable=False)
    state = models.CharField(max_length=10, choices=OpeningState, default=OpeningState.ASKED, editable=False)
    # How many offices agreed, and who that were, in order: ids of person, office, key and browser, and when.
    agreed = models.PositiveSmallIntegerField(default=0, editable=False)
    approvals: Any = models.JSONField(default=list, editable=False)
    layer = models.BinaryField(null=True, editable=False)
    shown = models.BinaryField(null=True, editable=False)
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", editable=False
    )
    gone_at = models.DateTimeField(null=True, editable=False)
    ended_at = models.DateTimeField(null=True, editable=False)
    # When an alarm went out because nobody who may agree looked.
    alarmed_at = models.DateTimeField(null=True, editable=False)

    objects: ClassVar = tenant_manager(OpeningQuerySet)

    class Meta:
        indexes = [models.Index(fields=["organisation", "state", "-asked_at"], name="openings_of_late")]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "conversation", "kind"], condition=Q(state="asked"), name="asked_once"
            )
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def office(self) -> str:
        """The office whose turn it is; "" when none is."""
        offices = IDENTITY_HOLDERS.get(self.holders, ())
        return offices[self.agreed] if self.state == OpeningState.ASKED and self.agreed < len(offices) else ""

    def is_visible(self, now: datetime) -> bool:
        return self.state == OpeningState.OPENED and self.gone_at is not None and now < self.gone_at
