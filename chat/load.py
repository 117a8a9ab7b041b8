"""When it was busy on each line, to plan who is there: by hour and weekday, of all counsellors together (needs the scope).

Nobody of the staff is in it: no name, no count of one's own, no order. Who wants to know how somebody is doing asks them.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from zoneinfo import ZoneInfo

from chat import queries
from chat.models import Conversation
from chat.states import NEVER_WAITED, State
from chat.team import as_clock, midnight
from helplines.models import Line, Membership

# Four of each weekday; a talk is kept for a month at least.
WEEKS = 4
WEEKDAYS = range(7)


@dataclass(frozen=True)
class Came:
    """One visitor who came to wait: when, for how many seconds, and whether somebody took the talk."""

    at: datetime
    waited: float
    was_missed: bool


@dataclass(frozen=True)
class Spot:
    """One hour of one weekday: how many came, and how many of them were missed."""

    came: int
    missed: int


@dataclass(frozen=True)
class Hour:
    """One row: from this hour to the next, each weekday from Monday on."""

    hour: int
    spots: list[Spot]


@dataclass(frozen=True)
class Load:
    """How it was on one line. `wait` is the middle one, None where nobody was taken."""

    line: Line
    came: int
    missed: int
    wait: int | None
    hours: list[Hour]

    @property
    def wait_in_words(self) -> str:
        return as_clock(self.wait or 0)


def of_late(membership: Membership, now: datetime) -> list[Load]:
    """Each line of this member, over whole days until yesterday."""
    until = midnight(membership.organisation, now)
    zone = ZoneInfo(membership.organisation.time_zone)
    return [
        load(line, visitors(line, until - timedelta(weeks=WEEKS), until, now), zone)
        for line in queries.lines_of(membership)
    ]


def visitors(line: Line, since: datetime, until: datetime, now: datetime) -> list[Came]:
    """Everybody who waited on this line then, and does so no longer."""
    rows = (
        Conversation.objects.entered_by(line)
        .not_gone(now)
        .filter(waiting_since__gte=since, waiting_since__lt=until)
        .exclude(state=State.WAITING)
        .exclude(state=State.REFUSED, end_reason__in=NEVER_WAITED)
        .values_list("waiting_since", "claimed_at", "ended_at", "counsellor")
    )
    return [
        Came(at, ((claimed or ended or at) - at).total_seconds(), counsellor is None)
        for at, claimed, ended, counsellor in rows
    ]


def load(line: Line, came: list[Came], zone: ZoneInfo) -> Load:
    taken = [one.waited for one in came if not one.was_missed]
    return Load(
        line=line,
        came=len(came),
        missed=len(came) - len(taken),
        wait=round(median(taken)) if taken else None,
        hours=by_hour(came, zone),
    )


def by_hour(came: Iterable[Came], zone: ZoneInfo) -> list[Hour]:
    """From the first to the last hour of the day in which anybody came."""
    counts: Counter[tuple[int, int]] = Counter()
    missed: Counter[tuple[int, int]] = Counter()
    for one in came:
        local = one.at.astimezone(zone)
        counts[local.hour, local.weekday()] += 1
        missed[local.hour, local.weekday()] += one.was_missed
    hours = [hour for hour, _day in counts]
    return [
        Hour(hour, [Spot(counts[hour, day], missed[hour, day]) for day in WEEKDAYS])
        for hour in (range(min(hours), max(hours) + 1) if hours else ())
    ]
