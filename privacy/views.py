"""The audit log for who answers for it: to look something up, to take along, and to sign a week off (NEN 7513)."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from defusedcsv import csv
from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from helplines import second_factor
from helplines.gate import members, to_second_step
from helplines.models import Membership, Role
from helplines.witness import Event
from privacy import audit, review, service
from privacy.chain import Link
from privacy.models import AuditEntry

READERS = (Role.ADMINISTRATOR, Role.DPO, Role.AUDITOR)
SIGNERS = (Role.ADMINISTRATOR, Role.DPO)
PER_PAGE = 100
ODD = {
    "emergency": gettext_lazy("In an emergency"),
    "not-theirs": gettext_lazy("Of a colleague's talk"),
    "night": gettext_lazy("At night, between 0:00 and 6:00"),
    "many": gettext_lazy("More than 10 within an hour"),
    "again": gettext_lazy("The same talk three times or more"),
}


class Choice(forms.Form):
    """Which entries to show; an empty field shows all."""

    since = forms.DateField(label=gettext_lazy("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(
        label=gettext_lazy("Until and with"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    event = forms.ChoiceField(
        label=gettext_lazy("What happened"), required=False, choices=[("", gettext_lazy("Everything")), *Event.choices]
    )

    def rows(self, membership: Membership) -> Any:
        found = AuditEntry.objects.filter(organisation=membership.organisation).order_by("-number")
        if not self.is_valid():
            return found.none()
        zone, given = ZoneInfo(membership.organisation.time_zone), self.cleaned_data
        if given["since"]:
            found = found.filter(at__gte=midnight(given["since"], zone))
        if given["until"]:
            found = found.filter(at__lt=midnight(given["until"] + timedelta(days=1), zone))
        return found.filter(event=given["event"]) if given["event"] else found


def midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone)


@require_safe
@members(*READERS)
def log(request: HttpRequest, membership: Membership) -> HttpResponse:
    """What was done, the newest first."""
    choice = Choice(request.GET)
    if "file" in request.GET:
        return as_file(request, membership, choice)
    page = Paginator(choice.rows(membership), PER_PAGE).get_page(request.GET.get("page"))
    rows = review.named(list(page))
    wrote(membership, Event.LOG_READ)
    asked = request.GET.copy()
    asked.pop("page", None)
    context = {"choice": choice, "page": page, "rows": rows, "asked": asked.urlencode()}
    context["may_erase"] = membership.role in SIGNERS
    return drawn(request, membership, "privacy/audit.html", context)


def as_file(request: HttpRequest, membership: Membership, choice: Choice) -> HttpResponse:
    """The chosen entries with their chain, so that somebody else can check it."""
    if not second_factor.is_fresh(request):
        return to_second_step(request)
    wrote(membership, Event.EXPORTED, what="list:audit")
    organisation = membership.organisation
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{organisation.slug}-audit.csv"'
    names = [*Link._fields, "digest"]
    file = csv.writer(response)
    file.writerow(names)
    for entry in choice.rows(membership).iterator(chunk_size=2000):
        link = entry.link
        file.writerow([*link._replace(at=link.at.isoformat(timespec="microseconds")), entry.digest])
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@members(*READERS)
def week(request: HttpRequest, membership: Membership) -> HttpResponse:
    """The reads of a week, to be signed off."""
    organisation = membership.organisation
    last = review.week_before(organisation, timezone.now())
    monday = chosen_week(request, last)
    if request.method == "POST":
        return sign_off(request, membership, monday)
    found = review.week_of(organisation, monday)
    wrote(membership, Event.LOG_READ, what=f"week:{monday.isoformat()}")
    context = {
        "week": found,
        "sunday": monday + timedelta(days=6),
        "before": monday - review.WEEK,
        "after": monday + review.WEEK if monday < last else None,
        "may_sign": membership.role in SIGNERS,
        "unsigned": [each for each in review.unsigned_weeks(organisation) if each != monday],
    }
    return drawn(request, membership, "privacy/week.html", context)


def chosen_week(request: HttpRequest, last: date) -> date:
    """The Monday in the address, never one of a week that goes on. Raises Http404."""
    given = request.POST.get("week") or request.GET.get("week")
    try:
        found = date.fromisoformat(given) if given else last
    except ValueError:
        raise Http404 from None
    if found.weekday() or found > last or found.year < 2020:
        raise Http404
    return found


def sign_off(request: HttpRequest, membership: Membership, monday: date) -> HttpResponse:
    if membership.role not in SIGNERS:
        raise Http404
    try:
        service.sign_off(membership=membership, week=monday)
    except service.NotYet:
        messages.warning(request, _("Somebody signed this week off already."))
    else:
        messages.success(request, _("You signed this week off. The log tells so too."))
    return redirect("audit_week", membership.organisation.slug)


def wrote(membership: Membership, event: Event, what: str = "") -> None:
    """Looking at the log is logged too."""
    audit.record(
        organisation=membership.organisation_id, event=event, who=membership.staff, role=membership.role, what=what
    )


def drawn(request: HttpRequest, membership: Membership, template: str, context: dict[str, Any]) -> HttpResponse:
    shared = {"membership": membership, "organisation": membership.organisation, "odd_words": ODD}
    with timezone.override(membership.organisation.time_zone):
        return render(request, template, {**shared, **context})
