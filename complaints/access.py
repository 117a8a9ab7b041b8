"""The only way from a receipt code, or a code in an address, to a report for a person; absent and forbidden look the same."""

from typing import NamedTuple

from django.http import Http404

from complaints import faulting, queries, receipts, sealed, service
from complaints.models import Entry, Fault, Report
from helplines.models import Membership, Organisation, Staff
from helplines.tenancy import inside
from privacy import audit
from privacy.audit import Event


class Said(NamedTuple):
    """One entry, opened."""

    entry: Entry
    text: str


def by_receipt(organisation: Organisation, written: str) -> Report | None:
    """The report of who has this code; every wrong code costs the same look-up."""
    mark = service.fingerprint(organisation.pk, receipts.normal(written) or "nothing")
    with inside(organisation):
        found: Report | None = Report.objects.select_related("organisation").filter(receipt=mark).first()
    return found


def said_to_sender(report: Report) -> list[Said]:
    """What the sender said and what was answered; never a note."""
    with inside(report.organisation_id):
        return opened(report, list(Entry.objects.filter(report=report).for_sender()))


def opened(report: Report, entries: list[Entry]) -> list[Said]:
    try:
        key = sealed.key_of(report.organisation_id, report.code)
        return [Said(one, sealed.unseal(key, sealed.place_of_entry(one, report), one.sealed)) for one in entries]
    except sealed.GoneError:
        return []


def report(membership: Membership, code: str) -> Report:
    """A report of the organisation, for who handles them. Raises Http404."""
    rows = Report.objects.filter(organisation=membership.organisation, code=code)
    found: Report | None = rows.select_related("organisation", "handler__staff").first()
    if found is None or membership.role not in queries.HANDLERS:
        raise Http404
    return found


def read(membership: Membership, report: Report) -> list[Said]:
    """Everything in a report, told in the audit log before it is shown. Raises AuditUnavailable (O09)."""
    entries = list(Entry.objects.filter(report=report).select_related("by__staff"))
    if entries or report.summary is not None:
        audit.record(
            organisation=report.organisation_id,
            event=Event.COMPLAINT_READ,
            who=membership.staff,
            role=membership.role,
            what=report.code,
        )
    return opened(report, entries)


def handler(organisation: Organisation, key: str) -> Membership:
    """Somebody who may handle a report, by the number in a form. Raises Http404."""
    for one in queries.handlers(organisation):
        if str(one.pk) == key:
            return one
    raise Http404


def fault(organisation: Organisation, code: str) -> Fault:
    """A fault of the organisation (needs its scope). Raises Http404."""
    found: Fault | None = Fault.objects.filter(organisation=organisation, code=code).first()
    if found is None:
        raise Http404
    return found


def faults_read(membership: Membership) -> list[tuple[Fault, str]]:
    """Every fault with its words, told in the audit log before they are shown. Raises AuditUnavailable (O09)."""
    organisation = membership.organisation_id
    rows = queries.faults_of([organisation])
    if any(row.sealed is not None for row in rows):
        audit.record(
            organisation=organisation,
            event=Event.COMPLAINT_READ,
            who=membership.staff,
            role=membership.role,
            what="faults",
        )
    return [(row, faulting.words_of(row)) for row in rows]


def remarks_read(organisation: Organisation, staff: Staff, role: str) -> None:
    """Reading what visitors wrote is told in the audit log, though nobody can be known from it."""
    audit.record(organisation=organisation.pk, event=Event.COMPLAINT_READ, who=staff, role=role, what="remarks")


def kept_of(report: Report) -> dict[str, str]:
    """What is left of a closed report, as its page shows it."""
    return {"summary": sealed.summary_of(report)}
