"""Every write to a handover: ask, answer, carry out. At any moment exactly one member may write in a talk (C10)."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F

from chat import along, colleagues, queries, reads, requeue, service, system_lines
from chat.access import contents_of
from chat.announce import CHANGED, after_commit, board_changed, tell_given, tell_joined
from chat.bus import Told
from chat.handing import FIRST, PASSES, SETTLED, How, Step
from chat.hub import member, visitor
from chat.models import STALE, Conversation, Handover, PresenceState, new_code
from chat.states import Party, State, Why
from chat.wire import RefusedError
from helplines import queries as promises
from helplines.models import Line, Membership
from helplines.tenancy import inside
from privacy import consents

# A colleague may be in the midst of a sentence; a visitor may have to think it over.
ASK_TIME = timedelta(seconds=60)
OFFER_TIME = timedelta(minutes=3)


def ask(
    *, conversation: Conversation, membership: Membership, how: str, to: str, note: str, agreement: str, now: datetime
) -> Handover:
    """The owner asks to hand their talk over: to a colleague, a line of the organisation, or an outside body.

    `to` is a colleague's id, a line's address name, or the name of the body; `agreement` is what is agreed about that body.
    Raises RefusedError: not_here, closed, pending (one at a time), not_there (nobody with room), empty.
    """
    with inside(conversation.organisation_id), transaction.atomic():
        check_owner(conversation, membership)
        for row in Handover.objects.pending().filter(conversation=conversation, until__lte=now):
            settle(row, "expire", now)
        # One question at a time, also beside the one whether an address may be opened.
        if Handover.objects.pending().filter(conversation=conversation).exists() or consents.is_asked(
            conversation.code
        ):
            raise RefusedError("pending")
        contents, code = contents_of(conversation), new_code()
        handover: Handover = Handover.objects.create(
            organisation_id=conversation.organisation_id,
            conversation=conversation,
            code=code,
            how=how,
            state=FIRST[How(how)],
            asker=membership,
            owner=membership,
            asked_at=now,
            until=now + (ASK_TIME if how == How.COLLEAGUE else OFFER_TIME),
            note=contents.seal_beside(code, "note", note.strip()),
            body=contents.seal_beside(code, "body", to.strip()) if how == How.BODY else None,
            agreement=contents.seal_beside(code, "agreement", agreement.strip()) if how == How.BODY else None,
            **goal(conversation, membership, how, to, now),
        )
        tell_desks(handover)
        if handover.state == Step.OFFERED:
            tell_visitor(handover, now)
    return handover


def check_owner(conversation: Conversation, membership: Membership) -> None:
    """Holds the row of the talk, so that of two wishes at once one is first."""
    row = Conversation.objects.select_for_update().filter(pk=conversation.pk).first()
    if row is None or row.counsellor_id != membership.pk:
        raise RefusedError("not_here")
    if row.state != State.ACTIVE:
        raise RefusedError("closed")


def goal(conversation: Conversation, membership: Membership, how: str, to: str, now: datetime) -> dict[str, Any]:
    """Where the talk is to go, as columns."""
    if how == How.COLLEAGUE:
        return {"to_member_id": colleagues.one_with_room(membership, conversation.line, to, now)}
    if how == How.LINE:
        return {"to_line": other_line(conversation, to, now)}
    if not to.strip():
        raise RefusedError("empty")
    return {}


def other_line(conversation: Conversation, slug: str, now: datetime) -> Line:
    """Another line of the organisation on which somebody is at a desk; raises RefusedError("not_there")."""
    picture = queries.staffing(conversation.organisation_id, now)
    for line in queries.chat_lines(conversation.organisation_id):
        if line.slug == slug and line.pk != conversation.line_id and picture.there(line):
            return line
    raise RefusedError("not_there")


def accept(*, handover: Handover, membership: Membership, now: datetime) -> None:
    """The colleague who was asked says yes; now the visitor is asked. Raises RefusedError: over, not_present, no_room."""
    with inside(handover.organisation_id), transaction.atomic():
        check_room(membership, handover.conversation.line, now)
        if not (is_still_theirs(handover) and moved(handover, "accept", now, until=now + OFFER_TIME)):
            raise RefusedError("over")
        tell_desks(handover)
        tell_visitor(handover, now)


def decline(*, handover: Handover, note: str, now: datetime) -> None:
    """The colleague who was asked says no, with a word of why for the asker alone."""
    with inside(handover.organisation_id), transaction.atomic():
        answer = contents_of(handover.conversation).seal_beside(handover.code, "answer", note.strip())
        if not settle(handover, "decline", now, answer=answer):
            raise RefusedError("over")


def withdraw(*, handover: Handover, now: datetime) -> None:
    with inside(handover.organisation_id), transaction.atomic():
        if not settle(handover, "withdraw", now):
            raise RefusedError("over")


def refuse(*, handover: Handover, now: datetime) -> None:
    """The visitor says no: everything stays as it is."""
    with inside(handover.organisation_id), transaction.atomic():
        if not settle(handover, "refuse", now):
            raise RefusedError("over")


def agree(*, handover: Handover, now: datetime) -> None:
    """The visitor says yes: the talk goes over in this same transaction, or nothing happened at all.

    Raises RefusedError: over (it was too late, or nobody asked this visitor yet), not_there (who would take it has no room).
    """
    with inside(handover.organisation_id):
        if Handover.objects.filter(pk=handover.pk, state=Step.ASKED).exists():
            raise RefusedError("over")
        try:
            with transaction.atomic():
                if not moved(handover, "agree", now, agreed_at=now):
                    raise RefusedError("over")
                carry_out(handover, now)
        except RefusedError:
            with transaction.atomic():
                settle(handover, "void", now)
            raise


def carry_out(handover: Handover, now: datetime) -> None:
    conversation = handover.conversation
    if not is_still_theirs(handover):
        raise RefusedError("over")
    if handover.how == How.LINE:
        done = requeue.to_the_front(
            conversation=conversation, by=Party.COUNSELLOR, why=requeue.PASSED, now=now, line=handover.to_line
        )
    elif handover.how == How.BODY:
        done = service.finish(
            conversation=conversation,
            name="close",
            by=Party.COUNSELLOR,
            why=Why.REFERRED,
            now=now,
            counsellor=handover.owner,
        )
    else:
        assert handover.to_member is not None  # noqa: S101  FIRST has no other way
        try:
            check_room(handover.to_member, conversation.line, now)
        except RefusedError:
            raise RefusedError("not_there") from None
        done = give(conversation, handover.owner, handover.to_member, "passed", now)
    if not done:
        raise RefusedError("over")
    tell_desks(handover)
    tell_settled(handover, Step.DONE)


def take_over(*, conversation: Conversation, membership: Membership, why: str, now: datetime) -> None:
    """A mentor takes a talk over from its counsellor, with a reason; both sides are told, and a row keeps it.

    Raises RefusedError: not_here, empty (no reason), not_present, no_room.
    """
    if not why.strip():
        raise RefusedError("empty")
    with inside(conversation.organisation_id), transaction.atomic():
        check_room(membership, conversation.line, now)
        owner = conversation.counsellor
        if owner is None or not give(conversation, owner, membership, "taken_over", now):
            raise RefusedError("not_here")
        note_take_over(conversation, membership, owner, why, now, to_member=membership)
        # Last, for whoever writes next in the log waits until we are done.
        reads.taken_over(conversation, membership, owner, "guiding")


def hand_back(*, conversation: Conversation, membership: Membership, why: str, now: datetime) -> None:
    """A manager, who has no desk, lets any other counsellor go on with a talk; both sides are told, and a row keeps why.

    Raises RefusedError: not_here, empty (no reason).
    """
    if not why.strip():
        raise RefusedError("empty")
    with inside(conversation.organisation_id), transaction.atomic():
        owner = conversation.counsellor
        moved_back = requeue.to_the_front(conversation=conversation, by=Party.COUNSELLOR, why=requeue.TAKEN, now=now)
        if owner is None or not moved_back:
            raise RefusedError("not_here")
        note_take_over(conversation, membership, owner, why, now)
        reads.taken_over(conversation, membership, owner, "handed-back")


def note_take_over(
    conversation: Conversation, asker: Membership, owner: Membership, why: str, now: datetime, **goal: Any
) -> None:
    """The row that keeps who took a talk from whom, when and why."""
    for row in Handover.objects.pending().filter(conversation=conversation):
        settle(row, "void", now)
    code = new_code()
    Handover.objects.create(
        organisation_id=conversation.organisation_id,
        conversation=conversation,
        code=code,
        how=How.TAKEOVER,
        state=FIRST[How.TAKEOVER],
        asker=asker,
        owner=owner,
        asked_at=now,
        until=now,
        ended_at=now,
        note=contents_of(conversation).seal_beside(code, "note", why.strip()),
        **goal,
    )


def give(conversation: Conversation, owner: Membership, heir: Membership, why: str, now: datetime) -> bool:
    """Give an active talk from one member to another; False when it moved meanwhile.

    One UPDATE changes the owner: what the former one says after it is refused by the writer's own UPDATE.
    """
    along.passed_to(conversation, heir, now)
    rows = Conversation.objects.filter(pk=conversation.pk, state=State.ACTIVE, counsellor=owner)
    if not rows.update(counsellor=heir, counsellor_seen_seq=0, last_seq=F("last_seq") + 1):
        return False
    conversation.refresh_from_db()
    name, contents = queries.public_name(heir, conversation.line_id), contents_of(conversation)
    taken = {"kind": "taken", "talk": queries.talk_frame(conversation, contents, now)}
    after_commit(Told(member(conversation.organisation_id, heir.pk), taken))
    tell_given(conversation, owner, why=why, name=name, heir=str(heir.staff))
    message = system_lines.note(conversation, why, heir, now)
    tell_joined(conversation, {"kind": "said", **queries.message_frame(message, contents, name)})
    return True


def check_room(membership: Membership, line: Line, now: datetime) -> None:
    """The member is present and may have one more; their row stays locked, so that no capacity is passed (K7)."""
    if not service.takes_one_more(membership, promises.policy_for(line, now).capacity):
        raise RefusedError("no_room")


def is_still_theirs(handover: Handover) -> bool:
    rows = Conversation.objects.filter(pk=handover.conversation_id, state=State.ACTIVE, counsellor=handover.owner_id)
    return bool(rows.exists())


def moved(handover: Handover, name: str, now: datetime, **values: Any) -> bool:
    """One move of the table, if the handover still stands where it may begin, and an answer is in time."""
    found = PASSES[name]
    rows = Handover.objects.filter(pk=handover.pk, state__in=found.sources)
    if name in {"accept", "agree"}:
        rows = rows.filter(until__gt=now)
    if found.target in SETTLED:
        values["ended_at"] = now
    if not rows.update(state=found.target, **values):
        return False
    handover.state = found.target
    for column, value in values.items():
        setattr(handover, column, value)
    return True


def settle(handover: Handover, name: str, now: datetime, **values: Any) -> bool:
    """A move that ends it without handing anything over; whoever was asked sees that the question is gone."""
    if not moved(handover, name, now, **values):
        return False
    tell_desks(handover)
    tell_settled(handover, PASSES[name].target)
    return True


def sweep(*, organisation_id: int, now: datetime) -> int:
    """End what nobody answered in time, and what has lost its ground; gives how many. Safe to run twice."""
    with inside(organisation_id):
        rows = Handover.objects.pending().select_related("conversation", "to_member__presence", "to_line")
        count = 0
        for row in rows:
            name = "expire" if row.until <= now else "void" if not has_ground(row, now) else ""
            if name:
                with transaction.atomic():
                    count += settle(row, name, now)
    return count


def has_ground(handover: Handover, now: datetime) -> bool:
    """The talk goes on with who had it, and the colleague who was asked is still at a desk."""
    talk = handover.conversation
    if talk.state != State.ACTIVE or talk.counsellor_id != handover.owner_id:
        return False
    if handover.to_member is None:
        return True
    presence = getattr(handover.to_member, "presence", None)
    return presence is not None and presence.state != PresenceState.AWAY and presence.seen_at > now - STALE


# Telling
def tell_desks(handover: Handover) -> None:
    """Both desks look again: their frame has the handovers that concern them."""
    people = [handover.asker_id, handover.owner_id, handover.to_member_id]
    after_commit(*[Told(member(handover.organisation_id, person), CHANGED) for person in people if person])
    board_changed(handover.organisation_id)


def tell_visitor(handover: Handover, now: datetime) -> None:
    topic = visitor(handover.organisation_id, handover.conversation.code)
    after_commit(Told(topic, question(handover, now)))


def tell_settled(handover: Handover, state: Step) -> None:
    topic = visitor(handover.organisation_id, handover.conversation.code)
    after_commit(Told(topic, {"kind": "handover", "id": handover.code, "open": False, "why": str(state)}))


def question(handover: Handover, now: datetime) -> dict[str, Any]:
    """What the visitor is asked: who would come, under the name that visitors see, or where they would go."""
    contents = contents_of(handover.conversation)
    name: str | None = contents.beside(handover.code, "body", handover.body)
    if handover.how == How.LINE and handover.to_line is not None:
        name = handover.to_line.name
    elif handover.how == How.COLLEAGUE:
        name = queries.public_name(handover.to_member, handover.conversation.line_id)
    return {
        "kind": "handover",
        "id": handover.code,
        "open": True,
        "how": str(handover.how),
        "name": name or None,
        "agreement": contents.beside(handover.code, "agreement", handover.agreement),
        "until": queries.moment(handover.until),
        "left": round((handover.until - now).total_seconds()),
    }


def open_question(conversation: Conversation, now: datetime) -> dict[str, Any] | None:
    """The question that waits for this visitor, for a tab that comes back."""
    rows = Handover.objects.filter(conversation=conversation, state=Step.OFFERED, until__gt=now)
    found = rows.select_related("conversation", "to_member", "to_line").first()
    return question(found, now) if found is not None else None
