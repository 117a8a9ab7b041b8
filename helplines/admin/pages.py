"""Pages of the admin that belong to no table: when each line is open, and the public holidays to confirm."""

from datetime import date
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from helplines import otherwise, queries, service
from helplines.admin import wall
from helplines.holidays import Holiday
from helplines.models import Line, Organisation
from helplines.otherwise import Other

DAYS = 14


class Day(NamedTuple):
    """One day of a line, with its spans in words, and why it differs from the week."""

    date: date
    spans: list[str]
    others: list[Other]


def page_urls(site: admin.AdminSite) -> list[Any]:
    def timetable(request: HttpRequest) -> HttpResponse:
        return timetable_page(request, site)

    def holidays(request: HttpRequest) -> HttpResponse:
        return holidays_page(request, site)

    return [
        path("timetable/", site.admin_view(timetable), name="timetable"),
        path("holidays/", site.admin_view(holidays), name="holidays"),
    ]


def timetable_page(request: HttpRequest, site: admin.AdminSite) -> HttpResponse:
    """The coming fourteen days of every line in use."""
    lines = wall.own(request, Line.objects.filter(is_active=True).select_related("organisation"))
    context = {
        "title": _("When are we open?"),
        "timetables": [{"line": line, "days": days_of(line)} for line in lines],
        "several": len({line.organisation_id for line in lines}) > 1,
    }
    return TemplateResponse(request, "helplines/admin/timetable.html", {**site.each_context(request), **context})


def days_of(line: Line) -> list[Day]:
    today = timezone.now().astimezone(ZoneInfo(line.organisation.time_zone)).date()
    others = otherwise.others(line, today, DAYS)
    return [
        Day(day, [otherwise.span_said(span, day) for span in spans], others[day])
        for day, spans in queries.timetable(line, today, DAYS)
    ]


class HolidaysForm(forms.Form):
    """The public holidays that are not closures yet, to tick."""

    days = forms.MultipleChoiceField(
        label=gettext_lazy("Closed on"),
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("On a ticked day all your lines are closed, from midnight to midnight."),
        error_messages={"required": gettext_lazy("Tick at least one day.")},
    )

    def __init__(self, *args: Any, proposals: list[Holiday], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.proposals = proposals
        choices = [(entry.day.isoformat(), f"{date_format(entry.day, 'D j F Y')}: {entry.name}") for entry in proposals]
        days = self.fields["days"]
        assert isinstance(days, forms.MultipleChoiceField)  # noqa: S101  for the type checker
        days.choices = choices

    def chosen(self) -> list[Holiday]:
        return [entry for entry in self.proposals if entry.day.isoformat() in self.cleaned_data["days"]]


def holidays_page(request: HttpRequest, site: admin.AdminSite) -> HttpResponse:
    """Confirm public holidays as closures, an organisation at a time."""
    organisations = list(wall.own(request, Organisation.objects.all()))
    chosen = None
    if request.method == "POST":
        chosen = next((entry for entry in organisations if str(entry.pk) == request.POST.get("organisation")), None)
        if chosen is None:
            raise Http404
    entries = [{"organisation": entry, "form": holidays_form(request, entry, chosen)} for entry in organisations]
    for entry in entries:
        form = entry["form"]
        if isinstance(form, HolidaysForm) and form.is_valid():
            return close_on(request, entry["organisation"], form)
    context = {"title": _("Public holidays"), "forms": entries}
    return TemplateResponse(request, "helplines/admin/holidays.html", {**site.each_context(request), **context})


def holidays_form(request: HttpRequest, organisation: Organisation, chosen: Organisation | None) -> HolidaysForm:
    proposals = queries.holiday_suggestions(organisation, organisation.first_language)
    data = request.POST if organisation == chosen else None
    return HolidaysForm(data, proposals=proposals, auto_id=f"id_{organisation.pk}_%s")


def close_on(request: HttpRequest, organisation: Any, form: HolidaysForm) -> HttpResponse:
    made = len(service.add_holidays(organisation=organisation, days=form.chosen()))
    said = ngettext(
        "Your lines are closed on %(number)s more day.", "Your lines are closed on %(number)s more days.", made
    )
    messages.success(request, said % {"number": made})
    return redirect("admin:holidays")
