"""The pages of who handles reports, and of who reads what came of feedback and faults."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from complaints import access, faulting, queries, results, service, steps
from complaints.handling_forms import KINDS, CloseForm, WordsForm
from complaints.models import FaultState, Report
from complaints.steps import Move, State
from helplines.gate import members
from helplines.models import Membership, Role
from helplines.models.replies import contacts_of

# An auditor reads the report of feedback, which is rounded and fixed; this page goes along with the days.
FEEDBACK_READERS = (*queries.HANDLERS, Role.MENTOR, Role.DPO)
LISTS = ("open", "escalated", "closed")


def drawn(request: HttpRequest, membership: Membership, template: str, context: dict[str, Any]) -> HttpResponse:
    organisation = membership.organisation
    with timezone.override(organisation.time_zone):
        return render(request, template, {"membership": membership, "organisation": organisation, **context})


@require_safe
@members(*queries.HANDLERS)
def reports(request: HttpRequest, membership: Membership) -> HttpResponse:
    """What there is to do, what is due first on top; the list alone for who only changes what it shows."""
    organisation, now = membership.organisation, timezone.now()
    which = request.GET.get("list", "open")
    kind = request.GET.get("kind", "")
    which, kind = which if which in LISTS else "open", kind if kind in KINDS else ""
    context = {
        "rows": queries.to_handle(organisation, which, kind),
        "counts": queries.counts(organisation, now),
        "figures": queries.figures(organisation, now.year),
        "which": which,
        "kind": kind,
        "kinds": KINDS.items(),
        "now": now,
        "year": now.year,
    }
    is_part = request.headers.get("HX-Request") == "true"
    template = "complaints/parts/list.html" if is_part else "complaints/reports.html"
    return drawn(request, membership, template, context)


@require_http_methods(["GET", "HEAD", "POST"])
@members(*queries.HANDLERS)
def report(request: HttpRequest, membership: Membership, report: str) -> HttpResponse:
    """One report with all that was said in it, and what can be done with it now."""
    found, now = access.report(membership, report), timezone.now()
    words = WordsForm(request.POST if request.POST.get("do") in {"note", "answer"} else None)
    close = CloseForm(
        request.POST if request.POST.get("do") == "close" else None,
        report=found,
        known=contacts_of(membership.organisation),
    )
    if request.method == "POST":
        try:
            if act(request, membership, found, words, close, now):
                return redirect("handling_report", membership.organisation.slug, found.code)
        except service.MovedError:
            messages.warning(request, _("Somebody was first, or this cannot be done with the report any more."))
            return redirect("handling_report", membership.organisation.slug, found.code)
    context = {
        "report": found,
        "said": access.read(membership, found),
        "moves": [move.value for move in steps.moves_from(State(found.state))],
        "can_escalate": found.state in steps.TO_DO and not found.is_escalated,
        "handlers": queries.handlers(membership.organisation),
        "words": words,
        "close": close,
        "now": now,
        **access.kept_of(found),
    }
    return drawn(request, membership, "complaints/report.html", context)


def act(
    request: HttpRequest, membership: Membership, found: Report, words: WordsForm, close: CloseForm, now: datetime
) -> bool:
    """Do what was asked; False where a form is to be shown again. Raises MovedError, Http404."""
    what = request.POST.get("do", "")
    if what == Move.ACKNOWLEDGE:
        service.acknowledge(report=found, membership=membership, now=now)
        messages.success(request, _("The sender sees that you read it."))
    elif what == Move.TAKE:
        handler = access.handler(membership.organisation, request.POST.get("handler", ""))
        service.take(report=found, membership=membership, handler=handler, now=now)
        messages.success(request, _("The report has a handler."))
    elif what == "escalate":
        service.escalate(report=found, membership=membership, now=now)
        messages.success(request, _("The report stands before everybody who answers for it."))
    elif what == "note" and words.is_valid():
        service.note(report=found, membership=membership, text=words.cleaned_data["text"], now=now)
        messages.success(request, _("The note is kept. The sender does not read it."))
    elif what == Move.ANSWER and words.is_valid():
        service.answer(report=found, membership=membership, text=words.cleaned_data["text"], now=now)
        messages.success(request, _("The sender can read your answer."))
    elif what == Move.CLOSE and close.is_valid():
        service.close(report=found, membership=membership, now=now, **close.cleaned_data)
        messages.success(request, _("The report is closed. What was said in it is gone."))
    else:
        return False
    return True


@require_safe
@members(*FEEDBACK_READERS)
def feedback_results(request: HttpRequest, membership: Membership) -> HttpResponse:
    """What came of the questions after a talk, in groups only."""
    organisation = membership.organisation
    reads = membership.role in queries.HANDLERS
    language = translation.get_language()
    groups = results.feedback(organisation, language, with_remarks=reads)
    if any(one.remarks for group in groups for one in group.asked):
        access.remarks_read(organisation, membership.staff, membership.role)
    context = {
        "groups": groups,
        "threshold": queries.procedure(organisation).threshold,
        "step": results.step(organisation),
        "running": results.running(organisation, timezone.now()),
    }
    return drawn(request, membership, "complaints/feedback_results.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@members(*queries.HANDLERS)
def faults(request: HttpRequest, membership: Membership) -> HttpResponse:
    """The faults that visitors met, with their words, for the organisation's own support."""
    organisation = membership.organisation
    if request.method == "POST":
        state = request.POST.get("state", "")
        fault = access.fault(organisation, request.POST.get("fault", ""))
        if state in FaultState.values:
            faulting.mark(fault=fault, state=state)
            messages.success(request, _("It is noted."))
        return redirect("handling_faults", organisation.slug)
    rows = access.faults_read(membership)
    return drawn(request, membership, "complaints/faults.html", {"rows": rows, "states": FaultState.choices})
