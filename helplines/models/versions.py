"""What is written in versions: each is written once, the newest counts, and the older ones stay to be read (N04)."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from helplines.models.people import Staff

NEVER_CHANGED = _("A published version is never changed; publish a new one.")
NEVER_REMOVED = _("A published version is never removed; publish a new one.")


class VersionQuerySet(models.QuerySet[Any]):
    """Reads; whoever tries to change or remove several versions at once gets a ValidationError."""

    def update(self, **kwargs: Any) -> int:
        raise ValidationError(NEVER_CHANGED)

    def delete(self) -> tuple[int, dict[str, int]]:
        raise ValidationError(NEVER_REMOVED)


class Version(models.Model):
    """One version, of an `organisation` or of one of its lines (`line`, else None): the class below has both.

    `save` on an existing row and `delete` raise ValidationError. It goes only with its whole organisation.
    """

    number = models.PositiveIntegerField(_("version"))
    reason = models.CharField(_("reason"), max_length=300)
    author = models.ForeignKey(
        Staff, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("author")
    )

    class Meta:
        abstract = True
        ordering = ["organisation", "line", "-number"]

    def __str__(self) -> str:
        return f"{self.line or self.organisation} v{self.number}"  # type: ignore[attr-defined]

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk:
            raise ValidationError(NEVER_CHANGED)
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise ValidationError(NEVER_REMOVED)


def numbered_once(name: str) -> list[models.BaseConstraint]:
    """Each number once for the organisation itself, and once for each line; `name` goes before the names of both rules."""
    return [
        models.UniqueConstraint(
            fields=["organisation", "number"],
            condition=models.Q(line=None),
            name=f"{name}_number_in_organisation",
        ),
        models.UniqueConstraint(
            fields=["line", "number"], condition=models.Q(line__isnull=False), name=f"{name}_number_in_line"
        ),
    ]
