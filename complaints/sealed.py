"""What of a report is sealed, with which key, and the place to which each piece is bound."""

from datetime import datetime

from complaints.models import Entry, Fault, Remark, Report, RightsRequest
from privacy import keys, sealing

# The kinds of keys that this app has, as the keys database names them.
REPORT, CONTACT, SUMMARY, FAULT, REMARKS, RIGHTS = "report", "contact", "summary", "fault", "remarks", "rights"
KINDS = (REPORT, CONTACT, SUMMARY, FAULT, REMARKS, RIGHTS)


class GoneError(Exception):
    """The key is no longer there, so nobody reads it any more."""


def new_key(organisation_id: int, code: str, what: str, until: datetime) -> bytes:
    """A key with a lifetime: from that instant on nothing that it sealed can be read."""
    return keys.new_conversation_key(organisation_id, code, what=what, expires_at=until)


def key_of(organisation_id: int, code: str) -> bytes:
    """Raises GoneError."""
    try:
        return keys.conversation_key(organisation_id, code)
    except (keys.KeyGoneError, sealing.UnreadableError):
        raise GoneError from None


def seal(key: bytes, where: bytes, text: str) -> bytes:
    return sealing.seal(key, text.encode(), where)


def unseal(key: bytes, where: bytes, sealed: bytes | memoryview | None) -> str:
    """Raises GoneError."""
    try:
        return sealing.unseal(key, sealed or b"", where).decode()
    except sealing.UnreadableError:
        raise GoneError from None


def place_of_entry(entry: Entry, report: Report) -> bytes:
    return sealing.place("entry", report.organisation_id, report.code, entry.code, entry.kind)


def place_of_contact(report: Report) -> bytes:
    return sealing.place("contact", report.organisation_id, report.code, report.contact_code)


def place_of_summary(report: Report) -> bytes:
    return sealing.place("summary", report.organisation_id, report.code, report.summary_code)


def place_of_fault(fault: Fault) -> bytes:
    return sealing.place("fault", fault.organisation_id, fault.code)


def place_of_remark(remark: Remark) -> bytes:
    return sealing.place("remark", remark.organisation_id, remark.code, str(remark.id), remark.question)


def place_of_right(asked: RightsRequest, what: str) -> bytes:
    """`what` is "words", "contact" or "note"."""
    return sealing.place("rights", asked.organisation_id, asked.code, asked.right, what)


def contact_of(report: Report) -> str:
    """The address that the sender left; "" where there is none any more. For the letter alone: no page shows it."""
    if report.contact is None:
        return ""
    try:
        return unseal(key_of(report.organisation_id, report.contact_code), place_of_contact(report), report.contact)
    except GoneError:
        return ""


def summary_of(report: Report) -> str:
    if report.summary is None:
        return ""
    try:
        return unseal(key_of(report.organisation_id, report.summary_code), place_of_summary(report), report.summary)
    except GoneError:
        return ""
