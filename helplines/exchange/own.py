"""The lists of this app that can be exchanged."""

from django.utils.translation import gettext_lazy as _

from helplines.exchange import cells
from helplines.exchange.tables import Column, Table, register
from helplines.models import Branch, CannedReply, Closure, EmergencyNumber, OpeningHours, Organisation

POSITION = _("A whole number. Lower numbers come first.")


def branch_columns(organisation: Organisation) -> list[Column]:
    return [
        cells.text("name", _("The name of the centre. By this we know the row again.")),
        cells.text("region", _("The place or area it works for. By this and the name we know the row again.")),
        cells.text("email", _("Visitors write to this address.")),
        cells.text("telephone", _("Empty if the centre does not want calls.")),
        cells.number("position", POSITION),
    ]


def number_columns(organisation: Organisation) -> list[Column]:
    return [
        cells.text("number", _("The number as people dial it. By this we know the row again.")),
        *cells.texts("label", organisation, _("For whom or for what this number is.")),
        cells.flag("is_first", _("Write yes for the number that stays in sight on every screen, else no.")),
        cells.number("position", POSITION),
    ]


def hours_columns(organisation: Organisation) -> list[Column]:
    return [
        cells.line(_("The address name of the line."), is_needed=True),
        cells.weekday(_("The name of the day.")),
        cells.clock("opens", _("When the line opens, such as 13:00.")),
        cells.clock("closes", _("When it closes. A time before the opening means the next morning.")),
    ]


def closure_columns(organisation: Organisation) -> list[Column]:
    return [
        cells.line(_("The address name of the line. Empty for all lines."), is_needed=False),
        cells.choice("kind", _("One of these words: planned, holiday, exceptional.")),
        cells.moment("starts_at", _("The day and the time from which it is closed."), is_needed=True),
        cells.moment("ends_at", _("Until when. Empty to close until you open again."), is_needed=False),
        cells.text("reason", _("For yourself and your colleagues.")),
    ]


def reply_columns(organisation: Organisation) -> list[Column]:
    return [
        cells.line(_("The address name of the line. Empty for all lines."), is_needed=False),
        cells.text("name", _("The short name. By this and the line we know the row again.")),
        *cells.texts("texts", organisation, _("The text in this language.")),
    ]


def register_own() -> None:
    """From `AppConfig.ready()`."""
    for table in (
        Table(
            "branches", _("centres"), Branch,
            lambda organisation: Branch.objects.filter(organisation=organisation),
            branch_columns, ("name", "region"),
        ),
        Table(
            "numbers", _("emergency numbers"), EmergencyNumber,
            lambda organisation: EmergencyNumber.objects.filter(organisation=organisation),
            number_columns, ("number",),
        ),
        Table(
            "hours", _("opening hours"), OpeningHours,
            lambda organisation: OpeningHours.objects.filter(organisation=organisation).select_related("line"),
            hours_columns, ("line", "weekday", "opens"), is_once=True,
        ),
        Table(
            "closures", _("closures"), Closure,
            lambda organisation: Closure.objects.filter(organisation=organisation).select_related("line"),
            closure_columns, ("line", "kind", "starts_at"),
        ),
        Table(
            "replies", _("canned replies"), CannedReply,
            lambda organisation: CannedReply.objects.shared().filter(organisation=organisation).select_related("line"),
            reply_columns, ("line", "name"), is_once=True,
        ),
    ):  # fmt: skip
        register(table)
