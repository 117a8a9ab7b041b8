"""Reports of groups, for who may see no talk and no person: what there is, a report, and taking it along (G06, L6)."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from helplines import second_factor
from helplines.gate import members, to_second_step
from helplines.models import Membership, Role
from helplines.witness import Event
from privacy import audit
from registration import access, downloads, reports, tasks
from registration.documents import AUDIENCES, INSIDE, OUTSIDE, Document, Offer, Span
from registration.file_words import FOR_WHOM, KINDS, words
from registration.files import pdf
from registration.models import Download, Making, Purpose, Trouble
from registration.models.downloads import SEE_ALL
from registration.pictures import pictures

MOST_SHOWN = 200
# The data protection officer reads no reports, and sees what left the house.
SEE_FILES = (*reports.READERS, Role.DPO)


class TakeForm(forms.Form):
    """Which file, for whom and what for. Nothing is chosen beforehand but the file that most people want."""

    kind = forms.ChoiceField(label=gettext_lazy("Which file?"), widget=forms.RadioSelect, initial="xlsx")
    audience = forms.ChoiceField(
        label=gettext_lazy("Who will read it?"),
        choices=[(name, FOR_WHOM[name]) for name in AUDIENCES],
        widget=forms.RadioSelect,
        help_text=gettext_lazy("For people from outside more small numbers are hidden."),
    )
    purpose = forms.ChoiceField(
        label=gettext_lazy("What for?"),
        choices=[("", gettext_lazy("Choose what for")), *Purpose.choices],
        help_text=gettext_lazy("This stands in the log, with your name and the number of the file."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        there = [(name, kind.label) for name, kind in KINDS.items() if kind.is_there()]
        self.fields["kind"].choices = there  # type: ignore[attr-defined]


class AgainForm(forms.Form):
    """What for, once more: asked of another person, and of the same one a day later."""

    purpose = forms.ChoiceField(
        label=gettext_lazy("What for, this time?"),
        choices=[("", gettext_lazy("Choose what for")), *Purpose.choices],
        help_text=gettext_lazy("This stands in the log, with your name and the number of the file."),
    )

    def __init__(self, *args: Any, asks: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not asks:
            del self.fields["purpose"]

    @property
    def purpose_given(self) -> str:
        return str(self.cleaned_data.get("purpose", ""))


@require_safe
@members(*reports.READERS)
def start(request: HttpRequest, membership: Membership) -> HttpResponse:
    """What can be had, from when to when, what is hidden in it and why; after a choice of a period the way there."""
    if "of" in request.GET:
        offer, period = offer_of(membership, request.GET["of"]), span_of(request.GET.get("span", ""))
        return redirect(page_of("report_of", membership, offer.key, period))
    return drawn(request, membership, "registration/reports.html", {"offers": reports.available(membership)})


def offer_of(membership: Membership, figures: str) -> Offer:
    """One of the reports that this member can have. Raises Http404."""
    try:
        return reports.one_of(membership, figures)
    except reports.NotOffered:
        raise Http404 from None


def span_of(name: str) -> Span:
    """A month, quarter or year. Raises Http404."""
    try:
        return Span.named(name)
    except ValueError:
        raise Http404 from None


@require_safe
@members(*reports.READERS)
def one(request: HttpRequest, membership: Membership, figures: str, span: str) -> HttpResponse:
    """One report as tables and pictures; while its figures are being made, how far that is."""
    offer, period = offer_of(membership, figures), span_of(span)
    if waits := not_ready(request, membership, offer, period):
        return waits
    audience = OUTSIDE if request.GET.get("for") == OUTSIDE else INSIDE
    document = reports.document(membership.organisation, offer.key, period, audience)
    audit.record(
        organisation=membership.organisation_id,
        event=Event.REPORT_READ,
        who=membership.staff,
        role=membership.role,
        what=f"report:{offer.key}:{period.name}"[:64],
        why=audience,
    )
    page = {"offer": offer, "span": period, "document": document, "sheets": sheets_of(document), "audience": audience}
    return drawn(request, membership, "registration/report.html", {**page, "for_whom": FOR_WHOM[audience]})


def not_ready(request: HttpRequest, membership: Membership, offer: Offer, period: Span) -> HttpResponse | None:
    """The page for a report that is not there: its figures are made meanwhile, or it cannot be had. None when it is there."""
    page: dict[str, Any] = {"offer": offer, "span": period, "is_offered": period in offer.spans}
    if period in offer.spans:
        page["progress"] = reports.progress(membership.organisation, offer.key, period)
        if page["progress"].is_done:
            return None
        tasks.ask_for_report(membership.organisation_id, offer.key, period.name)
    return drawn(request, membership, "registration/report_wait.html", page)


def sheets_of(document: Document) -> list[dict[str, Any]]:
    """Each sheet with its pictures, in the words of the page."""
    said = words()
    return [
        {
            "sheet": sheet,
            "stub": sheet.heads[: sheet.stub],
            "heads": sheet.heads[sheet.stub :],
            "pictures": pictures(sheet, document.threshold, said.hidden, said.in_table, with_course=place == 0),
            "hidden": said.hidden,
        }
        for place, sheet in enumerate(document.sheets)
    ]


@require_safe
@members(*reports.READERS)
def progress(request: HttpRequest, membership: Membership, figures: str, span: str) -> HttpResponse:
    """The bar of that page, for its script, where it moved; once all is done the page itself is asked anew."""
    offer, period = offer_of(membership, figures), span_of(span)
    if period not in offer.spans:
        return not_ready(request, membership, offer, period) or HttpResponse(status=204)
    found = reports.progress(membership.organisation, offer.key, period)
    if not found.is_done and request.GET.get("seen") == str(found.done):
        return HttpResponse(status=204)
    page = {"offer": offer, "span": period, "progress": found}
    answer = drawn(request, membership, "registration/parts/progress.html", page)
    if found.is_done:
        answer["HX-Refresh"] = "true"
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
@members(*reports.READERS)
def take(request: HttpRequest, membership: Membership, figures: str, span: str) -> HttpResponse:
    """Take a report along: which file, for whom and what for; with the second step within five minutes (G5)."""
    offer, period = offer_of(membership, figures), span_of(span)
    if waits := not_ready(request, membership, offer, period):
        return waits
    form = TakeForm(request.POST) if request.method == "POST" else TakeForm(initial=asked_before(request))
    if request.method == "POST" and form.is_valid():
        if not second_factor.is_fresh(request):
            return to_second_step(request, f"{request.path}?{form_kept(form)}")
        return taken(request, membership, offer, period, form)
    page = {"offer": offer, "span": period, "form": form, "no_pdf": not pdf.is_there()}
    return drawn(request, membership, "registration/take.html", page)


def asked_before(request: HttpRequest) -> dict[str, str]:
    """What was filled in before the second step was asked; the page of a report sends along for whom."""
    given = {name: request.GET[name] for name in TakeForm.base_fields if name in request.GET}
    return {"kind": "xlsx", "audience": request.GET.get("for", INSIDE), **given}


def form_kept(form: TakeForm) -> str:
    return urlencode({name: form.cleaned_data[name] for name in TakeForm.base_fields})


def taken(request: HttpRequest, membership: Membership, offer: Offer, period: Span, form: TakeForm) -> HttpResponse:
    try:
        given = downloads.take(
            membership=membership, figures=offer.key, span=period, now=timezone.now(), **form.cleaned_data
        )
    except pdf.Unwritable:
        form.add_error("kind", _("This report has signs for which this machine has no letters. Take another file."))
        page = {"offer": offer, "span": period, "form": form, "no_pdf": False}
        return drawn(request, membership, "registration/take.html", page)
    return handed(given)


def handed(given: downloads.Given) -> HttpResponse:
    """The file; or the page that tells how far it is, when a job makes it."""
    row = given.row
    if given.data is None:
        if given.is_new_job:
            tasks.make_file.delay(row.organisation_id, row.number)
        return redirect("report_file", row.organisation.slug, row.number)
    return as_file(row, given.data)


def as_file(row: Download, data: bytes) -> HttpResponse:
    answer = HttpResponse(data, content_type=KINDS[row.kind].content_type)
    answer["Content-Disposition"] = f'attachment; filename="{downloads.file_name(row)}"'
    answer["Cache-Control"] = "no-store"
    return answer


@require_safe
@members(*SEE_FILES)
def files(request: HttpRequest, membership: Membership) -> HttpResponse:
    """What was taken along: one's own files; for who answers for it those of everybody."""
    rows = Download.objects.visible_to(membership).select_related("by", "organisation").order_by("-number")[:MOST_SHOWN]
    shown = [(row, KINDS[row.kind].label, Span.named(row.span)) for row in rows]
    page = {"rows": shown, "is_all": membership.role in SEE_ALL}
    return drawn(request, membership, "registration/report_files.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
@members(*SEE_FILES)
def file(request: HttpRequest, membership: Membership, file: int) -> HttpResponse:
    """One file that was made, or is being made: what it is, how far it is; and the same bytes once more."""
    row, now = access.report_file(membership, file), timezone.now()
    asks = downloads.asks_purpose(row, membership, now)
    form = AgainForm(request.POST if request.method == "POST" else None, asks=asks)
    if request.method == "POST" and form.is_valid():
        if not second_factor.is_fresh(request):
            return to_second_step(request)
        try:
            return handed(downloads.again(row=row, membership=membership, purpose=form.purpose_given, now=now))
        except downloads.Changed:
            messages.error(request, Trouble.CHANGED.label)
        except pdf.Missing:
            messages.error(request, _("PDF cannot be made here now."))
    making = access.making(row, now)
    page = {
        "row": row,
        "kind": KINDS[row.kind].label,
        "span": Span.named(row.span),
        "for_whom": FOR_WHOM[row.audience],
        "form": form,
        "making": making,
        "is_late": making is not None and downloads.is_late(making, now),
        "seen": seen_of(making, now),
    }
    return as_far_as_it_is(request, membership, page)


def as_far_as_it_is(request: HttpRequest, membership: Membership, page: dict[str, Any]) -> HttpResponse:
    """The page of a file, or only the bar of it for its script; for what stands outside the bar the page itself is asked anew."""
    if request.headers.get("HX-Request") != "true":
        return drawn(request, membership, "registration/report_file.html", page)
    if request.GET.get("seen") == page["seen"]:
        return HttpResponse(status=204)
    answer = drawn(request, membership, "registration/parts/making.html", page)
    if not page["seen"].isdecimal():
        answer["HX-Refresh"] = "true"
    return answer


def seen_of(making: Making | None, now: datetime) -> str:
    """A word for what the page of a file shows: the step that it is in, or that this is over or late."""
    if making is None or making.is_over:
        return "over"
    return "late" if downloads.is_late(making, now) else str(making.step)


def page_of(name: str, membership: Membership, figures: str, span: Span) -> str:
    return reverse(name, args=[membership.organisation.slug, figures, span.name])


def drawn(request: HttpRequest, membership: Membership, template: str, context: dict[str, Any]) -> HttpResponse:
    shared = {
        "membership": membership,
        "organisation": membership.organisation,
        "reads_reports": membership.role in reports.READERS,
    }
    with timezone.override(membership.organisation.time_zone):
        return render(request, template, {**shared, **context})
