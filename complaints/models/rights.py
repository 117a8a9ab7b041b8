"""The register of what people ask about their data: what, since when, how they showed who they are, and how it ended (N01)."""

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from complaints.rights_rules import Check, Ending, Right
from helplines.models import Membership, Organisation
from helplines.tenancy import tenant_manager


class AskedRight(models.TextChoices):
    ACCESS = Right.ACCESS.value, _("to see what is kept")
    RECTIFICATION = Right.RECTIFICATION.value, _("to change what is not right")
    ERASURE = Right.ERASURE.value, _("to erase what is kept")
    RESTRICTION = Right.RESTRICTION.value, _("to keep it without using it")
    PORTABILITY = Right.PORTABILITY.value, _("to take it along in a file")
    OBJECTION = Right.OBJECTION.value, _("to stop a use")
    QUESTION = Right.QUESTION.value, _("a question about privacy")


class CameBy(models.TextChoices):
    """By which way it came."""

    PAGE = "page", _("our page")
    MAIL = "mail", _("e-mail")
    LETTER = "letter", _("a letter")
    CALL = "call", _("a call")
    TALK = "talk", _("in a conversation")


class IdentityCheck(models.TextChoices):
    KNOWN = Check.KNOWN.value, _("wrote from an address that we knew already")
    CALLED = Check.CALLED.value, _("we called a number that we knew already")
    MET = Check.MET.value, _("somebody who knows them spoke with them")
    CARD = Check.CARD.value, _("showed an identity card; we looked and kept nothing of it")
    NEEDLESS = Check.NEEDLESS.value, _("not needed: nothing about a person leaves us or changes")


class RightsEnding(models.TextChoices):
    GRANTED = Ending.GRANTED.value, _("we did what was asked")
    PARTLY = Ending.PARTLY.value, _("we did a part of it, and said why")
    REFUSED = Ending.REFUSED.value, _("we did not do it, and said why")
    NOTHING = Ending.NOTHING.value, _("we keep nothing that we can find of this person")
    UNPROVED = Ending.UNPROVED.value, _("it stayed unclear who asked")
    WITHDRAWN = Ending.WITHDRAWN.value, _("taken back")


class RightsRequestQuerySet(models.QuerySet["RightsRequest"]):
    def open(self) -> "RightsRequestQuerySet":
        return self.filter(ended_at=None)

    def due_before(self, at: datetime) -> "RightsRequestQuerySet":
        return self.open().filter(due_at__lte=at)

    def late(self) -> "RightsRequestQuerySet":
        """What was answered after its term."""
        return self.filter(ended_at__gt=models.F("due_at"))

    def spoken(self, now: datetime) -> "RightsRequestQuerySet":
        """Requests of which the words and the address must be gone by now, and are not."""
        return self.filter(words_gone_at__lte=now, words__isnull=False)

    def over(self, now: datetime) -> "RightsRequestQuerySet":
        """Requests that were kept long enough."""
        return self.filter(gone_at__lte=now)


class RightsRequest(models.Model):
    """One request. Words, address and what was noted are sealed with a key of its own, and go a month after the end."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+")
    code = models.CharField(max_length=22, unique=True)
    right = models.CharField(max_length=16, choices=AskedRight)
    way = models.CharField(max_length=8, choices=CameBy)
    language = models.CharField(max_length=8)
    received_at = models.DateTimeField()
    due_at = models.DateTimeField()
    words = models.BinaryField(null=True)
    contact = models.BinaryField(null=True)
    note = models.BinaryField(null=True)
    # How the person showed who they are, who saw it and when; never a copy of anything (N02).
    check_made = models.CharField(max_length=10, choices=IdentityCheck, blank=True)
    checked_by = models.ForeignKey(Membership, models.SET_NULL, null=True, related_name="+")
    checked_at = models.DateTimeField(null=True)
    ending = models.CharField(max_length=10, choices=RightsEnding, blank=True)
    ended_at = models.DateTimeField(null=True)
    words_gone_at = models.DateTimeField()
    gone_at = models.DateTimeField()

    objects: ClassVar = tenant_manager(RightsRequestQuerySet)

    class Meta:
        verbose_name = _("request about data")
        verbose_name_plural = _("requests about data")
        indexes = [models.Index(fields=["organisation", "ended_at", "due_at"], name="rights_to_do")]

    def __str__(self) -> str:
        return self.code
