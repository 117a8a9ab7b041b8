"""What came of the questions after a talk, in groups only (F14).

The numbers are those that reports publish, and no others: a number of its own for the same visitors, beside these, would tell
what they hide (goal L2). So a month is here once it is over; until then the page tells when that is, and why.
"""

from collections import defaultdict
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from complaints import counting, queries, sealed
from complaints.models import Remark
from complaints.questions import Question
from helplines.fields import in_language
from helplines.models import Organisation
from helplines.queries import organisation_policy
from privacy import figures, shuffled
from privacy.suppression import INSIDE

Year = tuple[int, int]  # a year, and a version of the questions
Picked = dict[tuple[str, str], int]  # by question and choice


class Bar(NamedTuple):
    """One answer: about how often, a sum of published figures, and its part of what is told; 0 for too few to tell."""

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


class Running(NamedTuple):
    """The month that answers are put in now, the day from which it can be shown, and how many come together at least."""

    month: date
    shown_from: date
    crowd: int


def running(organisation: Organisation, now: datetime) -> Running:
    month = queries.month_of(now.astimezone(ZoneInfo(organisation.time_zone)).date())
    return Running(month, figures.after(month), shuffled.LEAST)


def feedback(organisation: Organisation, language: str, *, with_remarks: bool) -> list[Group]:
    """What was answered, newest first, in groups that are large enough to hide everybody (needs the scope).

    Of a question to which fewer than the threshold answered nothing is shown, not even how many.
    """
    limits = queries.procedure(organisation).threshold, step(organisation)
    answers, written = published(organisation), remarks(organisation)
    return [
        Group(
            year,
            version,
            [
                asked(one, answers[year, version], written[year, version], limits, language, with_remarks)
                for one in queries.questions_of(organisation, version)
            ],
        )
        for year, version in sorted({*answers, *written}, reverse=True)
    ]


def published(organisation: Organisation) -> dict[Year, Picked]:
    """How often each answer was picked, as the reports inside tell it."""
    found: dict[Year, Picked] = defaultdict(lambda: defaultdict(int))
    for month, tables in figures.told(organisation, counting.FEEDBACK, INSIDE).items():
        for (_question, answer), count in tables[counting.ANSWERS_TABLE].items():
            version, question, choice = counting.parts_of(answer)
            found[month.year, version][question, choice] += count
    return found


def remarks(organisation: Organisation) -> dict[Year, dict[str, list[Remark]]]:
    found: dict[Year, dict[str, list[Remark]]] = defaultdict(lambda: defaultdict(list))
    for remark in Remark.objects.filter(organisation=organisation).order_by("pk"):
        found[remark.month.year, remark.version][remark.question].append(remark)
    return found


def asked(
    question: Question,
    picked: Picked,
    written: dict[str, list[Remark]],
    limits: tuple[int, int],
    language: str,
    with_remarks: bool,
) -> Asked:
    least, tells = limits
    label = in_language(question.label, language)
    if question.kind == "text":
        rows = written.get(question.key, [])
        shown = [text for text in map(text_of, rows) if text] if with_remarks and len(rows) >= least else []
        return Asked(label, down(len(rows), tells) if len(rows) >= least else 0, [], shown)
    numbers = [picked.get((question.key, choice.key), 0) for choice in question.choices]
    total = sum(numbers)
    if total < least:
        return Asked(label, 0, [], [])
    labels = [in_language(choice.label, language) for choice in question.choices]
    return Asked(
        label, total, [Bar(name, n, round(100 * n / total)) for name, n in zip(labels, numbers, strict=True)], []
    )


def step(organisation: Organisation) -> int:
    """To multiples of how many reports inside are rounded now, and the number of remarks (needs the scope)."""
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
