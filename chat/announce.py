"""What is told after something was committed. Call these inside a transaction: they wait for its COMMIT."""

from collections.abc import Iterable
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.utils import timezone

from chat.bus import Told, Topic
from chat.hub import desks, hub, member, visitor, waiters
from chat.models import Conversation
from chat.states import Party
from helplines.models import Membership

CHANGED = {"kind": "_changed"}


def after_commit(*told: Told) -> None:
    transaction.on_commit(lambda: hub.tell(told))


def board_changed(organisation_id: int) -> None:
    """Something on the desks' common board is different: who waits, who is there, what is open."""
    after_commit(*everybody_looks(organisation_id))


def everybody_looks(organisation_id: int) -> list[Told]:
    return [Told(desks(organisation_id), CHANGED), Told(waiters(organisation_id), CHANGED)]


def both_sides(conversation: Conversation) -> list[Topic]:
    topics = [visitor(conversation.organisation_id, conversation.code)]
    if conversation.counsellor_id:
        topics.append(member(conversation.organisation_id, conversation.counsellor_id))
    return topics


def tell_state(conversation: Conversation, *, by: str, why: str, counsellor: str | None) -> None:
    """The talk moved on: both sides hear it, and every desk looks again."""
    frame: dict[str, Any] = {
        "kind": "state",
        "state": str(conversation.state),
        "why": why or None,
        "by": by,
        "counsellor": counsellor,
    }
    after_commit(
        Told(
            visitor(conversation.organisation_id, conversation.code),
            {**frame, **conversation.time_left(timezone.now())},
        ),
        *[Told(topic, {**frame, "talk": conversation.code}) for topic in both_sides(conversation)[1:]],
        *everybody_looks(conversation.organisation_id),
    )


def tell_handed_back(conversation: Conversation, former: Membership | None, *, by: str, why: str) -> None:
    """The talk waits again: the visitor, the counsellor who had it, and every desk."""
    tell_state(conversation, by=by, why=why, counsellor=None)
    if former is not None:
        frame = {"kind": "state", "state": str(conversation.state), "why": why, "by": by, "counsellor": None}
        topic = member(conversation.organisation_id, former.pk)
        after_commit(Told(topic, {**frame, "talk": conversation.code}))


def tell_given(conversation: Conversation, former: Membership, *, why: str, name: str | None, heir: str) -> None:
    """The talk has another counsellor: the visitor hears the name for visitors, the former counsellor that of the colleague."""
    frame = {"kind": "state", "state": str(conversation.state), "why": why, "by": str(Party.COUNSELLOR)}
    organisation_id, code = conversation.organisation_id, conversation.code
    left = conversation.time_left(timezone.now())
    after_commit(
        Told(visitor(organisation_id, code), {**frame, "counsellor": name, **left}),
        Told(member(organisation_id, former.pk), {**frame, "counsellor": heir, "talk": code}),
        Told(desks(organisation_id), CHANGED),
    )


def tell_visitor_presence(conversation: Conversation, present: bool) -> None:
    """The visitor's line dropped or is back: the counsellor is told, and waiting visitors show it on every desk."""
    if conversation.counsellor_id:
        topic = member(conversation.organisation_id, conversation.counsellor_id)
        after_commit(Told(topic, {"kind": "peer", "present": present, "talk": conversation.code}))
    else:
        board_changed(conversation.organisation_id)


def tell_counsellor_presence(organisation_id: int, codes: Iterable[str], *, present: bool) -> None:
    """The counsellor's line dropped or is back: the visitors of these talks are told."""
    frame = {"kind": "peer", "present": present}
    after_commit(*[Told(visitor(organisation_id, code), frame) for code in codes])


def tell_member(membership: Membership, frame: dict[str, Any], skip: str = "") -> None:
    """A frame for every tab of one counsellor, but for the socket that caused it."""
    after_commit(Told(member(membership.organisation_id, membership.pk), frame, skip))


def advice_gone(organisation_id: int, advice: str) -> None:
    """A question of a colleague is no longer there: no desk keeps it."""
    after_commit(Told(desks(organisation_id), {"kind": "advice_gone", "advice": advice}))


def tell_silence(conversation: Conversation, frame: dict[str, Any]) -> None:
    """The visitor is asked whether they are still there, or need not be asked any more: both sides see it."""
    after_commit(
        *[
            Told(topic, frame if topic[1] == "visitor" else {**frame, "talk": conversation.code})
            for topic in both_sides(conversation)
        ]
    )


def replaced(conversation: Conversation, socket: str) -> None:
    """Another tab took this talk over: the earlier socket closes."""
    topic = visitor(conversation.organisation_id, conversation.code)
    after_commit(Told(topic, {"kind": "_replaced"}, socket))


def tell_joined(conversation: Conversation, message: dict[str, Any]) -> None:
    """A system message, to both sides."""
    after_commit(
        *[
            Told(topic, message if topic[1] == "visitor" else {**message, "talk": conversation.code})
            for topic in both_sides(conversation)
        ]
    )


def fingerprint(session: str) -> str:
    """What processes tell each other of a session; nobody signs in with it."""
    return sha256(b"session\0" + session.encode()).hexdigest()


def tell_signed_out(places: Iterable[tuple[int, int]], session: str) -> None:
    """The desks of these memberships (organisation, membership) that were opened in this session close."""
    frame = {"kind": "_signed_out", "session": fingerprint(session)}
    after_commit(*[Told(member(organisation_id, membership_id), frame) for organisation_id, membership_id in places])
