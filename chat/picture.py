"""One picture of an organisation at one moment, and what each desk shows of it, drawn without another question.

Fifty desks that look again at the same moment cost one reading of a dozen statements, and not fifty.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import prefetch_related_objects

from chat import colleagues, handover_frames
from chat.colleagues import Colleague
from chat.models import (
    SHOWN_WAITING,
    STALE,
    Contact,
    Conversation,
    Handover,
    Presence,
    PresenceState,
    Reading,
    Rest,
    Silence,
    Visiting,
    Waiting,
)
from chat.queries import availability_of, chat_lines, moment, staffing_of, talk_frame
from chat.sealed import Contents
from chat.states import State
from helplines.models import Line, Membership, Role, at_once
from helplines.remembered import policy_now
from helplines.worded import Worded
from privacy import keys
from privacy.sealing import UnreadableError

# What of a talk no desk shows.
OF_THE_TAB = ("visitor_socket", "secret", "next_secret", "spent_secrets", "rejoin", "replaced_secrets")

# What every look of the desks asks, for one organisation.
DESKS = Worded(
    lambda organisation: Presence.objects.filter(organisation_id=organisation).select_related("membership__staff")
)
WAITING = Worded(
    lambda organisation: Conversation.objects.filter(organisation_id=organisation).waiting().values_list(*SHOWN_WAITING)
)
RUNNING = Worded(
    lambda organisation: (
        Conversation.objects.filter(state=State.ACTIVE, organisation_id=organisation)
        .defer(*OF_THE_TAB)
        .order_by("claimed_at", "pk")
    )
)
CONTACTS = Worded(
    lambda organisation: Contact.objects.filter(
        organisation_id=organisation,
        conversation__organisation_id=organisation,
        conversation__state=State.ACTIVE,
    )
)
RESTS = Worded(lambda organisation: Rest.objects.filter(organisation_id=organisation))
SILENCES = Worded(
    lambda organisation: Silence.objects.filter(
        organisation_id=organisation, step__gt=0, conversation__state=State.ACTIVE
    ).select_related("conversation")
)
READINGS = Worded(
    lambda organisation: (
        Reading.objects.going_on()
        .filter(organisation_id=organisation)
        .order_by("began_at", "pk")
        .select_related("reader__staff", "conversation__line", "conversation__counsellor__staff")
    )
)


@dataclass(frozen=True)
class Board:
    """All that the desks of an organisation show, of everybody."""

    lines: list[Line]
    states: dict[str, str]
    capacities: dict[int, int]
    there: dict[int, int]
    waiting: list[tuple[int, dict[str, Any]]]
    colleagues: list[Colleague]
    active: list[Conversation] = field(default_factory=list)
    assigned: dict[int, frozenset[int]] = field(default_factory=dict)
    presence: dict[int, str] = field(default_factory=dict)
    # How many talks at once each member has at most; None: as many as the policy says.
    own: dict[int, int | None] = field(default_factory=dict)
    rests: dict[int, dict[str, Any]] = field(default_factory=dict)
    silences: list[Silence] = field(default_factory=list)
    handovers: list[Handover] = field(default_factory=list)
    readings: list[Reading] = field(default_factory=list)
    # The lines where the policy lets somebody read along (C11).
    readable: frozenset[int] = frozenset()
    # When its reading began, by the clock of this process.
    began: float = 0.0
    keys: dict[str, bytes] = field(default_factory=dict)

    def lines_of(self, membership: Membership) -> list[Line]:
        """The chat lines that this member works on; without an assignment, all of them."""
        mine = self.assigned.get(membership.pk)
        return [line for line in self.lines if line.pk in mine] if mine else self.lines


def board(organisation_id: int, now: datetime, known: dict[str, bytes] | None = None) -> Board:
    """Read the picture (needs the organisation's scope). `known` are keys of running talks that were read before."""
    lines = chat_lines(organisation_id)
    present = DESKS(organisation=organisation_id)
    assigned = colleagues.assignments_of(organisation_id)
    # First who waits: of one who is taken in between it is not the talk that is missing.
    waiting = [Waiting(*row) for row in WAITING(organisation=organisation_id)]
    active = running_talks(organisation_id, lines, {row.membership_id: row.membership for row in present})
    desks = open_desks(present, now)
    picture = staffing_of(
        [(row.membership_id, row.state, row.membership.talks_at_once) for row in desks],
        assigned,
        [
            *((row.state, None, row.line_id) for row in waiting if row.takes_room(now)),
            *((row.state, row.counsellor_id, row.line_id) for row in active),
        ],
    )
    policies = {line.pk: policy_now(line, now) for line in lines}
    shown = {line.pk: line for line in lines}
    taken = {row.code for row in active}
    return Board(
        lines=lines,
        states={line.slug: availability_of(line, now, picture, lines, policies[line.pk]).state for line in lines},
        capacities={line.pk: policies[line.pk].capacity for line in lines},
        there={line.pk: len(picture.there(line)) for line in lines},
        waiting=[
            (row.line_id, waiting_frame(row, shown[row.line_id], now, policies[row.line_id].alert_seconds))
            for row in waiting
            if row.line_id in shown and row.code not in taken
        ],
        colleagues=colleagues.at_desks(desks, assigned, [row.counsellor_id for row in active]),
        active=active,
        assigned=assigned,
        presence={row.membership_id: row.state for row in present},
        own={row.membership_id: row.membership.talks_at_once for row in present},
        rests=rests(organisation_id),
        silences=silences(organisation_id),
        handovers=handover_frames.of_organisation(organisation_id, now),
        readings=readings(organisation_id),
        readable=frozenset(line.pk for line in lines if policies[line.pk].reading_along != "nobody"),
        keys=keys_of(organisation_id, active, known or {}),
    )


def running_talks(organisation_id: int, lines: list[Line], members: dict[int, Membership]) -> list[Conversation]:
    """The talks that go on, without what only a visitor's tab has to do with, on lines and of members that were read already."""
    talks: list[Conversation] = RUNNING(organisation=organisation_id)
    contacts = {row.conversation_id: row for row in CONTACTS(organisation=organisation_id)} if talks else {}
    known = {line.pk: line for line in lines}
    if unknown := {row.line_id for row in talks} - known.keys():
        # A talk goes on when its line was closed down.
        known |= {line.pk: line for line in Line.objects.filter(pk__in=unknown).select_related("organisation")}
    for row in talks:
        row.line = known[row.line_id]
        row.organisation = row.line.organisation
        if row.counsellor_id in members:
            row.counsellor = members[row.counsellor_id]
        # Also that there is none is known, so that nobody asks.
        row._state.fields_cache["contact"] = contacts.get(row.pk)
    # Whose desk was never open; those of one counsellor share theirs.
    prefetch_related_objects([row for row in talks if "counsellor" not in row._state.fields_cache], "counsellor__staff")
    return talks


def open_desks(rows: list[Presence], now: datetime) -> list[Presence]:
    """Those of working people with a sign of life just now, who did not say that they are away."""
    return [
        row
        for row in rows
        if row.seen_at > now - STALE
        and row.state != PresenceState.AWAY
        and row.membership.is_active
        and row.membership.staff.is_active
    ]


def rests(organisation_id: int) -> dict[int, dict[str, Any]]:
    """Until when each pausing counsellor rests; a pause without an end is not in it."""
    rows = RESTS(organisation=organisation_id)
    return {row.membership_id: {"until": moment(row.until), "returns": row.returns} for row in rows}


def silences(organisation_id: int) -> list[Silence]:
    """Which talks are on their way to an end because the visitor is silent."""
    return [row for row in SILENCES(organisation=organisation_id) if row.seq == row.conversation.last_seq]


def readings(organisation_id: int) -> list[Reading]:
    """Who reads along with whom."""
    return READINGS(organisation=organisation_id)


def keys_of(organisation_id: int, active: list[Conversation], known: dict[str, bytes]) -> dict[str, bytes]:
    """The keys of running talks; only those that were not known are asked for."""
    codes = [row.code for row in active]
    new = [code for code in codes if code not in known]
    found = keys.conversation_keys(organisation_id, new) if new else {}
    return {code: key for code in codes if (key := known.get(code) or found.get(code))}


def waiting_frame(row: Waiting, line: Line, now: datetime, alert_seconds: int) -> dict[str, Any]:
    """Who waits, without a name; from `alert_at` on, colleagues who pause and those who guide the line are told too."""
    return {
        "code": row.code,
        "line": line.slug,
        "line_name": line.name,
        "since": moment(row.waits_from),
        "language": row.language,
        "present": row.visitor_is_there(now),
        "back": row.back_at is not None,
        "alert_at": moment(alert_at(row, alert_seconds)),
    }


def alert_at(row: Visiting, alert_seconds: int) -> datetime:
    """The moment from which others are told of who waits; who was in a talk already waits since that broke off."""
    return row.waits_from + timedelta(seconds=alert_seconds)


# Drawing
def desk_frame(membership: Membership, seen: Board, now: datetime) -> dict[str, Any]:
    """The `desk` frame of one counsellor: their own talks, and of the board what is theirs to see."""
    lines = seen.lines_of(membership)
    mine = {line.pk for line in lines}
    presence = seen.presence.get(membership.pk, "away")
    waiting = [frame for line, frame in seen.waiting if line in mine]
    return {
        "kind": "desk",
        "presence": presence,
        "rest": seen.rests.get(membership.pk) if presence == PresenceState.PAUSE else None,
        "guides": membership.role == Role.MENTOR,
        "capacity": max((at_once(seen.own.get(membership.pk), seen.capacities[line.pk]) for line in lines), default=0),
        "talks": talks_of(membership, seen, now),
        "silences": [
            {"talk": row.conversation.code, **row.told(now)}
            for row in seen.silences
            if row.conversation.counsellor_id == membership.pk
        ],
        "waiting": waiting,
        "overdue": sum(frame["alert_at"] <= str(moment(now)) for frame in waiting),
        "present": max((seen.there[line.pk] for line in lines), default=0),
        "lines": [{"slug": line.slug, "name": line.name, "state": seen.states[line.slug]} for line in lines],
        "colleagues": colleagues.frames(seen.colleagues, membership, lines, seen.capacities),
        "other_lines": [{"slug": line.slug, "name": line.name, "there": seen.there[line.pk]} for line in seen.lines],
        "guided": guided(membership, seen, mine),
        "along": along_frame(membership, seen),
    }


def talks_of(membership: Membership, seen: Board, now: datetime) -> list[dict[str, Any]]:
    """The talks that this counsellor has now, oldest first; one whose key is gone is left out."""
    frames = []
    for row in seen.active:
        if row.counsellor_id == membership.pk and row.code in seen.keys:
            try:
                frame = talk_frame(row, Contents.of(row, seen.keys[row.code]), now)
                frames.append({**frame, "readers": readers_of(row, seen)})
            except UnreadableError:
                continue
    return frames


def guided(membership: Membership, seen: Board, lines: set[int]) -> list[dict[str, Any]]:
    """For who may take a talk over: the running talks of others on these lines, and nothing of what is said in them."""
    if not colleagues.may_take_over(membership):
        return []
    rows = [row for row in seen.active if row.line_id in lines and row.counsellor_id != membership.pk]
    return [
        {**colleagues.running_talk(row), "along": row.line_id in seen.readable}
        for row in sorted(rows, key=lambda row: (row.started_at, row.pk))
    ]


def readers_of(talk: Conversation, seen: Board) -> list[str]:
    """Which colleagues read along with this talk, by name: its counsellor always knows."""
    return [str(row.reader.staff) for row in seen.readings if row.conversation_id == talk.pk]


def along_frame(membership: Membership, seen: Board) -> dict[str, Any] | None:
    """The talk that this member reads along with; None for who does not."""
    row = next((row for row in seen.readings if row.reader_id == membership.pk), None)
    if row is None:
        return None
    return {
        **colleagues.running_talk(row.conversation),
        "language": row.conversation.language,
        "told": row.told,
        "last_seq": row.conversation.last_seq,
    }
