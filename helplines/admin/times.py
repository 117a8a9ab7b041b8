"""Dated closures and extra openings."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from helplines.admin.base import TenantAdmin
from helplines.models import Closure, ExtraOpening


@admin.register(Closure)
class ClosureAdmin(TenantAdmin):
    """When a line, or every line, is closed besides the weekly hours (A06)."""

    list_display = ("reason", "kind", "line", "starts_at", "ends_at", "organisation")
    list_filter = ("organisation", "line", "kind")
    list_select_related = ("organisation", "line")
    search_fields = ("reason",)
    change_list_template = "helplines/admin/closure_list.html"
    fields = ("organisation", "line", "kind", "starts_at", "ends_at", "reason")
    HELP = {
        "organisation": _("The organisation that is closed."),
        "line": _("The line that is closed. Leave it empty to close all lines."),
        "kind": _(
            "Decides what visitors read: that it is outside the hours, a public holiday, or something unforeseen."
        ),
        "starts_at": _("The day and the time from which it is closed, in the time zone at the foot of the page."),
        "ends_at": _("The day and the time until which it is closed. Leave it empty to close until you open again."),
        "reason": _("For yourself and your colleagues. Visitors do not read it."),
    }


@admin.register(ExtraOpening)
class ExtraOpeningAdmin(TenantAdmin):
    """When a line is open besides the weekly hours."""

    list_display = ("line", "day", "opens", "closes", "reason")
    list_filter = ("line",)
    list_select_related = ("line",)
    search_fields = ("reason",)
    date_hierarchy = "day"
    fields = ("line", "day", "opens", "closes", "reason")
    HELP = {
        "line": _("The line that opens."),
        "day": _("The date on which the line opens."),
        "opens": _("When the line opens, such as 13:00."),
        "closes": _("When the line closes. A time before the opening means the next morning."),
        "reason": _("For yourself and your colleagues. Visitors do not read it."),
    }
