"""Mail that goes out: by whose server, and the outbox from which a job carries each letter once."""

from datetime import datetime
from typing import Any, ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from helplines.models.organisation import Organisation
from helplines.secret_fields import SecretTextField
from helplines.tenancy import tenant_manager


class Security(models.TextChoices):
    """How the line to a mail server is kept secret; there is no third way."""

    STARTTLS = "starttls", _("STARTTLS (mostly port 587)")
    TLS = "tls", _("TLS from the start (mostly port 465)")


class MailServer(models.Model):
    """The mail server of an organisation that sends its letters itself; without one the installation's sends them."""

    organisation = models.OneToOneField(
        Organisation, models.CASCADE, related_name="mail_server", verbose_name=_("organisation")
    )
    is_used = models.BooleanField(_("send our mail by this server"), default=False)
    host = models.CharField(_("name of the server"), max_length=200, blank=True)
    port = models.PositiveIntegerField(
        _("port"), default=587, validators=[MinValueValidator(1), MaxValueValidator(65535)]
    )
    security = models.CharField(_("security"), max_length=10, choices=Security, default=Security.STARTTLS)
    user = SecretTextField(_("user name"), max_length=200, blank=True, default="")
    password = SecretTextField(_("password"), max_length=200, blank=True, default="")
    sender = models.EmailField(_("address of the sender"), blank=True)
    selector = models.CharField(_("DKIM selector"), max_length=60, blank=True)

    objects: ClassVar = tenant_manager(models.QuerySet)

    class Meta:
        verbose_name = _("mail server")
        verbose_name_plural = _("mail servers")

    def __str__(self) -> str:
        return self.host

    @property
    def can_send(self) -> bool:
        """Whether it is complete; with another SECRET_KEY the password is to be entered again."""
        return bool(self.is_used and self.host and self.sender and (self.password or not self.user))


class LetterState(models.TextChoices):
    """How it stands with a letter; all but the first are its end."""

    WAITING = "waiting", _("is being sent")
    SENT = "sent", _("sent")
    DROPPED = "dropped", _("no longer needed")
    GIVEN_UP = "given-up", _("could not be sent")


class LetterQuerySet(models.QuerySet["Letter"]):
    def due(self, now: datetime) -> "LetterQuerySet":
        """Letters that somebody must carry now: new ones, and those of a carrier that was killed or found nobody in."""
        return self.filter(state=LetterState.WAITING, due_at__lte=now)

    def old(self, before: datetime) -> "LetterQuerySet":
        return self.exclude(state=LetterState.WAITING).filter(made_at__lte=before)


class Letter(models.Model):
    """One letter to be sent once. It holds ids and keywords alone: the words are written when it leaves (M8).

    `key` says what it is about: a second one with the same key is the same letter. Of no organisation are letters about
    somebody's account.
    """

    key = models.CharField(max_length=100)
    kind = models.CharField(max_length=24)
    organisation = models.ForeignKey(Organisation, models.CASCADE, null=True, related_name="+")
    told: Any = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=LetterState, default=LetterState.WAITING)
    made_at = models.DateTimeField()
    due_at = models.DateTimeField(db_index=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    # What kind of trouble the last try met: the name of an error, and nothing of what it said.
    trouble = models.CharField(max_length=40, blank=True)

    objects: ClassVar = tenant_manager(LetterQuerySet)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "key"], name="one_letter_a_key"),
            # No organisation is no value, of which the one above allows any number.
            models.UniqueConstraint(
                fields=["key"], condition=models.Q(organisation=None), name="one_letter_a_key_of_nobody"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.state}"
