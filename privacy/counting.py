"""Opened identities as a source of figures, from the audit log (E07, G06).

How often it was asked is not told: each time ends opened or refused, and three numbers of which one is the sum of the others
would bound each other.
"""

from collections import Counter
from datetime import date

from django.utils.translation import gettext_lazy

from helplines.models import Organisation
from helplines.witness import Event
from privacy import figures
from privacy.figures import Report, Source, Tables, View, Words
from privacy.models import AuditEntry
from privacy.suppression import Key

COUNTED = (Event.IDENTITY_REFUSED, Event.IDENTITY_OPENED)
SOURCE, STEPS = "openings", "steps"
TABLES = {STEPS: ("step",)}


def count(organisation: Organisation, month: date) -> Tables:
    begin, end = figures.bounds(organisation, month)
    rows = AuditEntry.objects.filter(organisation=organisation, event__in=COUNTED, at__gte=begin, at__lt=end)
    steps: Counter[Key] = Counter((event,) for event in rows.values_list("event", flat=True))
    return {STEPS: steps}


def first(organisation: Organisation) -> date | None:
    """The month in which the log begins."""
    rows = AuditEntry.objects.filter(organisation=organisation).order_by("number")
    return figures.month_of(organisation, rows.values_list("at", flat=True).first())


def words(_organisation: Organisation, _language: str) -> Words:
    return {"step": {event.value: str(event.label) for event in COUNTED}}


REPORT = Report(
    key="openings",
    place=7,
    source=SOURCE,
    title=gettext_lazy("Opened addresses"),
    description=gettext_lazy("How often the address of a visitor was opened, and how often that was refused."),
    counted=gettext_lazy("Times"),
    views=(View("steps", "steps", ("step",), gettext_lazy("Opened addresses")),),
)


def sign_in() -> None:
    source = Source(key=SOURCE, tables=TABLES, count=count, first=first, words=words)
    figures.sign_in(source=source, reports=[REPORT], heads={"step": gettext_lazy("Step")})
