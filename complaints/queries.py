"""Reads that make a page: the terms of an organisation, what there is to do, what was answered."""

from datetime import date, datetime
from typing import Any

from django.db.models import Count, F, Q

from complaints import questions
from complaints.models import Fault, FeedbackForm, Procedure, Report
from complaints.questions import Question
from complaints.steps import State, Terms
from helplines.models import Membership, Organisation, Role
from helplines.queries import organisation_policy
from helplines.tenancy import inside

HANDLERS = (Role.MANAGER, Role.ADMINISTRATOR)
MOST = 200


def procedure(organisation: Organisation) -> Procedure:
    """How this organisation handles reports; what it never said is the default."""
    with inside(organisation):
        found: Procedure | None = Procedure.objects.filter(organisation=organisation).first()
    return found or Procedure(organisation=organisation)


def terms(organisation: Organisation, now: datetime | None = None) -> Terms:
    """The days that the organisation's policy promises now, or at another moment (I02)."""
    with inside(organisation):
        promised = organisation_policy(organisation, now)
    return Terms(
        promised.complaint_read_days,
        promised.complaint_answer_days,
        promised.complaint_open_days,
        promised.complaint_months,
    )


def to_handle(organisation: Organisation, which: str, kind: str) -> list[Report]:
    """The reports in this list, what is due first on top (needs the scope)."""
    rows = Report.objects.filter(organisation=organisation).select_related("handler__staff")
    rows = rows.filter(state=State.CLOSED) if which == "closed" else rows.open()
    if which == "escalated":
        rows = rows.filter(is_escalated=True)
    if kind:
        rows = rows.filter(kind=kind)
    order = (
        [F("closed_at").desc(), F("pk").desc()]
        if which == "closed"
        else [F("due_at").asc(nulls_last=True), F("pk").asc()]
    )
    return list(rows.order_by(*order)[:MOST])


def counts(organisation: Organisation, now: datetime) -> dict[str, int]:
    """How many are open, past their term, and escalated (needs the scope)."""
    rows = Report.objects.filter(organisation=organisation).open()
    found: dict[str, int] = rows.aggregate(open=Count("pk"), escalated=Count("pk", filter=Q(is_escalated=True)))
    return {**found, "overdue": rows.overdue(now).count()}


def handlers(organisation: Organisation) -> list[Membership]:
    """Who may handle a report (needs the scope)."""
    rows = Membership.objects.in_force().filter(organisation=organisation, role__in=HANDLERS)
    return list(rows.select_related("staff").order_by("staff__username", "role"))


def newest_form(organisation: Organisation) -> tuple[int, tuple[Question, ...]]:
    """The questions that are asked now, and their version; 0 for those with which everybody starts."""
    with inside(organisation):
        found = FeedbackForm.objects.filter(organisation=organisation).order_by("-number").first()
    return (found.number, questions.read(found.questions)) if found else (0, questions.FIRST)


def questions_of(organisation: Organisation, version: int) -> tuple[Question, ...]:
    """The questions of one version; none for a version that never was (needs the scope)."""
    if version == 0:
        return questions.FIRST
    found = FeedbackForm.objects.filter(organisation=organisation, number=version).first()
    return questions.read(found.questions) if found else ()


def figures(organisation: Organisation, year: int) -> dict[str, Any]:
    """Closed reports of a year, by kind and outcome; days to the answer are the middle one (needs the scope)."""
    rows = list(Report.objects.filter(organisation=organisation, received_at__year=year))
    days = sorted((row.answered_at - row.received_at).days for row in rows if row.answered_at)
    return {"received": len(rows), "answered": len(days), "days": days[len(days) // 2] if days else None}


def faults_of(organisations: list[int]) -> list[Fault]:
    """The faults of these organisations, newest first (needs a scope that holds them)."""
    rows = Fault.objects.filter(organisation__in=organisations).select_related("organisation")
    return list(rows.order_by("-happened_at", "pk")[:MOST])


def month_of(now: date) -> date:
    return now.replace(day=1)
