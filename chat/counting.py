"""Talks as a source of figures: who came and waited, and whom limits and blocks kept out (A04, A05, C06, C07; G06)."""

from collections import Counter
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from django.db.models import Min
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chat.models import Conversation
from chat.states import State, Why
from helplines.models import Line, Organisation
from privacy import figures
from privacy.figures import Report, Source, Tables, View, Words
from privacy.suppression import Key

# Those never waited.
KEPT_OUT = (Why.LIMIT, Why.BLOCKED)
# The bands of waiting, in minutes; each ends before the next begins.
BANDS = (0, 1, 2, 5, 10, 30)
ANSWERED, LEFT, TURNED_AWAY = "answered", "left", "turned-away"
WAITING = {"ending": ("line", "ending"), "waited": ("line", "waited")}
LIMITS = {"kept": ("kept", "line")}


def entered(organisation: Organisation, month: date) -> Any:
    """The talks that began in a month, with the line on which they did."""
    begin, end = figures.bounds(organisation, month)
    return Conversation.objects.filter(organisation=organisation, started_at__gte=begin, started_at__lt=end)


def waiting(organisation: Organisation, month: date) -> Tables:
    """Visitors who came in: how that ended, and how long they waited until then. Who still waits is in neither table."""
    endings: Counter[Key] = Counter()
    waits: Counter[Key] = Counter()
    names = ("line", "came_in", "state", "claimed_at", "ended_at", "started_at")
    rows = entered(organisation, month).exclude(state=State.REFUSED, end_reason__in=KEPT_OUT)
    for line, came_in, state, claimed, ended, started in rows.values_list(*names).iterator(chunk_size=2000):
        place, until = str(came_in or line), claimed or ended
        if until is not None:
            endings[place, ANSWERED if claimed else TURNED_AWAY if state == State.REFUSED else LEFT] += 1
            waits[place, band_of(until - started)] += 1
    return {"ending": endings, "waited": waits}


def band_of(waited: timedelta) -> str:
    minutes = waited.total_seconds() / 60
    return str(max((least for least in BANDS if least <= minutes), default=BANDS[0]))


def limits(organisation: Organisation, month: date) -> Tables:
    """Visitors whom the limit or a block kept out. How many blocks were made is not told: the two would bound each other."""
    rows = entered(organisation, month).filter(state=State.REFUSED, end_reason__in=KEPT_OUT)
    counts: Counter[Key] = Counter(
        (why, str(came_in or line)) for line, came_in, why in rows.values_list("line", "came_in", "end_reason")
    )
    return {"kept": counts}


def first(organisation: Organisation) -> date | None:
    """The month of the oldest talk that is still there."""
    rows = Conversation.objects.filter(organisation=organisation)
    found = rows.aggregate(at=Min("started_at"))["at"]
    return figures.month_of(organisation, found)


def line_names(organisation: Organisation) -> dict[str, str]:
    names = Line.objects.filter(organisation=organisation).values_list("pk", "name")
    return {str(pk): name for pk, name in names}


def waiting_words(organisation: Organisation, _language: str) -> Words:
    endings = {
        ANSWERED: _("answered"),
        LEFT: _("left before an answer"),
        TURNED_AWAY: _("turned away when the line closed"),
    }
    between = pairwise(BANDS)
    bands = {str(least): _("%(from)s to %(to)s minutes") % {"from": least, "to": most} for least, most in between}
    bands[str(BANDS[-1])] = _("%(from)s minutes or more") % {"from": BANDS[-1]}
    return {"line": line_names(organisation), "ending": endings, "waited": bands}


def limits_words(organisation: Organisation, _language: str) -> Words:
    kept = {
        Why.LIMIT.value: _("kept out by the limit"),
        Why.BLOCKED.value: _("kept out by a block"),
    }
    return {"line": line_names(organisation), "kept": kept}


VISITORS = gettext_lazy("Visitors")
HEADS = {
    "line": gettext_lazy("Line"),
    "ending": gettext_lazy("How it ended"),
    "waited": gettext_lazy("Waited"),
    "kept": gettext_lazy("Limits and blocks"),
}
WAITING_REPORT = Report(
    key="waiting",
    place=2,
    source="waiting",
    title=gettext_lazy("Waiting and missed"),
    description=gettext_lazy("Visitors who came to a chat line: how long they waited, and who left without an answer."),
    counted=VISITORS,
    views=(
        View("endings", "ending", ("ending",), gettext_lazy("Visitors by how it ended")),
        View("lines-endings", "ending", ("line", "ending"), gettext_lazy("Visitors by line and how it ended")),
        View("waits", "waited", ("waited",), gettext_lazy("Visitors by how long they waited")),
        View("lines-waits", "waited", ("line", "waited"), gettext_lazy("Visitors by line and how long they waited")),
    ),
)
LIMITS_REPORT = Report(
    key="limits",
    place=6,
    source="limits",
    title=gettext_lazy("Limits and blocks"),
    description=gettext_lazy("How often the limit to talks or a block kept somebody out."),
    counted=gettext_lazy("Times"),
    views=(
        View("kept", "kept", ("kept",), gettext_lazy("Limits and blocks")),
        View("kept-lines", "kept", ("kept", "line"), gettext_lazy("Limits and blocks by line")),
    ),
)


def sign_in() -> None:
    waiting_source = Source(key="waiting", tables=WAITING, count=waiting, first=first, words=waiting_words)
    figures.sign_in(source=waiting_source, reports=[WAITING_REPORT], heads=HEADS)
    limits_source = Source(key="limits", tables=LIMITS, count=limits, first=first, words=limits_words)
    figures.sign_in(source=limits_source, reports=[LIMITS_REPORT], heads=HEADS)
