"""How an organisation handles what people say of it."""

from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from helplines.fields import LocalisedField
from helplines.models import Organisation
from helplines.tenancy import tenant_manager


class Procedure(models.Model):
    """The organisation's own words, and what it asks; without a row the defaults here count. The terms are in its policy."""

    organisation = models.OneToOneField(
        Organisation, models.CASCADE, related_name="procedure", verbose_name=_("organisation")
    )
    words = LocalisedField(_("how it goes with us"), long=True, blank=True)
    elsewhere = LocalisedField(_("where else somebody can go"), long=True, blank=True)
    asks_feedback = models.BooleanField(_("ask visitors for feedback after a talk"), default=True)
    threshold = models.PositiveSmallIntegerField(
        _("answers before feedback is shown"), default=10, validators=[MinValueValidator(10), MaxValueValidator(100)]
    )

    objects: ClassVar = tenant_manager(models.QuerySet)

    class Meta:
        verbose_name = _("procedure")
        verbose_name_plural = _("procedures")

    def __str__(self) -> str:
        return str(self.organisation)
