"""Complaints, suggestions, compliments and feedback as sources of figures (F07, F14, I02; G06)."""

from collections import Counter
from datetime import date, timedelta
from itertools import pairwise

from django.db.models import Min
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from complaints import questions
from complaints.models import FeedbackForm, Report, ReportKind, ReportOutcome, Tally
from complaints.questions import Question
from helplines.fields import in_language
from helplines.models import Organisation
from privacy import figures
from privacy.figures import Source, Tables, View, Words
from privacy.suppression import Key

# The bands of days until the answer; each ends before the next begins.
BANDS = (0, 7, 14, 28, 42, 84)
NO_ANSWER = "none"
HANDLED = {"outcome": ("kind", "outcome"), "answered": ("kind", "answered")}
FEEDBACK, ANSWERS_TABLE = "feedback", "answers"
ANSWERS = {ANSWERS_TABLE: ("question", "choice")}


def handled(organisation: Organisation, month: date) -> Tables:
    """Reports that were closed in a month: only then nothing of them changes any more."""
    begin, end = figures.bounds(organisation, month)
    outcomes: Counter[Key] = Counter()
    answered: Counter[Key] = Counter()
    rows = Report.objects.filter(organisation=organisation, closed_at__gte=begin, closed_at__lt=end)
    for kind, outcome, came, answer in rows.values_list("kind", "outcome", "received_at", "answered_at"):
        outcomes[kind, outcome] += 1
        answered[kind, band_of(answer - came) if answer else NO_ANSWER] += 1
    return {"outcome": outcomes, "answered": answered}


def band_of(took: timedelta) -> str:
    return str(max((least for least in BANDS if least <= took.days), default=BANDS[0]))


def first_handled(organisation: Organisation) -> date | None:
    found = Report.objects.filter(organisation=organisation).aggregate(at=Min("closed_at"))["at"]
    return figures.month_of(organisation, found)


def handled_words(_organisation: Organisation, _language: str) -> Words:
    between = pairwise(BANDS)
    bands = {str(least): _("%(from)s to %(to)s days") % {"from": least, "to": most - 1} for least, most in between}
    bands[str(BANDS[-1])] = _("%(from)s days or more") % {"from": BANDS[-1]}
    return {
        "kind": {value: str(label) for value, label in ReportKind.choices},
        "outcome": {value: str(label) for value, label in ReportOutcome.choices},
        "answered": {**bands, NO_ANSWER: _("not answered")},
    }


def answers(organisation: Organisation, month: date) -> Tables:
    """How often each answer of the feedback was picked; a question of another version is another one."""
    counts: Counter[Key] = Counter()
    rows = Tally.objects.filter(organisation=organisation, month=month)
    for version, question, choice, count in rows.values_list("version", "question", "choice", "count"):
        counts[name_of(version, question), name_of(version, question, choice)] += count
    return {ANSWERS_TABLE: counts}


def name_of(version: int, *parts: str) -> str:
    return ".".join((str(version), *parts))


def parts_of(name: str) -> tuple[int, str, str]:
    """The other way round, of an answer: version, question, choice."""
    version, question, choice = name.split(".")
    return int(version), question, choice


def first_answers(organisation: Organisation) -> date | None:
    found: date | None = Tally.objects.filter(organisation=organisation).aggregate(at=Min("month"))["at"]
    return found


def answers_words(organisation: Organisation, language: str) -> Words:
    forms = FeedbackForm.objects.filter(organisation=organisation).order_by("-number")
    versions: list[tuple[int, tuple[Question, ...]]] = [(form.number, questions.read(form.questions)) for form in forms]
    asked: dict[str, str] = {}
    choices: dict[str, str] = {}
    for version, found in [*versions, (0, questions.FIRST)]:
        for question in found:
            asked[name_of(version, question.key)] = in_language(question.label, language)
            for choice in question.choices:
                choices[name_of(version, question.key, choice.key)] = in_language(choice.label, language)
    return {"question": asked, "choice": choices}


HEADS = {
    "kind": gettext_lazy("Kind"),
    "outcome": gettext_lazy("Outcome"),
    "answered": gettext_lazy("Time to the answer"),
    "question": gettext_lazy("Question"),
    "choice": gettext_lazy("Answer"),
}
HANDLED_REPORT = figures.Report(
    key="complaints",
    place=5,
    source="complaints",
    title=gettext_lazy("Complaints and suggestions"),
    description=gettext_lazy("Complaints, suggestions and compliments, in the month in which they were closed."),
    counted=gettext_lazy("Reports"),
    views=(
        View("kinds", "outcome", ("kind",), gettext_lazy("Reports by kind")),
        View("kinds-outcomes", "outcome", ("kind", "outcome"), gettext_lazy("Reports by kind and outcome")),
        View(
            "kinds-answered", "answered", ("kind", "answered"), gettext_lazy("Reports by kind and time to the answer")
        ),
    ),
)
ANSWERS_REPORT = figures.Report(
    key=FEEDBACK,
    place=8,
    source=FEEDBACK,
    title=gettext_lazy("Feedback"),
    description=gettext_lazy(
        "What visitors answered after a talk, in the month in which enough answers were together."
    ),
    counted=gettext_lazy("Answers"),
    views=(View("answers", ANSWERS_TABLE, ANSWERS[ANSWERS_TABLE], gettext_lazy("Answers by question")),),
)


def sign_in() -> None:
    reports = Source(key="complaints", tables=HANDLED, count=handled, first=first_handled, words=handled_words)
    figures.sign_in(source=reports, reports=[HANDLED_REPORT], heads=HEADS)
    # Whoever answers one question answers others too.
    feedback = Source(
        key=FEEDBACK, tables=ANSWERS, count=answers, first=first_answers, words=answers_words, together=False
    )
    figures.sign_in(source=feedback, reports=[ANSWERS_REPORT], heads=HEADS)
