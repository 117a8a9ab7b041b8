"""What is asked: forms in versions, and the trees of subjects that they choose from (G01)."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from helplines.fields import LocalisedField
from helplines.models import Line, Organisation
from helplines.models.versions import Version, VersionQuerySet, numbered_once
from helplines.tenancy import tenant_manager
from registration import shape


class FormQuerySet(VersionQuerySet):
    def newest_first(self) -> "FormQuerySet":
        return self.order_by("-number")

    def asked_on(self, line: Line) -> "FormQuerySet":
        """The versions that a line has of its own, else those of the whole organisation; the newest first."""
        ours = self.filter(organisation_id=line.organisation_id)
        return ours.filter(Q(line=line) | Q(line=None)).order_by(models.F("line").asc(nulls_last=True), "-number")


class Form(Version):
    """One version of a registration form, of an organisation or of one of its lines; the newest counts."""

    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="registration_forms", verbose_name=_("organisation")
    )
    line = models.ForeignKey(Line, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("line"))
    fields: Any = models.JSONField(_("fields"))
    published_at = models.DateTimeField(_("published at"))

    objects: ClassVar = tenant_manager(FormQuerySet)

    class Meta(Version.Meta):
        verbose_name = _("registration form")
        verbose_name_plural = _("registration forms")
        constraints = numbered_once("form")

    @property
    def asked(self) -> tuple[shape.Field, ...]:
        return shape.parse(self.fields)


class Tree(models.Model):
    """A list of subjects in levels, of one organisation."""

    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="subject_trees", verbose_name=_("organisation")
    )
    code = models.SlugField(_("short name"), max_length=40)
    name = LocalisedField(_("name"), text_length=100)

    objects: ClassVar = tenant_manager(models.QuerySet)

    class Meta:
        verbose_name = _("tree of subjects")
        verbose_name_plural = _("trees of subjects")
        ordering = ["organisation", "code"]
        constraints = [models.UniqueConstraint(fields=["organisation", "code"], name="tree_once")]

    def __str__(self) -> str:
        return self.code


class Node(models.Model):
    """One subject. It is never removed, for figures name it; one that is not in use can no longer be chosen."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+")
    tree = models.ForeignKey(Tree, models.CASCADE, related_name="nodes")
    code = models.CharField(max_length=40)
    parent = models.ForeignKey("self", models.CASCADE, null=True, related_name="children")
    label = LocalisedField(text_length=shape.LONGEST_LABEL)
    position = models.PositiveIntegerField(default=0)
    is_active = models.BooleanField(default=True)

    objects: ClassVar = tenant_manager(models.QuerySet)

    class Meta:
        ordering = ["tree", "position", "pk"]
        constraints = [models.UniqueConstraint(fields=["tree", "code"], name="subject_once")]

    def __str__(self) -> str:
        return self.code
