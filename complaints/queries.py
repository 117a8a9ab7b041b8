"""Reads that make a page: the terms of an organisation, what there is to do, what was answered."""

from collections import defaultdict
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db.models import Count, F, Q

from complaints import questions, sealed
from complaints.models import Fault, FeedbackForm, Procedure, Remark, Report, Tally
from complaints.questions import Question
from complaints.steps import State, Terms
from helplines.fields import in_language
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


class Bar(NamedTuple):
    """One answer: how often at least, a multiple of a step, and its part of what is told; 0 for too few to tell."""

    label: str
    visitors: int
    part: int


class Asked(NamedTuple):
    """What came of one question in a year; `bars` is empty while too few answered."""

    label: str
    total: int
    bars: list[Bar]
    remarks: list[str]


class Group(NamedTuple):
    """The answers to one version of the questions in one year."""

    year: int
    version: int
    asked: list[Asked]


def feedback(organisation: Organisation, language: str, *, with_remarks: bool) -> list[Group]:
    """What was answered, newest first, in groups that are large enough to hide everybody (F14; needs the scope).

    Of a question to which fewer than the threshold answered nothing is shown, not even how many. Every number is rounded down
    to a multiple of what reports inside are rounded to, and no total goes with them, so one visitor stands in none alone.
    """
    least, tells = procedure(organisation).threshold, step(organisation)
    picked: dict[tuple[int, int], dict[tuple[str, str], int]] = defaultdict(lambda: defaultdict(int))
    for row in Tally.objects.filter(organisation=organisation):
        picked[row.month.year, row.version][row.question, row.choice] += row.count
    written: dict[tuple[int, int], dict[str, list[Remark]]] = defaultdict(lambda: defaultdict(list))
    for remark in Remark.objects.filter(organisation=organisation).order_by("pk"):
        written[remark.month.year, remark.version][remark.question].append(remark)
    return [
        Group(
            year,
            version,
            [
                asked(one, picked[year, version], written[year, version], (least, tells), language, with_remarks)
                for one in questions_of(organisation, version)
            ],
        )
        for year, version in sorted({*picked, *written}, reverse=True)
    ]


def asked(
    question: Question,
    counts: dict[tuple[str, str], int],
    remarks: dict[str, list[Remark]],
    limits: tuple[int, int],
    language: str,
    with_remarks: bool,
) -> Asked:
    least, tells = limits
    label = in_language(question.label, language)
    if question.kind == "text":
        rows = remarks.get(question.key, [])
        shown = [text for text in map(text_of, rows) if text] if with_remarks and len(rows) >= least else []
        return Asked(label, down(len(rows), tells) if len(rows) >= least else 0, [], shown)
    exact = [counts.get((question.key, choice.key), 0) for choice in question.choices]
    if sum(exact) < least:
        return Asked(label, 0, [], [])
    numbers = [down(count, tells) for count in exact]
    total = sum(numbers)
    labels = [in_language(choice.label, language) for choice in question.choices]
    bars = [
        Bar(name, count, round(100 * count / total) if total else 0)
        for name, count in zip(labels, numbers, strict=True)
    ]
    return Asked(label, total, bars, [])


def step(organisation: Organisation) -> int:
    """To multiples of how many the numbers of feedback are rounded down (needs the scope)."""
    return int(organisation_policy(organisation).report_inside)


def down(count: int, to: int) -> int:
    return count // to * to


def text_of(remark: Remark) -> str:
    """What was written; "" when its time is over."""
    try:
        key = sealed.key_of(remark.organisation_id, remark.code)
        return sealed.unseal(key, sealed.place_of_remark(remark), remark.sealed)
    except sealed.GoneError:
        return ""


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
