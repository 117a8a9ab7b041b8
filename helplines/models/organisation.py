"""Organisations (the tenants), their lines, centres and emergency numbers."""

from typing import ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from helplines.fields import LanguagesField, LocalisedField, in_language
from helplines.tenancy import tenant_manager
from helplines.validators import (
    accent_colour,
    embedding_origins,
    free_slug,
    known_languages,
    known_time_zone,
    own_line_slug,
    safe_exit,
)


def dutch_only() -> list[str]:
    return ["nl"]


class Address(models.TextChoices):
    """How visitors are spoken to in a language that has two ways; in Dutch with "je" or with "u"."""

    INFORMAL = "informal", _("informal: “je” in Dutch")
    FORMAL = "formal", _("formal: “u” in Dutch")


class Organisation(models.Model):
    """A tenant: one organisation with its own lines, people and promises (O10, N06)."""

    class Country(models.TextChoices):
        BELGIUM = "BE", _("Belgium")
        NETHERLANDS = "NL", _("Netherlands")
        GERMANY = "DE", _("Germany")
        FRANCE = "FR", _("France")

    slug = models.SlugField(_("address name"), unique=True, max_length=40, validators=[free_slug])
    name = models.CharField(_("name"), max_length=100)
    legal_name = models.CharField(_("legal name"), max_length=200)
    register_number = models.CharField(_("register number"), max_length=40, blank=True)
    address = models.TextField(_("postal address"), blank=True)
    country = models.CharField(_("country"), max_length=2, choices=Country, default=Country.BELGIUM)
    time_zone = models.CharField(_("time zone"), max_length=50, default="Europe/Brussels", validators=[known_time_zone])
    languages = LanguagesField(_("languages"), default=dutch_only, validators=[known_languages])
    form_of_address = models.CharField(
        _("how we speak to visitors"),
        max_length=10,
        choices=Address,
        default=Address.INFORMAL,
        db_default=Address.INFORMAL,  # for the release before this one, which does not name the column
    )
    website = models.URLField(_("website"), blank=True)
    privacy_email = models.EmailField(_("address for privacy questions"))
    complaints_email = models.EmailField(_("address for complaints"))
    support_email = models.EmailField(_("address for technical help"))
    dpo_email = models.EmailField(_("address of the data protection officer"), blank=True)
    provider = models.CharField(_("technical administration by"), max_length=200, blank=True)
    exit_url = models.URLField(_("page after a quick exit"), blank=True, validators=[safe_exit])
    accent = models.CharField(_("accent colour"), max_length=7, default="#1f5f8b", validators=[accent_colour])
    logo = models.BinaryField(_("logo"), null=True, blank=True, editable=False)
    logo_type = models.CharField(max_length=20, blank=True, editable=False)
    about = LocalisedField(_("who we are"), long=True, blank=True)
    secrecy = LocalisedField(_("professional secrecy"), long=True, blank=True)

    # Whether visitors may read how each promise was checked.
    shows_proof = models.BooleanField(_("show visitors whether the promises are kept"), default=False, db_default=False)
    shows_openings = models.BooleanField(
        _("show visitors how often an address was opened"), default=False, db_default=False
    )

    # Every so many months somebody looks at the promises again; when that was last done without changing one (N05).
    review_months = models.PositiveSmallIntegerField(
        _("months after which you look at your promises again"),
        default=6,
        db_default=6,
        validators=[MinValueValidator(3), MaxValueValidator(6)],
    )
    reviewed_at = models.DateTimeField(null=True, editable=False)

    objects: ClassVar = tenant_manager(models.QuerySet, "pk")

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def first_language(self) -> str:
        return str(self.languages[0]) if self.languages else "nl"


class LineKind(models.TextChoices):
    """The channels of an organisation; an office line is no help line and follows another regime (D07, K01)."""

    CHAT = "chat", _("chat")
    TELEPHONE = "telephone", _("telephone")
    EMAIL = "email", _("e-mail")
    OFFICE = "office", _("office")


class LineQuerySet(models.QuerySet["Line"]):
    def chats(self) -> "LineQuerySet":
        """The lines on which somebody can chat."""
        return self.filter(kind=LineKind.CHAT, is_active=True)


class Line(models.Model):
    """A public entry of an organisation, with a name, a site, a button, words and hours of its own (A01)."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="lines", verbose_name=_("organisation"))
    kind = models.CharField(_("kind"), max_length=10, choices=LineKind, default=LineKind.CHAT)
    slug = models.SlugField(_("address name"), max_length=40, validators=[own_line_slug])
    name = models.CharField(_("public name"), max_length=100)
    is_active = models.BooleanField(_("in use"), default=True)
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    contact = models.CharField(_("number or address"), max_length=100, blank=True)
    origins = models.JSONField(_("sites with our button"), default=list, blank=True, validators=[embedding_origins])
    languages = LanguagesField(_("languages"), default=list, blank=True)
    form_of_address = models.CharField(
        _("how we speak to visitors"),
        max_length=10,
        choices=[("", _("as the organisation")), *Address.choices],
        blank=True,
        default="",
        db_default="",
    )
    neutral_title = models.BooleanField(_("neutral name of the tab"), default=True)
    button = LocalisedField(_("text on the button"), blank=True, text_length=40)
    opening = LocalisedField(_("opening text"), long=True, blank=True)
    busy = LocalisedField(_("text when everybody is in a talk"), long=True, blank=True)
    closed = LocalisedField(_("text when closed"), long=True, blank=True)
    farewell = LocalisedField(_("text after the talk"), long=True, blank=True)

    objects: ClassVar = tenant_manager(LineQuerySet)

    class Meta:
        verbose_name = _("line")
        verbose_name_plural = _("lines")
        ordering = ["organisation", "position", "name"]
        constraints = [models.UniqueConstraint(fields=["organisation", "slug"], name="line_slug_in_organisation")]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        super().clean()
        if self.organisation_id and not set(self.languages or []) <= set(self.organisation.languages):
            raise ValidationError({"languages": _("Choose only languages in which the organisation writes.")})

    @property
    def spoken(self) -> list[str]:
        """The languages a visitor can choose here, the line's own first."""
        return list(self.languages or self.organisation.languages)

    @property
    def is_formal(self) -> bool:
        """Whether our sentences say "u" to visitors here; without a choice of its own a line does as its organisation."""
        return (self.form_of_address or self.organisation.form_of_address) == Address.FORMAL

    def text(self, name: str, language: str) -> str:
        """One of this line's own texts in the best language there is; "" where the organisation wrote none."""
        return in_language(getattr(self, name), language, self.organisation.first_language)


class OwnedByLine(models.Model):
    """A row of a line; it carries the organisation too, so that the wall stands on its own column."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, editable=False, related_name="+")
    line = models.ForeignKey(Line, models.CASCADE, verbose_name=_("line"))

    class Meta:
        abstract = True

    def save(self, *args: object, **kwargs: object) -> None:
        if not self.organisation_id:
            self.organisation_id = self.line.organisation_id
        if self.organisation_id != self.line.organisation_id:
            raise ValidationError(_("This line belongs to another organisation."))
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    def clean(self) -> None:
        super().clean()
        if self.line_id:
            self.organisation_id = self.line.organisation_id


class Branch(models.Model):
    """A regional centre, to which somebody can write when the chat is closed or busy (A07)."""

    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="branches", verbose_name=_("organisation")
    )
    name = models.CharField(_("name"), max_length=100)
    region = models.CharField(_("region"), max_length=100, blank=True)
    email = models.EmailField(_("e-mail address"))
    telephone = models.CharField(_("telephone"), max_length=30, blank=True)
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    objects: ClassVar = tenant_manager(models.QuerySet)

    class Meta:
        verbose_name = _("centre")
        verbose_name_plural = _("centres")
        ordering = ["organisation", "position", "name"]

    def __str__(self) -> str:
        return self.name


class EmergencyNumber(models.Model):
    """A number that stands on every screen of the visitor, such as 112 (A11)."""

    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="emergency_numbers", verbose_name=_("organisation")
    )
    number = models.CharField(_("number"), max_length=30)
    label = LocalisedField(_("for whom or what"), text_length=120)
    is_first = models.BooleanField(_("always in sight"), default=False)
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    objects: ClassVar = tenant_manager(models.QuerySet)

    class Meta:
        verbose_name = _("emergency number")
        verbose_name_plural = _("emergency numbers")
        ordering = ["organisation", "-is_first", "position", "number"]

    def __str__(self) -> str:
        return f"{self.number} ({in_language(self.label)})"
