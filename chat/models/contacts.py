"""Who of the visitors comes again, as marks that their key alone ties together, and nothing else."""

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import Q

from chat.models.talks import Conversation
from chat.states import State
from helplines.models import Membership, Organisation
from helplines.tenancy import tenant_manager


class ContactQuerySet(models.QuerySet["Contact"]):
    def counting(self, after: datetime) -> "ContactQuerySet":
        """Talks begun after this moment that somebody answered, or that wait for it; nobody pays for being missed (C07)."""
        heard = Q(conversation__claimed_at__isnull=False) | Q(conversation__state=State.WAITING)
        return self.filter(heard, at__gt=after)

    def unanswered(self) -> "ContactQuerySet":
        """Talks that are over and that nobody answered."""
        return self.filter(conversation__claimed_at=None).exclude(conversation__state=State.WAITING)

    def passed(self, before: datetime) -> "ContactQuerySet":
        """What counts for no limit and no block any more."""
        return self.filter(at__lte=before)


class Contact(models.Model):
    """That somebody began a talk. Each mark is of one place in a row of visits, so two of one visitor are not alike."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+")
    conversation = models.OneToOneField(Conversation, models.DO_NOTHING, related_name="contact")
    at = models.DateTimeField(db_index=True)
    window = models.PositiveIntegerField(default=0)
    # What a block needs, under the key of the window.
    sealed = models.BinaryField(default=b"")
    token = models.CharField(max_length=64, blank=True)
    address = models.CharField(max_length=64, blank=True)
    # Which talk of 24 hours this is, where the policy shows it to the counsellor (C08).
    number = models.PositiveSmallIntegerField(null=True)

    objects: ClassVar = tenant_manager(ContactQuerySet)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", kind], condition=~Q(**{kind: ""}), name=f"contact_{kind}")
            for kind in ("token", "address")
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id}: a contact"


class BlockQuerySet(models.QuerySet["Block"]):
    def in_force(self, now: datetime) -> "BlockQuerySet":
        return self.filter(until__gt=now)

    def over(self, now: datetime) -> "BlockQuerySet":
        return self.filter(until__lte=now)


class Block(models.Model):
    """Somebody may not begin a talk until a moment; by whom and why, and not who it is (C06)."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+")
    code = models.CharField(max_length=22, unique=True)
    by = models.ForeignKey(Membership, models.CASCADE, related_name="+")
    reason = models.CharField(max_length=12)
    at = models.DateTimeField()
    until = models.DateTimeField(db_index=True)
    window = models.PositiveIntegerField()
    token = models.CharField(max_length=64, blank=True)
    address = models.CharField(max_length=64, blank=True)

    objects: ClassVar = tenant_manager(BlockQuerySet)

    def __str__(self) -> str:
        return self.code
