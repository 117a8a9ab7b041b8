"""Reads that make a page, a status or a frame."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import accumulate
from typing import Any

from django.utils.translation import gettext

from chat import colleagues
from chat.handing import How, Step
from chat.models import STALE, Conversation, Handover, Message, Presence, PresenceState
from chat.sealed import Contents
from chat.states import Party, State
from helplines import availability
from helplines.fields import best_language
from helplines.models import Assignment, Line, Membership, Role, at_once
from helplines.policies import PolicyValues
from helplines.remembered import chat_lines_now, opening_now, policy_now
from helplines.voices import speaking
from helplines.worded import Worded

HISTORY = 200
# How many of those who wait longest one claim tries before it says that others were faster.
CLAIM_TRIES = 10
# A `history` frame stops after so much text, so that who asks and never reads cannot fill the memory (goal H3).
HISTORY_CHARACTERS = 100_000
# Who talks with visitors.
DESK_ROLES = (Role.COUNSELLOR, Role.MENTOR)

# What every beginning, claim and look of a desk asks.
DESKS = Worded(
    lambda now: Presence.objects.at_desks(now).values_list("membership_id", "state", "membership__talks_at_once")
)
TAKING_ROOM = Worded(
    lambda organisation, now: (
        Conversation.objects.taking_room(now)
        .filter(organisation_id=organisation)
        .values_list("state", "counsellor_id", "line_id")
    )
)
LINES_OF = Worded(lambda member: Assignment.objects.filter(membership=member).values_list("line_id", flat=True))
ALIASES = Worded(
    lambda member, line: (
        Assignment.objects.filter(membership=member, line_id=line).order_by("pk").values_list("alias", flat=True)[:1]
    )
)
LINES_OF_TALKS = Worded(lambda talks: Conversation.objects.filter(pk__in=talks).values_list("pk", "line_id"))
ALIASES_OF = Worded(
    lambda members, lines: Assignment.objects.filter(membership__in=members, line_id__in=lines).values_list(
        "membership_id", "line_id", "alias"
    )
)
MESSAGES = Worded(
    lambda talk, since: (
        Message.objects.filter(conversation=talk, seq__gt=since).select_related("author").order_by("seq")[:HISTORY]
    )
)
READ = Worded(
    lambda talk: Conversation.objects.filter(pk=talk).values_list("last_seq", "counsellor_seen_seq", "visitor_seen_seq")
)
NEXT = Worded(
    lambda lines, now: Conversation.objects.waiting().visitor_there(now).filter(line_id__in=lines)[:CLAIM_TRIES]
)
ACTIVE_OF = Worded(
    lambda member: Conversation.objects.filter(state=State.ACTIVE, counsellor=member).values_list("pk", flat=True)
)
PRESENCE = Worded(lambda member: Presence.objects.select_related("membership").filter(membership=member))
PRESENCE_LOCKED = Worded(
    lambda member: (
        Presence.objects.select_related("membership").select_for_update(of=("self",)).filter(membership=member)
    )
)
WHOLE = Worded(lambda talk: Conversation.objects.filter(pk=talk).select_related("line__organisation", "counsellor"))


def read_again(conversation: Conversation) -> None:
    """What the row says by now, with its line, organisation and counsellor."""
    fresh = WHOLE.first(talk=conversation.pk)
    if fresh is None:
        raise Conversation.DoesNotExist
    conversation.__dict__.update(fresh.__dict__)


def kept_months(conversation: Conversation, now: datetime) -> int:
    """For how long a talk is kept: by the shorter promise of the line where it began and the line where it is now (F01)."""
    lines = {line.pk: line for line in (conversation.line, conversation.came_in) if line is not None}
    return min(policy_now(line, now).retention_months for line in lines.values())


def moment(at: datetime | None) -> str | None:
    """A moment as the protocol writes it: UTC, ISO 8601 with Z."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z") if at else None


@dataclass(frozen=True)
class Staffing:
    """Who is there for which line of one organisation, and how much room they have; one picture of one moment."""

    serving: dict[int, frozenset[int]]
    active: Counter[int]
    waiting: Counter[int]
    pausing: dict[int, frozenset[int]] = field(default_factory=dict)
    # How many talks at once each of those at a desk has at most; None: as many as the policy says.
    own: dict[int, int | None] = field(default_factory=dict)

    def there(self, line: Line) -> frozenset[int]:
        """The memberships that are present and work on this line."""
        everywhere = self.serving.get(0, frozenset())
        return everywhere | self.serving.get(line.pk, frozenset())

    def pauses(self, line: Line) -> int:
        """How many of those who work on this line have a break at their desks."""
        return len(self.pausing.get(0, frozenset()) | self.pausing.get(line.pk, frozenset()))

    def room(self, line: Line, capacity: int) -> int:
        """Talks that those present can still begin."""
        return sum(max(0, self.most(member, capacity) - self.active[member]) for member in self.there(line))

    def slots(self, line: Line, capacity: int) -> int:
        """Talks that those present can have together."""
        return sum(self.most(member, capacity) for member in self.there(line))

    def most(self, member: int, capacity: int) -> int:
        return at_once(self.own.get(member), capacity)

    def competing(self, line: Line, lines: list[Line]) -> int:
        """Visitors who wait for the same people: on this line, or on a line that shares a counsellor with it."""
        mine = self.there(line)
        return sum(self.waiting[other.pk] for other in lines if other.pk == line.pk or mine & self.there(other))


def staffing(organisation_id: int, now: datetime) -> Staffing:
    """Read who is present, what they are doing and who waits (needs the organisation's scope): three queries."""
    desks = DESKS(now=now)
    assigned = colleagues.assignments_of(organisation_id)
    return staffing_of(desks, assigned, TAKING_ROOM(organisation=organisation_id, now=now))


def staffing_of(
    desks: Iterable[tuple[int, str, int | None]],
    assigned: dict[int, frozenset[int]],
    talks: Iterable[tuple[str, int | None, int]],
) -> Staffing:
    """The same of what was read already.

    `desks` are (member, presence, own number of talks at once) of open desks, `assigned` their lines (none: all), and `talks`
    (state, counsellor, line).
    """
    by_state: dict[str, dict[int, set[int]]] = {}
    own: dict[int, int | None] = {}
    for member, presence, most in desks:
        own[member] = most
        for line in assigned.get(member) or {0}:
            by_state.setdefault(presence, {}).setdefault(line, set()).add(member)
    active: Counter[int] = Counter()
    waiting: Counter[int] = Counter()
    for state, counsellor, line in talks:
        if state == State.ACTIVE and counsellor is not None:
            active[counsellor] += 1
        else:
            waiting[line] += 1
    serving, pausing = (frozen(by_state.get(state, {})) for state in (PresenceState.PRESENT, PresenceState.PAUSE))
    return Staffing(serving, active, waiting, pausing, own)


def frozen(members: dict[int, set[int]]) -> dict[int, frozenset[int]]:
    return {line: frozenset(found) for line, found in members.items()}


def chat_lines(organisation_id: int) -> list[Line]:
    return chat_lines_now(organisation_id)


def availability_of(
    line: Line,
    now: datetime,
    picture: Staffing | None = None,
    lines: list[Line] | None = None,
    policy: PolicyValues | None = None,
) -> availability.Availability:
    """Whether somebody can start a talk on this line now (A03-A06)."""
    seen = picture or staffing(line.organisation_id, now)
    policy = policy or policy_now(line, now)
    others = lines if lines is not None else chat_lines(line.organisation_id)
    return availability.availability(
        opening=opening_now(line, now),
        present=len(seen.there(line)),
        room=seen.room(line, policy.capacity),
        waiting=seen.competing(line, others),
        queue=policy.queue,
        queue_length=policy.queue_length,
        pausing=seen.pauses(line),
    )


def line_status(line: Line, language: str, now: datetime) -> dict[str, Any]:
    """The status document of the protocol, for the button and for a page."""
    found = availability_of(line, now)
    texts = {"open": "opening", "busy": "busy", "closed": "closed"}
    name, first = texts.get(found.state, ""), line.organisation.first_language
    return {
        "state": found.state,
        "reason": found.reason,
        "queue": found.state == "busy" and found.can_start,
        "opens_at": moment(found.opens),
        "text": line.text(name, language) if name else paused_text(line, language),
        "button": line.text("button", language),
        # Not always the one that was asked for: an organisation may have written in another (WCAG 3.1.2).
        "said_in": {
            "text": best_language(getattr(line, name), language, first) if name else language,
            "button": best_language(line.button, language, first),
        },
        "name": line.name,
        "accent": line.organisation.accent,
    }


def paused_text(line: Line, language: str) -> str:
    """While everybody has a break the organisation has no words of its own: it will not last."""
    with speaking(line, language):
        return gettext("We are taking a short break. Please come back in a little while.")


def lines_of(membership: Membership) -> list[Line]:
    """The chat lines that this member works on; without an assignment, all of them."""
    lines = chat_lines(membership.organisation_id)
    assigned = set(LINES_OF(member=membership.pk))
    return [line for line in lines if line.pk in assigned] if assigned else lines


def public_name(membership: Membership | None, line_id: int) -> str | None:
    """Under which name visitors of this line see this counsellor; None where no name was chosen (C04)."""
    if membership is None:
        return None
    return ALIASES.first(member=membership.pk, line=line_id) or membership.public_name or None


def names_now(members: Iterable[Membership], talks: Mapping[int, Sequence[int]]) -> dict[int, dict[int, str | None]]:
    """By member, the name of `public_name` as it is at this moment, for each of their `talks`, on the line where it is now."""
    members, all_talks = list(members), {talk for some in talks.values() for talk in some}
    lines: dict[int, int] = dict(LINES_OF_TALKS(talks=tuple(all_talks)))
    rows = ALIASES_OF(members=tuple(member.pk for member in members), lines=tuple(set(lines.values())))
    aliases = {(member, line): alias for member, line, alias in rows}
    return {
        member.pk: {
            talk: aliases.get((member.pk, lines[talk])) or member.public_name or None
            for talk in talks.get(member.pk, ())
            if talk in lines
        }
        for member in members
    }


def moves_of(conversation: Conversation) -> list[tuple[Any, Any]]:
    """When a talk went to another line, and to which, in order; a talk that never left its line needs no look-up to tell."""
    if conversation.came_in_id is None:
        return []
    passed = Handover.objects.filter(conversation=conversation, how=How.LINE, state=Step.DONE).order_by(
        "ended_at", "pk"
    )
    return list(passed.values_list("ended_at", "to_line_id"))


def shown_names(conversation: Conversation, rows: list[Message]) -> dict[int, str | None]:
    """By number of a message: its author's name on the line where it was said; another line's name would link them (C04).

    A talk leaves a line with a system message of the moment at which its handover was carried out. Where that message is not
    found, it is unknown where things were said, and nobody gets a name.
    """
    moves = moves_of(conversation)
    notes = Message.objects.filter(
        conversation=conversation, party=Party.SYSTEM, at__in=[at for at, _line in moves]
    ).values_list("at", "seq")
    until = dict(notes)
    if set(until) != {at for at, _line in moves}:
        return {}
    lines = [conversation.came_in_id or conversation.line_id, *(line for _at, line in moves)]
    marks = [until[at] for at, _line in moves]
    said_on = {row.seq: lines[bisect_left(marks, row.seq)] for row in rows}
    known = {
        (author, line): public_name(author, line) for author, line in {(row.author, said_on[row.seq]) for row in rows}
    }
    return {row.seq: known[row.author, said_on[row.seq]] for row in rows}


def counsellor_is_there(conversation: Conversation, now: datetime) -> bool:
    """Whether the counsellor of this talk has a desk open, present or pausing."""
    if conversation.counsellor_id is None:
        return False
    return bool(Presence.objects.filter(membership=conversation.counsellor_id, seen_at__gt=now - STALE).exists())


def counsellor_of(conversation: Conversation) -> int | None:
    """Whose talk this is now."""
    rows = Conversation.objects.filter(pk=conversation.pk)
    found: int | None = rows.values_list("counsellor_id", flat=True).first()
    return found


def is_held_by(conversation: Conversation, socket: str) -> bool:
    """Whether this socket is the one that has the talk of a visitor."""
    return bool(Conversation.objects.filter(pk=conversation.pk, visitor_socket=socket).exists())


def history(
    conversation: Conversation, contents: Contents, since: int, reader: Membership | None = None
) -> dict[str, Any]:
    """A `history` frame: the messages after `since`, oldest first, as many as fit, the last number there is, and how far the
    other side has read.

    For a `reader` at the desk it tells which messages are their own: a talk that changed hands has those of a colleague too.
    """
    rows = MESSAGES(talk=conversation.pk, since=since)
    names = shown_names(conversation, rows)
    [(last_seq, by_counsellor, by_visitor)] = READ(talk=conversation.pk)
    seen_seq = by_counsellor if reader is None else by_visitor
    return {
        "kind": "history",
        "messages": fitting(
            [{**message_frame(row, contents, names.get(row.seq)), **mine(row, reader)} for row in rows]
        ),
        "last_seq": last_seq,
        "seen_seq": seen_seq,
    }


def mine(message: Message, reader: Membership | None) -> dict[str, bool]:
    return {} if reader is None else {"mine": message.author_id == reader.pk and message.party == Party.COUNSELLOR}


def fitting(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The first of these messages, as many as go into one frame, and never none of them."""
    lengths = accumulate(len(message["text"]) for message in messages)
    count = sum(length <= HISTORY_CHARACTERS for length in lengths)
    return messages[: max(1, count)]


def message_frame(message: Message, contents: Contents, name: str | None) -> dict[str, Any]:
    return {
        "seq": message.seq,
        "id": str(message.uuid),
        "from": str(message.party),
        "name": None if message.party == Party.VISITOR else name,
        "text": contents.text(message),
        "at": moment(message.at),
        **({"lang": message.lang} if message.lang else {}),
    }


def talk_frame(conversation: Conversation, contents: Contents, now: datetime) -> dict[str, Any]:
    """A talk as its counsellor sees it. Nothing in it tells where the visitor is (D01)."""
    return {
        "code": conversation.code,
        "line": conversation.line.slug,
        "line_name": conversation.line.name,
        "state": str(conversation.state),
        "nickname": contents.nickname(conversation),
        "answers": contents.answers(conversation),
        "language": conversation.language,
        "since": moment(conversation.started_at),
        "waited_from": moment(conversation.waits_from),
        "claimed": moment(conversation.claimed_at),
        "last_seq": conversation.last_seq,
        "seen_seq": conversation.counsellor_seen_seq,
        "visitor_seen_seq": conversation.visitor_seen_seq,
        "present": conversation.visitor_is_there(now),
        "soft_minutes": conversation.soft_minutes,
        "contact": contact.number if (contact := getattr(conversation, "contact", None)) else None,
    }
