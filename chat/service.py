"""Every write to a conversation: keyword-only, one transaction, the check of the state and the write in one statement."""

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from chat import advice, along, announce, newcomers, queries, rejoin, rest, retention, rows, system_lines
from chat.access import contents_of
from chat.answers import sort_answers
from chat.models import Conversation, Presence, PresenceState
from chat.sealed import Contents
from chat.states import CLOSING_REASONS, Party, State, Why, move
from chat.wire import RefusedError
from helplines import queries as promises
from helplines.models import Line, Membership, Organisation, at_once
from helplines.remembered import policy_now
from helplines.tenancy import inside
from privacy import disclosure, keys, vault
from privacy.models import IdentityKind

SPENT_KEPT = 50
# How often a claim looks anew: where many take at once, others came to wait while those of the first look were taken.
LOOKS = 3


class GoneError(Exception):
    """There is nothing to resume; `why` is a word of the protocol, as the frame `gone` has it."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Held:
    """A conversation in the hands of a visitor's tab, with the secret that the tab must keep."""

    conversation: Conversation
    contents: Contents
    secret: str
    counsellor: str | None = None


def new_secret() -> str:
    """256 random bits (security goal D1)."""
    return secrets.token_urlsafe(32)


def fingerprint(organisation_id: int, secret: str) -> str:
    return keys.fingerprint(organisation_id, "visitor-secret", secret)


def rejoin_mark(line: Line, ticket: rejoin.Ticket) -> str:
    """What is kept of a ticket: a keyed hash of name and code together, for this line only."""
    return keys.fingerprint(line.organisation_id, "rejoin", rejoin.proof(line.pk, *ticket))


def start(
    *,
    line: Line,
    code: str,
    language: str,
    answers: dict[str, str],
    socket: str,
    now: datetime,
    address: str = "",
    token: str = "",
) -> Held:
    """Begin a conversation that waits for a counsellor; `answers` are by question key, all of them optional (B01-B05).

    `address` is where the visitor comes from; it is sealed here to the holders of the policy, and kept nowhere else (D02).
    By it and the `token` of the tab, as the policy says, we know who comes again.

    Raises RefusedError("line_closed" or "line_busy") with the line's status: without a queue a talk begins only where
    somebody has room for it, also when many start at once (A04, A05). With "limit" and the moment from which it is
    possible `again`, where this visitor had as many talks as the policy has (C07).
    """
    with inside(line.organisation), newcomers.turning_away(line, code, language), transaction.atomic():
        # Starts of one organisation go one by one, so that two never take the same last place.
        Organisation.objects.select_for_update().get(pk=line.organisation_id)
        check_can_start(line, language, now)
        policy = policy_now(line, now)
        contact = newcomers.admit(line, newcomers.Visitor(token, address), policy, now)
        contents = Contents(keys.new_conversation_key(line.organisation_id, code), line.organisation_id, code)
        secret = new_secret()
        nickname, told = sort_answers(policy, answers, language)
        conversation = Conversation.objects.create(
            organisation=line.organisation,
            line=line,
            code=code,
            language=language,
            started_at=now,
            waiting_since=now,
            soft_minutes=policy.soft_minutes,
            rejoin_minutes=policy.rejoin_minutes,
            visitor_socket=socket,
            visitor_seen_at=now,
            rejoin_until=now + timedelta(minutes=policy.rejoin_minutes),
            secret=fingerprint(line.organisation_id, secret),
            rejoin=rejoin_mark(line, rejoin.ticket(contents.key, nickname)),
            nickname=contents.seal_nickname(nickname),
            answers=contents.seal_answers(told),
        )
        vault.seal_on_arrival(
            organisation_id=line.organisation_id,
            conversation=code,
            key=contents.key,
            kind=IdentityKind.ADDRESS,
            value=address,
            asks=disclosure.procedure(policy),
        )
        newcomers.remember(conversation, contact)
        announce.board_changed(line.organisation_id)
    return Held(conversation, contents, secret)


def plain(sources: frozenset[State]) -> tuple[str, ...]:
    return tuple(sorted(str(state) for state in sources))


def check_can_start(line: Line, language: str, now: datetime) -> None:
    if not queries.availability_of(line, now).can_start:
        status = queries.line_status(line, language, now)
        raise RefusedError("line_busy" if status["state"] == "busy" else "line_closed", status=status)


def resume(*, line: Line, code: str, secret: str, socket: str, now: datetime) -> Held:
    """Take a conversation up again with the secret of the tab, within the policy's minutes (C02); a new secret comes back.

    Raises GoneError. A spent secret that is shown again ends every way to resume: somebody else holds a copy (D3).
    """
    with inside(line.organisation):
        shown = fingerprint(line.organisation_id, secret)
        with transaction.atomic():
            conversation = (
                Conversation.objects.entered_by(line)
                .select_for_update(of=("self",))
                .select_related("counsellor", "organisation", "line")
                .filter(code=code)
                .first()
            )
            why = why_gone(conversation, shown, now)
            if conversation is None or why:
                undo(conversation, why, now)
            else:
                fresh = new_secret()
                hand_over(conversation, shown, fresh, socket, now)
        if conversation is None or why:
            raise GoneError(why)
        try:
            contents = contents_of(conversation)
        except RefusedError:
            raise GoneError("ended") from None
        name = queries.public_name(conversation.counsellor, conversation.line_id)
    return Held(conversation, contents, fresh, name)


def why_gone(conversation: Conversation | None, shown: str, now: datetime) -> str:
    """Why there is nothing to resume, or "". Who cannot show the right secret learns nothing else."""
    if conversation is None:
        return "unknown"
    if not any(hmac.compare_digest(shown, known) for known in (conversation.secret, conversation.next_secret)):
        known = {"reused": conversation.spent_secrets, "elsewhere": conversation.replaced_secrets}
        return next((why for why, secrets in known.items() if shown in secrets), "unknown")
    if conversation.state not in (State.WAITING, State.ACTIVE):
        told = {Why.NOT_BACK: "late", Why.LINE_CLOSED: "line_closed"}
        return told.get(Why(conversation.end_reason), "ended")
    return "late" if conversation.rejoin_until <= now else ""


def undo(conversation: Conversation | None, why: str, now: datetime) -> None:
    """What a failed resume leaves behind: a copied secret ends all secrets; one who comes too late ends the talk."""
    if conversation is None:
        return
    if why == "reused":
        Conversation.objects.filter(pk=conversation.pk).update(secret="", next_secret="")
    elif why == "late" and conversation.state in (State.WAITING, State.ACTIVE):
        finish(conversation=conversation, name="abandon", by=Party.SYSTEM, why=Why.NOT_BACK, now=now)


def hand_over(conversation: Conversation, shown: str, fresh: str, socket: str, now: datetime) -> None:
    """Give the talk to this socket; the secret that was shown stays in force until the new one is kept."""
    spent = [known for known in (conversation.secret, conversation.next_secret) if known and known != shown]
    # A new secret that was handed out but never arrived is not spent: nobody may be punished for a lost frame.
    if shown == conversation.secret:
        spent = []
    conversation.spent_secrets = [*conversation.spent_secrets, *spent][-SPENT_KEPT:]
    conversation.secret = shown
    conversation.next_secret = fingerprint(conversation.organisation_id, fresh)
    conversation.visitor_connected, conversation.visitor_socket = True, socket
    conversation.visitor_seen_at = now
    conversation.rejoin_until = now + timedelta(minutes=conversation.rejoin_minutes)
    conversation.save(
        update_fields=[
            "spent_secrets",
            "secret",
            "next_secret",
            "visitor_connected",
            "visitor_socket",
            "visitor_seen_at",
            "rejoin_until",
        ]
    )
    announce.replaced(conversation, socket)
    announce.tell_visitor_presence(conversation, present=True)


def keep(*, conversation: Conversation, socket: str) -> None:
    """The tab has stored its new secret: from now the old one is spent."""
    with inside(conversation.organisation_id), transaction.atomic():
        row = (
            Conversation.objects.select_for_update()
            .filter(pk=conversation.pk, visitor_socket=socket)
            .exclude(next_secret="")
            .first()
        )
        if row is not None:
            row.spent_secrets = [*row.spent_secrets, row.secret][-SPENT_KEPT:]
            row.secret, row.next_secret = row.next_secret, ""
            row.save(update_fields=["spent_secrets", "secret", "next_secret"])


def drop(*, conversation: Conversation, socket: str, now: datetime) -> None:
    """The visitor's line dropped: note the moment, tell the counsellor. A socket that was replaced changes nothing."""
    with inside(conversation.organisation_id), transaction.atomic():
        until = now + timedelta(minutes=conversation.rejoin_minutes)
        if rows.DROP(talk=conversation.pk, socket=socket, now=now, until=until):
            conversation.refresh_from_db(fields=["state", "counsellor"])
            announce.tell_visitor_presence(conversation, present=False)


def leave(*, conversation: Conversation, now: datetime, why: Why = Why.LEFT) -> None:
    """The visitor ends the talk, or stops waiting. A talk that is over already stays as it is."""
    with inside(conversation.organisation_id), transaction.atomic():
        if not finish(conversation=conversation, name="close", by=Party.VISITOR, why=why, now=now):
            finish(conversation=conversation, name="abandon", by=Party.VISITOR, why=why, now=now)


def close(*, conversation: Conversation, membership: Membership, why: str, now: datetime) -> None:
    """The counsellor ends their own talk for one of the reasons of the protocol.

    Raises RefusedError: "closed" when it is over already, "not_here" when it is no longer theirs, "malformed" for a wrong reason.
    """
    if why not in CLOSING_REASONS:
        raise RefusedError("malformed")
    with inside(conversation.organisation_id), transaction.atomic():
        ended = finish(
            conversation=conversation, name="close", by=Party.COUNSELLOR, why=Why(why), now=now, counsellor=membership
        )
        if not ended:
            conversation.refresh_from_db(fields=["state"])
            raise RefusedError("not_here" if conversation.state == State.ACTIVE else "closed")


def finish(
    *, conversation: Conversation, name: str, by: Party, why: Why, now: datetime, counsellor: Membership | None = None
) -> bool:
    """End a conversation by one move of the table; gives whether it was this call that ended it.

    The state check and the write are one UPDATE. The clock of retention starts here and is never set back (question 1).
    """
    step = move(name, by=by, why=why)
    told = {"sources": plain(step.sources), "state": str(step.target), "by": str(by), "why": str(why), "now": now}
    if counsellor is None:
        ended = rows.FINISH(talk=conversation.pk, **told)
    else:
        ended = rows.FINISH_OF(talk=conversation.pk, member=counsellor.pk, **told)
    if not ended:
        return False
    queries.read_again(conversation)
    line = conversation.line
    policy = policy_now(line, now)
    rest.wrap_up(conversation, policy.wrapup_minutes, now)
    retention.begin_clock(conversation, now)
    name_shown = queries.public_name(conversation.counsellor, conversation.line_id)
    announce.tell_state(conversation, by=by, why=why, counsellor=name_shown)
    advice.end(conversation)
    along.end(conversation, now)
    return True


def take_next(*, membership: Membership, line: str | None, now: datetime) -> Conversation:
    """Give the visitor who waits longest to this counsellor (A10).

    Of two counsellors who take at once exactly one gets a visitor: state and owner change in one UPDATE. A visitor whose line
    dropped keeps the place but is not handed out meanwhile. Raises RefusedError: not_present, no_room, nobody_waiting, taken.
    """
    with inside(membership.organisation_id):
        check_present(membership)
        lines = {entry.pk: entry for entry in queries.lines_of(membership) if line is None or entry.slug == line}
        outcomes: set[str] = set()
        for _look in range(LOOKS):
            candidates: list[Conversation] = queries.NEXT(lines=tuple(lines), now=now)
            for candidate in candidates:
                capacity = policy_now(lines[candidate.line_id], now).capacity
                outcome = take(conversation=candidate, membership=membership, capacity=capacity, now=now)
                if outcome == "mine":
                    return candidate
                outcomes.add(outcome)
            if not candidates or "no_room" in outcomes:
                break
    if not outcomes:
        raise RefusedError("nobody_waiting")
    raise RefusedError("taken" if "taken" in outcomes else "no_room")


def take(*, conversation: Conversation, membership: Membership, capacity: int, now: datetime) -> str:
    """Try to make this visitor theirs: "mine", "taken" by another, or "no_room".

    The member's own row is locked meanwhile, so that two tabs of one counsellor do not pass the capacity together (K7).
    """
    with transaction.atomic():
        if not takes_one_more(membership, capacity):
            return "no_room"
        return "mine" if claim(conversation=conversation, membership=membership, now=now) else "taken"


def takes_one_more(membership: Membership, capacity: int) -> bool:
    """Whether the member may have one more talk; their row stays locked. Raises RefusedError("not_present").

    Their own number is that of the row: a desk knows the one of when it was opened.
    """
    presence = check_present(membership, lock=True)
    most = at_once(presence.membership.talks_at_once, capacity)
    return len(queries.ACTIVE_OF(member=membership.pk)) < most


def check_present(membership: Membership, *, lock: bool = False) -> Presence:
    presence: Presence | None = (queries.PRESENCE_LOCKED if lock else queries.PRESENCE).first(member=membership.pk)
    if presence is None or presence.state != PresenceState.PRESENT:
        raise RefusedError("not_present")
    return presence


def claim(*, conversation: Conversation, membership: Membership, now: datetime) -> bool:
    """Give one waiting visitor to one counsellor, who must have room; False when another was first."""
    step = move("claim", by=Party.COUNSELLOR)
    claimed = rows.CLAIM(
        talk=conversation.pk, sources=plain(step.sources), state=str(step.target), member=membership.pk, now=now
    )
    if not claimed:
        return False
    queries.read_again(conversation)
    name = queries.public_name(membership, conversation.line_id)
    announce.tell_state(conversation, by=Party.COUNSELLOR, why="", counsellor=name)
    contents = contents_of(conversation)
    message = system_lines.note(conversation, "joined", membership, now, contents)
    announce.tell_joined(conversation, {"kind": "said", **queries.message_frame(message, contents, name)})
    return True


def abandon_gone(*, organisation_id: int, now: datetime, limit: int = 200) -> int:
    """End the talks whose visitor did not come back in time (C02); gives how many. Safe to run twice."""
    return finish_each(organisation_id, "not_back", "abandon", Why.NOT_BACK, now, limit)


def refuse_after_closing(*, organisation_id: int, now: datetime, limit: int = 200) -> int:
    """Tell those who still wait on a line that closed by its clock that nobody will come; running talks go on (J2)."""
    return finish_each(organisation_id, "line_closed", "refuse", Why.LINE_CLOSED, now, limit)


def finish_each(organisation_id: int, which: str, name: str, why: Why, now: datetime, limit: int) -> int:
    with inside(organisation_id):
        due = due_for(which, now)[:limit]
        count = 0
        for conversation in due:
            with transaction.atomic():
                count += finish(conversation=conversation, name=name, by=Party.SYSTEM, why=why, now=now)
    return count


def due_for(which: str, now: datetime) -> list[Conversation]:
    if which == "not_back":
        return list(Conversation.objects.not_back_in_time(now).order_by("rejoin_until")[:1000])
    waiting = list(Conversation.objects.waiting().select_related("line__organisation"))
    shut = {
        line.pk
        for line in {row.line_id: row.line for row in waiting}.values()
        if not promises.opening_of(line, now).is_open
    }
    # A talk that lost its counsellor goes on past closing time, like every talk that runs (chat/requeue.py).
    return [row for row in waiting if row.line_id in shut and row.back_at is None]
