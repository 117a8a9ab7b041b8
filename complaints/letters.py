"""Letters about reports and faults. No letter holds a word of what was said: only that there is something to read."""

from functools import partial
from typing import Any

from django.conf import settings
from django.urls import reverse

from complaints import sealed, steps
from complaints.models import Fault, Report, RightsRequest
from helplines import letters, outbox, voices
from helplines.carriers import Draft
from helplines.models import Line, Organisation
from helplines.tenancy import inside

Told = dict[str, Any]
FOLDER = "complaints/letters"
TO_STAFF = ("report-new", "report-added", "report-due", "report-escalated")
TO_SENDER = ("report-read", "report-answered")


def sign_in() -> None:
    for kind in TO_STAFF:
        outbox.sign_in(kind, partial(to_staff, kind), by_day=True)
    for kind in TO_SENDER:
        outbox.sign_in(kind, partial(to_sender, kind), by_day=True)
    outbox.sign_in("report-yours", to_handler, by_day=True)
    outbox.sign_in("fault-new", to_support, by_day=True)
    for kind in ("rights-new", "rights-due"):
        outbox.sign_in(kind, partial(to_privacy, kind), by_day=True)


def report_of(organisation: Organisation | None, told: Told) -> Report | None:
    """The report, while it is open; one that was taken back or closed meanwhile needs no letter."""
    if organisation is None:
        return None
    with inside(organisation):
        rows = Report.objects.filter(code=told["report"], state__in=steps.OPEN)
        found: Report | None = rows.select_related("organisation", "handler__staff").first()
    return found


def to_staff(kind: str, organisation: Organisation | None, told: Told) -> Draft | None:
    """To the address for complaints of the organisation."""
    report = report_of(organisation, told)
    if report is None:
        return None
    language = letters.language_of(report.organisation)
    return letters.draft(
        f"{FOLDER}/{kind}", to=report.organisation.complaints_email, language=language, **told_of(report)
    )


def told_of(report: Report) -> dict[str, Any]:
    page = reverse("handling_report", args=[report.organisation.slug, report.code])
    return {"organisation": report.organisation, "report": report, "page": f"{settings.ORIGIN}{page}"}


def to_handler(organisation: Organisation | None, told: Told) -> Draft | None:
    """To the colleague who got a report from another."""
    report = report_of(organisation, told)
    if report is None or report.handler is None or not report.handler.is_active or not report.handler.staff.is_active:
        return None
    staff = report.handler.staff
    language = staff.language or letters.language_of(report.organisation)
    return letters.draft(f"{FOLDER}/report-yours", to=staff.email, language=language, **told_of(report))


def to_sender(kind: str, organisation: Organisation | None, told: Told) -> Draft | None:
    """To who left an address, as long as it was not taken back: read it with your receipt code."""
    report = report_of(organisation, told)
    contact = sealed.contact_of(report) if report is not None else ""
    if report is None or not contact:
        return None
    page = reverse("receipt", args=[report.organisation.slug])
    context = {"organisation": report.organisation, "page": f"{settings.ORIGIN}{page}?lang={report.language}"}
    known = dict(settings.CONTENT_LANGUAGES)
    spoken = report.language if report.language in known else "en"
    language = voices.voice(Line(organisation=report.organisation), spoken)
    return letters.draft(f"{FOLDER}/{kind}", to=contact, language=language, **context)


def to_privacy(kind: str, organisation: Organisation | None, told: Told) -> Draft | None:
    """To the address for privacy: a request about data came, or its term ends soon. One that is over needs no letter."""
    if organisation is None:
        return None
    with inside(organisation):
        asked = RightsRequest.objects.open().filter(code=told["asked"]).first()
    if asked is None:
        return None
    page = f"{settings.ORIGIN}{reverse('rights_request', args=[organisation.slug, asked.code])}"
    context = {"organisation": organisation, "asked": asked, "page": page}
    language = letters.language_of(organisation)
    return letters.draft(f"{FOLDER}/{kind}", to=organisation.privacy_email, language=language, **context)


def to_support(organisation: Organisation | None, told: Told) -> Draft | None:
    """That somebody told of a fault, to the address for technical help."""
    if organisation is None:
        return None
    with inside(organisation):
        fault = Fault.objects.filter(code=told["fault"]).first()
    if fault is None:
        return None
    page = f"{settings.ORIGIN}{reverse('handling_faults', args=[organisation.slug])}"
    language = letters.language_of(organisation)
    context = {"organisation": organisation, "fault": fault, "page": page}
    return letters.draft(f"{FOLDER}/fault-new", to=organisation.support_email, language=language, **context)
