"""That a visitor was asked in the talk whether something may be opened, and what they answered (E05, E06)."""

from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from helplines.models import Organisation
from helplines.tenancy import tenant_manager
from privacy.models.vault import IdentityKind


class ConsentState(models.TextChoices):
    """How a question stands; all but the first two are its end."""

    ASKED = "asked"
    GIVEN = "given"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    DROPPED = "dropped"  # who asked took the question back
    LAPSED = "lapsed"
    ENDED = "ended"  # the talk went on without who asked, or is over
    USED = "used"


LIVE = (ConsentState.ASKED, ConsentState.GIVEN)


class ConsentQuerySet(models.QuerySet["OpeningConsent"]):
    def live(self) -> Self:
        """Those that wait for an answer, or stand."""
        return self.filter(state__in=LIVE)

    def of(self, conversation: str, kind: str) -> Self:
        return self.filter(conversation=conversation, kind=kind)


class OpeningConsent(models.Model):
    """One question to a visitor: who asked, what for, for whom, and the answer; nothing of who the visitor is.

    `purpose` is sealed with the key of the talk. `answer` is there with a yes only, and binds it to everything that was asked:
    a row that was changed is worth nothing. All of it goes with the talk.
    """

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", editable=False)
    code = models.CharField(max_length=22, unique=True, editable=False)
    # No foreign key: privacy does not know of talks.
    conversation = models.CharField(max_length=22, editable=False)
    kind = models.CharField(max_length=16, choices=IdentityKind, editable=False)
    # Who would open it, by the policy under which the talk began.
    holders = models.CharField(max_length=40, editable=False)
    recipient = models.CharField(max_length=16, editable=False)
    purpose = models.BinaryField(editable=False)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", editable=False)
    asked_at = models.DateTimeField(editable=False)
    # Until when it can be answered, and once it is a yes, until when that counts at the most.
    until = models.DateTimeField(editable=False)
    state = models.CharField(max_length=10, choices=ConsentState, default=ConsentState.ASKED, editable=False)
    answer = models.BinaryField(null=True, editable=False)
    answered_at = models.DateTimeField(null=True, editable=False)
    ended_at = models.DateTimeField(null=True, editable=False)

    objects: ClassVar = tenant_manager(ConsentQuerySet)

    class Meta:
        indexes = [models.Index(fields=["organisation", "conversation"], name="consents_of_talk")]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "conversation", "kind"],
                condition=Q(state__in=["asked", "given"]),
                name="one_consent_at_once",
            )
        ]

    def __str__(self) -> str:
        return self.code
