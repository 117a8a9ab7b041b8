"""Requests about data: the page on which a person asks, and the register for who answers (N01, N02, N07)."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from complaints import rights, rights_reads, rights_rules
from complaints.forms import AskForm
from complaints.models import CameBy, RightsRequest
from complaints.rights_forms import CheckForm, EndForm, WriteInForm
from complaints.rights_rules import Check, Ending, Right
from complaints.service import MovedError
from complaints.views.around import may, posted_from_here, shown
from complaints.views.handling import drawn
from helplines.gate import members, organisation_page
from helplines.models import Membership, Organisation

WEEKS = rights_rules.TERM.days // 7


@organisation_page
@posted_from_here
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    """What somebody may ask about their data, how we see who asks, and the form; a mail does the same."""
    now = timezone.now()

    def make(language: str) -> dict[str, Any]:
        form = AskForm(request.POST or None)
        context: dict[str, Any] = {"form": form, "weeks": WEEKS}
        if not (request.method == "POST" and form.is_valid()):
            return context
        if not may(request, organisation, "rights", now):
            return {**context, "is_too_often": True}
        given = form.cleaned_data
        asked = rights.receive(
            organisation=organisation,
            right=Right(given["right"]),
            way=CameBy.PAGE,
            words=given["text"],
            contact=given["contact"],
            language=language,
            received=now,
            by=None,
        )
        return {**context, "asked": asked}

    return shown(request, organisation, "complaints/rights.html", make)


@require_http_methods(["GET", "HEAD", "POST"])
@members(*rights_reads.HANDLERS)
def register(request: HttpRequest, membership: Membership) -> HttpResponse:
    """What there is to answer, what is due first on top; what came by mail or letter is written in here."""
    organisation, now = membership.organisation, timezone.now()
    form = WriteInForm(request.POST if request.method == "POST" else None, zone=organisation.time_zone)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        asked = rights.receive(
            organisation=organisation,
            right=Right(given["right"]),
            way=CameBy(given["way"]),
            words=given["text"],
            contact=given["contact"],
            language=organisation.first_language,
            received=given["at"],
            by=membership,
        )
        messages.success(request, _("The request stands in the register."))
        return redirect("rights_request", organisation.slug, asked.code)
    which = "over" if request.GET.get("list") == "over" else "open"
    context = {
        "rows": rights_reads.register(organisation, which),
        "figures": rights_reads.figures(organisation, now),
        "form": form,
        "which": which,
        "now": now,
        "year": now.year,
        "weeks": WEEKS,
    }
    return drawn(request, membership, "complaints/rights_register.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@members(*rights_reads.HANDLERS)
def one(request: HttpRequest, membership: Membership, asked: str) -> HttpResponse:
    """One request, and what can be done with it now."""
    found, now = rights_reads.of_code(membership, asked), timezone.now()
    what = request.POST.get("do", "") if request.method == "POST" else ""
    checked = CheckForm(request.POST if what == "check" else None, asked=found)
    ended = EndForm(request.POST if what == "end" else None, asked=found)
    try:
        if acted(request, membership, found, checked, ended, now):
            return redirect("rights_request", membership.organisation.slug, found.code)
    except MovedError:
        messages.warning(request, _("Somebody was first, or this cannot be done with the request any more."))
        return redirect("rights_request", membership.organisation.slug, found.code)
    context = {
        "asked": found,
        "said": rights_reads.read(membership, found),
        "checked": checked,
        "ended": ended,
        "now": now,
        "is_late": (found.ended_at or now) > found.due_at,
    }
    return drawn(request, membership, "complaints/rights_request.html", context)


def acted(
    request: HttpRequest,
    membership: Membership,
    found: RightsRequest,
    checked: CheckForm,
    ended: EndForm,
    now: datetime,
) -> bool:
    """Do what was asked; False where a form is to be shown again. Raises MovedError."""
    if checked.is_bound and checked.is_valid():
        rights.check(asked=found, by=membership, made=Check(checked.cleaned_data["made"]), now=now)
        messages.success(request, _("The check is noted. Nothing else is kept of it."))
    elif ended.is_bound and ended.is_valid():
        given = ended.cleaned_data
        rights.end(asked=found, by=membership, ending=Ending(given["ending"]), note=given["note"], now=now)
        messages.success(request, _("The request is over."))
    else:
        return False
    return True
