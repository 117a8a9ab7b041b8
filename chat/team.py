"""How it is with each line now, and who was missed: reads for the team page (need the scope). Nobody is ranked or counted."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from chat import colleagues, picture, queries
from chat.colleagues import Colleague
from chat.models import Conversation
from chat.states import NEVER_WAITED, State
from helplines.models import Line, Membership, Organisation

DAYS = 7
# A page stays readable; who wants more asks for the figures.
MOST = 500


def as_clock(seconds: int) -> str:
    """07:05, or 1:07:05 from an hour."""
    rest = f"{seconds // 60 % 60:02}:{seconds % 60:02}"
    return rest if seconds < 3600 else f"{seconds // 3600}:{rest}"


@dataclass(frozen=True)
class Missed:
    """Somebody who waited and whom nobody came for: when, on which line, how long; nothing of who or what."""

    line: str
    at: datetime
    waited: timedelta
    why: str
    was_in_talk: bool

    @property
    def waited_in_words(self) -> str:
        return as_clock(int(self.waited.total_seconds()))


@dataclass(frozen=True)
class LineNow:
    """One line on the team page."""

    line: Line
    state: str
    present: list[Colleague]
    pausing: list[Colleague]
    room: int
    waiting: int
    longest: int | None
    missed: int
    talks: list[dict[str, str]] = field(default_factory=list)

    @property
    def longest_in_words(self) -> str:
        return as_clock(self.longest or 0)


def midnight(organisation: Organisation, now: datetime) -> datetime:
    """When today began, on the organisation's clock."""
    return now.astimezone(ZoneInfo(organisation.time_zone)).replace(hour=0, minute=0, second=0, microsecond=0)


def missed(lines: list[Line], since: datetime) -> list[Missed]:
    """Those who left the waiting or were refused before anybody came, newest first."""
    rows = (
        Conversation.objects.filter(
            state__in=[State.ABANDONED, State.REFUSED], counsellor=None, ended_at__gte=since, line__in=lines
        )
        .exclude(end_reason__in=NEVER_WAITED)
        .select_related("line")
        .order_by("-ended_at", "-pk")[:MOST]
    )
    return [
        Missed(
            line=row.line.name,
            at=row.ended_at,
            waited=row.ended_at - row.waits_from,
            why=str(row.end_reason),
            was_in_talk=row.back_at is not None,
        )
        for row in rows
        if row.ended_at is not None
    ]


def missed_lately(membership: Membership, now: datetime) -> list[Missed]:
    """Today and the seven days before, on the lines of this member."""
    since = midnight(membership.organisation, now) - timedelta(days=DAYS)
    return missed(queries.lines_of(membership), since)


def lines_now(membership: Membership, now: datetime) -> list[LineNow]:
    """Each line of this member as it is at this moment."""
    board = picture.board(membership.organisation_id, now)
    mine = queries.lines_of(membership)
    today = missed(mine, midnight(membership.organisation, now))
    return [line_now(line, board, [one for one in today if one.line == line.name], now) for line in mine]


def line_now(line: Line, board: picture.Board, today: list[Missed], now: datetime) -> LineNow:
    there = [one for one in board.colleagues if one.works_on(line.pk)]
    capacity = board.capacities[line.pk]
    waits = [datetime.fromisoformat(frame["since"]) for pk, frame in board.waiting if pk == line.pk]
    return LineNow(
        line=line,
        state=board.states[line.slug],
        present=[one for one in there if one.state == "present"],
        pausing=[one for one in there if one.state != "present"],
        room=sum(one.room(capacity) for one in there),
        waiting=len(waits),
        longest=int((now - min(waits)).total_seconds()) if waits else None,
        missed=len(today),
        talks=[colleagues.running_talk(row) for row in board.active if row.line_id == line.pk],
    )


def may_hand_back(membership: Membership) -> bool:
    """A manager has no desk: they let a colleague of the counsellor go on, with a reason; a mentor takes over at the desk."""
    return str(membership.role) == "manager"
