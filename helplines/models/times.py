"""When a line can be reached: weekly hours, dated closures and extra openings (A02, A06)."""

from typing import ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from helplines.models.organisation import Line, Organisation, OwnedByLine
from helplines.tenancy import tenant_manager


class Weekday(models.IntegerChoices):
    """Monday is 0, as in `datetime.date.weekday`."""

    MONDAY = 0, _("Monday")
    TUESDAY = 1, _("Tuesday")
    WEDNESDAY = 2, _("Wednesday")
    THURSDAY = 3, _("Thursday")
    FRIDAY = 4, _("Friday")
    SATURDAY = 5, _("Saturday")
    SUNDAY = 6, _("Sunday")


class OpeningHours(OwnedByLine):
    """One span of a weekday, in the organisation's time zone; several a day are allowed.

    A span that closes at or before its opening time runs past midnight: 22:00-02:00 ends the next morning, and
    00:00-00:00 is the whole day.
    """

    weekday = models.PositiveSmallIntegerField(_("day"), choices=Weekday)
    opens = models.TimeField(_("opens at"))
    closes = models.TimeField(_("closes at"))

    objects: ClassVar = tenant_manager(models.QuerySet)

    class Meta:
        verbose_name = _("opening time")
        verbose_name_plural = _("opening hours")
        ordering = ["line", "weekday", "opens"]
        default_related_name = "opening_hours"
        constraints = [models.UniqueConstraint(fields=["line", "weekday", "opens"], name="one_opening_at_a_time")]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.opens:%H:%M}-{self.closes:%H:%M}"


class ClosureKind(models.TextChoices):
    """Why a line is closed, as the visitor is told (A06)."""

    PLANNED = "planned", _("planned")
    HOLIDAY = "holiday", _("public holiday")
    EXCEPTIONAL = "exceptional", _("exceptional circumstances")


class ClosureQuerySet(models.QuerySet["Closure"]):
    def touching(self, line: Line) -> "ClosureQuerySet":
        """Closures of this line and of the whole organisation."""
        return self.filter(Q(line=line) | Q(line=None), organisation_id=line.organisation_id)


class Closure(models.Model):
    """A dated closure of one line, or of all lines when none is named. Without an end it lasts until it is lifted."""

    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="closures", verbose_name=_("organisation")
    )
    line = models.ForeignKey(
        Line, models.CASCADE, null=True, blank=True, related_name="closures", verbose_name=_("line")
    )
    kind = models.CharField(_("kind"), max_length=12, choices=ClosureKind, default=ClosureKind.PLANNED)
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=200)

    objects: ClassVar = tenant_manager(ClosureQuerySet)

    class Meta:
        verbose_name = _("closure")
        verbose_name_plural = _("closures")
        ordering = ["organisation", "-starts_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(ends_at__gt=F("starts_at")), name="closure_ends_after_it_starts"
            )
        ]

    def __str__(self) -> str:
        return self.reason

    def clean(self) -> None:
        super().clean()
        if self.line_id and self.organisation_id and self.line and self.line.organisation_id != self.organisation_id:
            raise ValidationError({"line": _("This line belongs to another organisation.")})
        if self.ends_at and self.starts_at and self.ends_at <= self.starts_at:
            raise ValidationError({"ends_at": _("The end must come after the start.")})


class ExtraOpening(OwnedByLine):
    """An opening on one date besides the weekly hours; a closure still wins."""

    day = models.DateField(_("date"))
    opens = models.TimeField(_("opens at"))
    closes = models.TimeField(_("closes at"))
    reason = models.CharField(_("reason"), max_length=200)

    objects: ClassVar = tenant_manager(models.QuerySet)

    class Meta:
        verbose_name = _("extra opening")
        verbose_name_plural = _("extra openings")
        ordering = ["line", "day", "opens"]
        default_related_name = "extra_openings"

    def __str__(self) -> str:
        return f"{date_format(self.day, 'j F Y')} {self.opens:%H:%M}–{self.closes:%H:%M}"
