"""Every write to a report: what the sender does with the receipt, and the moves of who handles it (I02-I05, F07).

Of no moment more than the day is stored, from the first on: who knows when somebody talked finds no report by that (goal L1).
Terms count from the day.
"""

import secrets
from datetime import datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from django.db import transaction

from complaints import queries, receipts, sealed, steps
from complaints.models import Entry, EntryKind, Report
from complaints.steps import Kind, Move, Outcome, State
from helplines import post
from helplines.lifetimes import after_months, begin_of_day, noon_of
from helplines.models import Membership, Organisation
from helplines.tenancy import inside
from privacy import audit, keys
from privacy.audit import Event

# The words to which a sender says yes who leaves an address; another text is another version.
CONSENT = "2026-11"
# However slowly it goes: a year later nothing of a report can be read.
LONGEST = timedelta(days=365)


class MovedError(Exception):
    """Somebody else moved the report first, or this cannot be done with it (any more)."""


def new_code() -> str:
    return secrets.token_urlsafe(16)


def day_of(organisation: Organisation, now: datetime) -> datetime:
    return noon_of(now, ZoneInfo(organisation.time_zone))


def fingerprint(organisation_id: int, receipt: str) -> str:
    return keys.fingerprint(organisation_id, "receipt", receipt)


def receive(
    *, organisation: Organisation, kind: Kind, text: str, contact: str, language: str, now: datetime
) -> tuple[Report, str]:
    """Keep a report; gives it with its receipt code, which is never to be had again.

    `contact` is "" for who wants no answer by mail. Source: requirements I02, I03.
    """
    receipt, code, day = receipts.new(), new_code(), day_of(organisation, now)
    key = sealed.new_key(organisation.pk, code, sealed.REPORT, begin_of_day(now) + LONGEST)
    with inside(organisation), transaction.atomic():
        report = Report(
            organisation=organisation,
            code=code,
            receipt=fingerprint(organisation.pk, receipt),
            kind=kind,
            language=language,
            received_at=day,
            due_at=queries.terms(organisation).due(State.RECEIVED, day, None),
        )
        if contact:
            keep_contact(report, contact, now)
        report.save()
        write(report, key, EntryKind.SAID, text, None, now)
        post.send("report-new", key=code, organisation=organisation.pk, report=code)
    return report, receipt


def keep_contact(report: Report, contact: str, now: datetime) -> None:
    """The address under a key of its own, so that it can go at once and alone."""
    report.contact_code = new_code()
    key = sealed.new_key(report.organisation_id, report.contact_code, sealed.CONTACT, begin_of_day(now) + LONGEST)
    report.contact = sealed.seal(key, sealed.place_of_contact(report), contact)
    report.consent, report.consented_at = CONSENT, report.received_at


def write(report: Report, key: bytes, kind: EntryKind, text: str, by: Membership | None, now: datetime) -> Entry:
    day = day_of(report.organisation, now)
    entry = Entry(organisation_id=report.organisation_id, report=report, code=new_code(), kind=kind, at=day, by=by)
    entry.sealed = sealed.seal(key, sealed.place_of_entry(entry, report), text)
    entry.save()
    return entry


def moved(report: Report, move: Move, now: datetime, **changes: object) -> None:
    """Make a move where the table allows it, state check and write in one statement. Raises MovedError; needs the scope."""
    goal = steps.after(move, State(report.state))
    if goal is None:
        raise MovedError
    terms = queries.terms(report.organisation)
    answered = day_of(report.organisation, now) if goal == State.ANSWERED else report.answered_at
    due = terms.due(goal, report.received_at, answered)
    rows = Report.objects.filter(pk=report.pk, state=report.state)
    if not rows.update(state=goal, due_at=due, **changes):
        raise MovedError
    report.refresh_from_db()


def key_for(report: Report) -> bytes:
    """Raises MovedError for a report that nobody can read any more."""
    try:
        return sealed.key_of(report.organisation_id, report.code)
    except sealed.GoneError:
        raise MovedError from None


# What the sender does


def add(*, report: Report, text: str, now: datetime) -> None:
    """The sender says more; an answered report is looked into again. Raises MovedError when it is closed."""
    with inside(report.organisation_id), transaction.atomic():
        key = key_for(report)
        moved(report, Move.ADD, now)
        entry = write(report, key, EntryKind.SAID, text, None, now)
        post.send("report-added", key=entry.code, organisation=report.organisation_id, report=report.code)


def withdraw_contact(*, report: Report) -> None:
    """The sender wants no answer by mail any more: the address is gone at once, and the report is anonymous (I04)."""
    with inside(report.organisation_id), transaction.atomic():
        forget_contact(report)


def forget_contact(report: Report) -> None:
    """Needs the scope and a transaction. The key goes first: after a kill in between nobody reads the address either."""
    if report.contact_code:
        keys.destroy(report.organisation_id, [report.contact_code])
    gone = {"contact": None, "contact_code": "", "consent": "", "consented_at": None}
    Report.objects.filter(pk=report.pk).update(**gone)
    report.refresh_from_db()


def erase(*, report: Report) -> None:
    """The sender takes the report back: nothing of it is left, but that something was erased (I05)."""
    with inside(report.organisation_id), transaction.atomic():
        audit.record(
            organisation=report.organisation_id, event=Event.ERASED, who=None, what=report.code, why="asked-by-sender"
        )
        remove([report])


def remove(reports: list[Report]) -> int:
    """Destroy the keys of these reports, then their rows; gives how many. Needs the scope and a transaction."""
    for report in reports:
        keys.destroy(report.organisation_id, codes_of(report))
    Entry.objects.filter(report__in=[report.pk for report in reports]).delete()
    Report.objects.filter(pk__in=[report.pk for report in reports]).delete()
    return len(reports)


def codes_of(report: Report) -> list[str]:
    return [code for code in (report.code, report.contact_code, report.summary_code) if code]


# What a handler does


def told(report: Report, membership: Membership, why: str) -> None:
    """Part of the transaction that does it. Raises AuditUnavailable."""
    audit.record(
        organisation=report.organisation_id,
        event=Event.REPORT_MOVED,
        who=membership.staff,
        role=membership.role,
        what=report.code,
        why=why,
    )


def acknowledge(*, report: Report, membership: Membership, now: datetime) -> None:
    """Somebody read it and says so; the sender who left an address gets a letter."""
    with inside(report.organisation_id), transaction.atomic():
        moved(report, Move.ACKNOWLEDGE, now, acknowledged_at=day_of(report.organisation, now))
        told(report, membership, "acknowledged")
        tell_sender(report, "report-read", report.code)


def take(*, report: Report, membership: Membership, handler: Membership, now: datetime) -> None:
    """Give the report to a handler, oneself or a colleague; also when somebody else had it."""
    with inside(report.organisation_id), transaction.atomic():
        read = {} if report.acknowledged_at else {"acknowledged_at": day_of(report.organisation, now)}
        moved(report, Move.TAKE, now, handler=handler, **read)
        told(report, membership, f"handler:{handler.pk}")
        if handler.pk != membership.pk:
            key = f"{report.code}:{handler.pk}:{int(now.timestamp())}"
            post.send("report-yours", key=key, organisation=report.organisation_id, report=report.code)


def note(*, report: Report, membership: Membership, text: str, now: datetime) -> None:
    """An internal note, which the sender never reads. Raises MovedError for a closed report."""
    with inside(report.organisation_id), transaction.atomic():
        write(report, key_for(report), EntryKind.NOTE, text, membership, now)
        told(report, membership, "note")


def answer(*, report: Report, membership: Membership, text: str, now: datetime) -> None:
    """Answer the sender, who reads it with the receipt code; one who left an address gets a letter that there is one (I03)."""
    with inside(report.organisation_id), transaction.atomic():
        key = key_for(report)
        moved(report, Move.ANSWER, now, answered_at=day_of(report.organisation, now), is_escalated=False)
        entry = write(report, key, EntryKind.ANSWER, text, membership, now)
        told(report, membership, "answered")
        tell_sender(report, "report-answered", entry.code)


def tell_sender(report: Report, kind: str, key: str) -> None:
    if report.can_be_answered_by_mail:
        post.send(kind, key=key, organisation=report.organisation_id, report=report.code)


def escalate(*, report: Report, membership: Membership | None, now: datetime) -> bool:
    """Put the report before everybody who answers for it, by hand or because a term has passed; gives whether it is new."""
    with inside(report.organisation_id), transaction.atomic():
        rows = Report.objects.filter(pk=report.pk, is_escalated=False, state__in=steps.TO_DO)
        if not rows.update(is_escalated=True):
            return False
        if membership is not None:
            told(report, membership, "escalated")
        key = f"{report.code}:{int(now.timestamp())}"
        post.send("report-escalated", key=key, organisation=report.organisation_id, report=report.code)
    return True


def close(
    *, report: Report, membership: Membership | None, outcome: Outcome | str, summary: str, now: datetime
) -> None:
    """The end: the address, all texts and their keys go; kind, days and outcome stay, and a summary without anybody (F07).

    Without a membership it closes by itself, when the days to read the answer are over. Raises MovedError, also for an
    outcome that does not fit the kind.
    """
    fitting = {one.value for one in steps.OUTCOMES[Kind(report.kind)]}
    if outcome not in (fitting if membership is not None else fitting | {""}):
        raise MovedError
    with inside(report.organisation_id), transaction.atomic():
        organisation, day = report.organisation, day_of(report.organisation, now)
        gone = after_months(day, queries.terms(organisation, now).kept_months, ZoneInfo(organisation.time_zone))
        moved(report, Move.CLOSE, now, closed_at=day, outcome=outcome, gone_at=gone, handler=None, is_escalated=False)
        if membership is not None:
            told(report, membership, f"closed:{outcome}")
        forget_contact(report)
        Entry.objects.filter(report=report).delete()
        keep_summary(report, summary, gone)
        transaction.on_commit(partial(keys.destroy, organisation.pk, [report.code]))


def keep_summary(report: Report, summary: str, until: datetime) -> None:
    if summary:
        report.summary_code = new_code()
        key = sealed.new_key(report.organisation_id, report.summary_code, sealed.SUMMARY, until)
        report.summary = sealed.seal(key, sealed.place_of_summary(report), summary)
        report.save(update_fields=["summary_code", "summary"])
