"""What a visitor may say of the help that they got: feedback, a report with a receipt, a fault (I01-I07)."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from complaints import access, faulting, feedback, queries, service
from complaints.forms import AddForm, FaultForm, ReceiptForm, ReportForm
from complaints.models import Report
from complaints.models.faults import CHECKS
from complaints.steps import Kind
from complaints.views.around import may, posted_from_here, shown
from helplines.fields import in_language
from helplines.gate import organisation_page
from helplines.models import Organisation

FOLDER = "complaints"


def too_often() -> str:
    return _(
        "From your internet address this came very often today. Try again tomorrow, or write us a letter by e-mail."
    )


@organisation_page
@posted_from_here
@require_http_methods(["GET", "HEAD", "POST"])
def complaints(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    """How it goes when somebody tells us something, and the form to do it (I02, I03)."""
    procedure, now = queries.procedure(organisation), timezone.now()

    def make(language: str) -> dict[str, Any]:
        form = ReportForm(request.POST or None)
        context = {
            "form": form,
            "terms": queries.terms(organisation, now),
            "words": in_language(procedure.words, language, organisation.first_language),
            "elsewhere": in_language(procedure.elsewhere, language, organisation.first_language),
        }
        if request.method == "POST" and form.is_valid():
            if not may(request, organisation, "report", now):
                return {**context, "refused": too_often()}
            given = form.cleaned_data
            report, receipt = service.receive(
                organisation=organisation,
                kind=Kind(given["kind"]),
                text=given["text"],
                contact=given["contact"],
                language=language,
                now=now,
            )
            return {**context, "receipt": receipt, "report": report}
        return context

    return shown(request, organisation, f"{FOLDER}/complaints.html", make)


@organisation_page
@posted_from_here
@require_http_methods(["GET", "HEAD", "POST"])
def receipt(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    """The sender's own page, opened with the receipt code alone. The code is in no address, so in no history either (D5)."""
    now = timezone.now()

    def make(_language: str) -> dict[str, Any]:
        form = ReceiptForm(request.POST if "code" in request.POST else None)
        if not (request.method == "POST" and form.is_valid()):
            return {"form": form}
        if not may(request, organisation, "receipt", now):
            return {"form": form, "refused": too_often()}
        report = access.by_receipt(organisation, form.cleaned_data["code"])
        if report is None:
            form.add_error("code", _("We know no report with this code. It may be taken back, or closed long ago."))
            return {"form": form}
        return {"code": form.cleaned_data["code"], **acted(request, report)}

    return shown(request, organisation, f"{FOLDER}/receipt.html", make)


def acted(request: HttpRequest, report: Report) -> dict[str, Any]:
    """Do what the sender asks, and show how it stands."""
    done, add = "", AddForm(request.POST if request.POST.get("do") == "add" else None)
    try:
        if request.POST.get("do") == "withdraw":
            service.withdraw_contact(report=report)
            done = _("Your e-mail address is gone. Your report is anonymous now.")
        elif request.POST.get("do") == "delete" and request.POST.get("sure"):
            service.erase(report=report)
            return {"gone": True}
        elif add.is_bound and add.is_valid():
            service.add(report=report, text=add.cleaned_data["text"], now=timezone.now())
            done, add = _("We added it to your report."), AddForm()
    except service.MovedError:
        done = _("Your report is closed. Nothing can be added to it.")
    report.refresh_from_db()
    return {
        "report": report,
        "said": access.said_to_sender(report),
        "add": add,
        "done": done,
        "asks_sure": request.POST.get("do") == "delete",
    }


@organisation_page
@posted_from_here
@require_http_methods(["GET", "HEAD", "POST"])
def fault(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    """Something did not work: when, what, and, on request, what the browser finds by itself (I06, I07)."""

    def make(_language: str) -> dict[str, Any]:
        form = FaultForm(request.POST or None, zone=organisation.time_zone)
        if not (request.method == "POST" and form.is_valid()):
            return {"form": form}
        if not may(request, organisation, "fault", timezone.now()):
            return {"form": form, "refused": too_often()}
        checks = {name: request.POST.get(f"check_{name}", "") for name in CHECKS}
        faulting.tell(
            organisation=organisation,
            happened_at=form.cleaned_data["at"],
            text=form.cleaned_data["text"],
            checks={name: mark for name, mark in checks.items() if mark},
            agent=request.headers.get("User-Agent", ""),
            now=timezone.now(),
        )
        return {"done": True}

    return shown(request, organisation, f"{FOLDER}/fault.html", make)


@organisation_page
@posted_from_here
@require_http_methods(["GET", "HEAD", "POST"])
def give_feedback(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    """A few questions after a talk. Nothing in what is sent says which talk it was (I01, F14)."""
    version, asked = queries.newest_form(organisation)
    is_part = "part" in request.GET

    def make(language: str) -> dict[str, Any]:
        if not queries.procedure(organisation).asks_feedback:
            return {"is_off": True}
        fallback = organisation.first_language
        labelled = [
            {
                "key": one.key,
                "kind": one.kind,
                "label": in_language(one.label, language, fallback),
                "choices": [(choice.key, in_language(choice.label, language, fallback)) for choice in one.choices],
            }
            for one in asked
        ]
        context: dict[str, Any] = {"version": version, "questions": labelled}
        if request.method != "POST":
            return context
        given = {one.key: request.POST.get(one.key, "") for one in asked}
        if not any(value.strip() for value in given.values()):
            return {**context, "is_empty": True}
        if not may(request, organisation, "feedback", timezone.now()):
            return {**context, "refused": too_often()}
        sent = request.POST.get("version", "")
        of = int(sent) if sent.isdecimal() and len(sent) < 6 else version
        feedback.put(organisation=organisation, version=of, given=given, now=timezone.now())
        return {"done": True}

    return shown(request, organisation, f"{FOLDER}/parts/feedback.html" if is_part else f"{FOLDER}/feedback.html", make)
