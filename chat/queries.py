"""Reads that make a page, a status or a frame."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from typing import Any

from django.db.models import F

from chat import colleagues
from chat.colleagues import Colleague
from chat.models import STALE, Conversation, Message, Presence, PresenceState, Rest, Silence
from chat.sealed import Contents
from chat.states import Party, State
from helplines import availability, queries
from helplines.models import Assignment, Line, Membership, Role
from privacy import keys
from privacy.sealing import UnreadableError

HISTORY = 200
# A `history` frame stops after so much text, so that who asks and never reads cannot fill the memory (goal H3).
HISTORY_CHARACTERS = 100_000
# Who talks with visitors.
DESK_ROLES = (Role.COUNSELLOR, Role.MENTOR)


def moment(at: datetime | None) -> str | None:
    """A moment as the protocol writes it: UTC, ISO 8601 with Z."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z") if at else None


@dataclass(frozen=True)
class Staffing:
    """Who is there for which line of one organisation, and how much room they have; one picture of one moment."""

    serving: dict[int, frozenset[int]]
    active: Counter[int]
    waiting: Counter[int]

    def there(self, line: Line) -> frozenset[int]:
        """The memberships that are present and work on this line."""
        everywhere = self.serving.get(0, frozenset())
        return everywhere | self.serving.get(line.pk, frozenset())

    def room(self, line: Line, capacity: int) -> int:
        """Talks that those present can still begin."""
        return sum(max(0, capacity - self.active[member]) for member in self.there(line))

    def competing(self, line: Line, lines: list[Line]) -> int:
        """Visitors who wait for the same people: on this line, or on a line that shares a counsellor with it."""
        mine = self.there(line)
        return sum(self.waiting[other.pk] for other in lines if other.pk == line.pk or mine & self.there(other))


def staffing(organisation_id: int, now: datetime) -> Staffing:
    """Read who is present, what they are doing and who waits (needs the organisation's scope): four queries."""
    present = set(Presence.objects.there(now).values_list("membership_id", flat=True))
    assigned: dict[int, set[int]] = {}
    for member, line in Assignment.objects.filter(membership__in=present).values_list("membership_id", "line_id"):
        assigned.setdefault(member, set()).add(line)
    serving: dict[int, set[int]] = {}
    for member in present:
        for line in assigned.get(member, {0}):
            serving.setdefault(line, set()).add(member)
    rows = Conversation.objects.open().filter(organisation_id=organisation_id)
    active: Counter[int] = Counter()
    waiting: Counter[int] = Counter()
    for state, counsellor, line in rows.values_list("state", "counsellor_id", "line_id"):
        if state == State.ACTIVE:
            active[counsellor] += 1
        else:
            waiting[line] += 1
    return Staffing({line: frozenset(members) for line, members in serving.items()}, active, waiting)


def chat_lines(organisation_id: int) -> list[Line]:
    return list(Line.objects.chats().filter(organisation_id=organisation_id).select_related("organisation"))


def availability_of(
    line: Line, now: datetime, picture: Staffing | None = None, lines: list[Line] | None = None
) -> availability.Availability:
    """Whether somebody can start a talk on this line now (A03-A06)."""
    seen = picture or staffing(line.organisation_id, now)
    policy = queries.policy_for(line, now)
    others = lines if lines is not None else chat_lines(line.organisation_id)
    return availability.availability(
        opening=queries.opening_of(line, now),
        present=len(seen.there(line)),
        room=seen.room(line, policy.capacity),
        waiting=seen.competing(line, others),
        queue=policy.queue,
        queue_length=policy.queue_length,
    )


def line_status(line: Line, language: str, now: datetime) -> dict[str, Any]:
    """The status document of the protocol, for the button and for a page."""
    found = availability_of(line, now)
    texts = {"open": "opening", "busy": "busy", "closed": "closed"}
    return {
        "state": found.state,
        "reason": found.reason,
        "queue": found.state == "busy" and found.can_start,
        "opens": moment(found.opens),
        "text": line.text(texts[found.state], language),
        "button": line.text("button", language),
        "name": line.name,
        "accent": line.organisation.accent,
    }


def lines_of(membership: Membership) -> list[Line]:
    """The chat lines that this member works on; without an assignment, all of them."""
    lines = chat_lines(membership.organisation_id)
    assigned = set(Assignment.objects.filter(membership=membership).values_list("line_id", flat=True))
    return [line for line in lines if line.pk in assigned] if assigned else lines


def public_name(membership: Membership | None, line_id: int) -> str | None:
    """Under which name visitors of this line see this counsellor; None where no name was chosen (C04)."""
    if membership is None:
        return None
    aliases = Assignment.objects.filter(membership=membership, line_id=line_id).values_list("alias", flat=True)
    return aliases.first() or membership.public_name or None


def counsellor_is_there(conversation: Conversation, now: datetime) -> bool:
    """Whether the counsellor of this talk has a desk open, present or pausing."""
    if conversation.counsellor_id is None:
        return False
    return bool(Presence.objects.filter(membership=conversation.counsellor_id, seen_at__gt=now - STALE).exists())


def counsellor_of(conversation: Conversation, seq: int) -> int | None:
    """Whose talk this is now, if so much was said in it already."""
    rows = Conversation.objects.filter(pk=conversation.pk, last_seq__gte=seq)
    found: int | None = rows.values_list("counsellor_id", flat=True).first()
    return found


def is_held_by(conversation: Conversation, socket: str) -> bool:
    """Whether this socket is the one that has the talk of a visitor."""
    return bool(Conversation.objects.filter(pk=conversation.pk, visitor_socket=socket).exists())


def history(
    conversation: Conversation, contents: Contents, since: int, reader: Membership | None = None
) -> dict[str, Any]:
    """A `history` frame: the messages after `since`, oldest first, as many as fit, and the last number there is.

    For a `reader` at the desk it tells which messages are their own: a talk that changed hands has those of a colleague too.
    """
    rows = list(
        Message.objects.filter(conversation=conversation, seq__gt=since)
        .select_related("author")
        .order_by("seq")[:HISTORY]
    )
    names = {author: public_name(author, conversation.line_id) for author in {row.author for row in rows}}
    last_seq = Conversation.objects.filter(pk=conversation.pk).values_list("last_seq", flat=True).get()
    return {
        "kind": "history",
        "messages": fitting(
            [{**message_frame(row, contents, names.get(row.author)), **mine(row, reader)} for row in rows]
        ),
        "last_seq": last_seq,
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
        "claimed": moment(conversation.claimed_at),
        "last_seq": conversation.last_seq,
        "seen_seq": conversation.counsellor_seen_seq,
        "visitor_seen_seq": conversation.visitor_seen_seq,
        "present": conversation.visitor_is_there(now),
        "soft_minutes": conversation.soft_minutes,
    }


def talks_of(membership: Membership, now: datetime) -> list[dict[str, Any]]:
    """The talks that this counsellor has now, oldest first; one whose key is gone is left out."""
    rows = list(Conversation.objects.active_of(membership).select_related("line").order_by("claimed_at", "pk"))
    found = keys.conversation_keys(membership.organisation_id, [row.code for row in rows])
    frames = []
    for row in rows:
        if row.code in found:
            try:
                frames.append(talk_frame(row, Contents.of(row, found[row.code]), now))
            except UnreadableError:
                continue
    return frames


@dataclass(frozen=True)
class Board:
    """What every desk of an organisation sees alike."""

    lines: list[Line]
    states: dict[str, str]
    capacities: dict[int, int]
    there: dict[int, int]
    waiting: list[tuple[int, dict[str, Any]]]
    colleagues: list[Colleague]
    talks: list[tuple[int, int | None, dict[str, Any]]]


def board(organisation_id: int, now: datetime) -> Board:
    """Lines with their state, those present, and who waits: the same for every desk, so read once for all."""
    lines = chat_lines(organisation_id)
    picture = staffing(organisation_id, now)
    rows = Conversation.objects.waiting().filter(organisation_id=organisation_id).select_related("line")
    policies = {line.pk: queries.policy_for(line, now) for line in lines}
    return Board(
        lines=lines,
        states={line.slug: availability_of(line, now, picture, lines).state for line in lines},
        capacities={line.pk: policies[line.pk].capacity for line in lines},
        there={line.pk: len(picture.there(line)) for line in lines},
        waiting=[
            (row.line_id, waiting_frame(row, row.visitor_is_there(now), policies[row.line_id].alert_seconds))
            for row in rows
            if row.line_id in policies
        ],
        colleagues=colleagues.at_their_desks(organisation_id, now),
        talks=colleagues.running_talks(organisation_id),
    )


def waiting_frame(conversation: Conversation, present: bool, alert_seconds: int) -> dict[str, Any]:
    """Who waits, without a name; from `alert_at` on, colleagues who pause and those who guide the line are told too."""
    return {
        "code": conversation.code,
        "line": conversation.line.slug,
        "line_name": conversation.line.name,
        "since": moment(conversation.waiting_since),
        "language": conversation.language,
        "present": present,
        "back": conversation.back_at is not None,
        "alert_at": moment(alert_at(conversation, alert_seconds)),
    }


def alert_at(conversation: Conversation, alert_seconds: int) -> datetime:
    """The moment from which others are told of who waits; who was in a talk already waits since that broke off."""
    return (conversation.back_at or conversation.waiting_since) + timedelta(seconds=alert_seconds)


def rest_frame(membership: Membership) -> dict[str, Any] | None:
    """Until when a pausing counsellor rests; None for a pause without an end."""
    rest = Rest.objects.filter(membership=membership).first()
    return {"until": moment(rest.until), "returns": rest.returns} if rest else None


def silences_of(membership: Membership, now: datetime) -> list[dict[str, Any]]:
    """Which of a counsellor's talks are on their way to an end because the visitor is silent."""
    rows = Silence.objects.filter(conversation__in=Conversation.objects.active_of(membership), step__gt=0)
    unanswered = rows.filter(seq=F("conversation__last_seq")).select_related("conversation")
    return [{"talk": row.conversation.code, **row.told(now)} for row in unanswered]


def desk_frame(membership: Membership, seen: Board, now: datetime) -> dict[str, Any]:
    """The `desk` frame of one counsellor: their own talks, and of the board what is theirs to see."""
    mine = {line.pk for line in lines_of(membership)}
    lines = [line for line in seen.lines if line.pk in mine]
    presence = Presence.objects.filter(membership=membership).values_list("state", flat=True).first()
    waiting = [frame for line, frame in seen.waiting if line in mine]
    return {
        "kind": "desk",
        "presence": presence or "away",
        "rest": rest_frame(membership) if presence == PresenceState.PAUSE else None,
        "guides": membership.role == Role.MENTOR,
        "capacity": max((seen.capacities[line.pk] for line in lines), default=0),
        "talks": talks_of(membership, now),
        "silences": silences_of(membership, now),
        "waiting": waiting,
        "overdue": sum(frame["alert_at"] <= str(moment(now)) for frame in waiting),
        "present": max((seen.there[line.pk] for line in lines), default=0),
        "lines": [{"slug": line.slug, "name": line.name, "state": seen.states[line.slug]} for line in lines],
        "colleagues": colleagues.frames(seen.colleagues, membership, lines, seen.capacities),
        "other_lines": [{"slug": line.slug, "name": line.name, "there": seen.there[line.pk]} for line in seen.lines],
        "guided": [
            frame
            for line, counsellor, frame in seen.talks
            if colleagues.may_take_over(membership) and line in mine and counsellor != membership.pk
        ],
    }
