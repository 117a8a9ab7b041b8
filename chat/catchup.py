"""Asks the database what the sockets of this process missed while other processes could not tell them (goals I1, I3)."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from chat import queries
from chat.boards import boards
from chat.bus import Told, Topic
from chat.hub import Hub, desks, hub, member, visitor, waiters
from chat.lanes import for_pictures
from chat.models import Conversation
from chat.states import Party, State
from helplines.tenancy import inside

CHUNK = 500


@dataclass
class Wanted:
    """Whose talks are open on this process, of one organisation."""

    codes: set[str]
    members: set[int]
    has_lists: bool = False


async def catch_up(of: Hub) -> None:
    """Tell every socket of this process how its talks stand; a desk that has less asks for the rest by `since`."""
    for organisation_id, wanted in by_organisation(list(of.rooms)).items():
        told = await for_pictures(standing)(organisation_id, wanted)
        boards.forget(organisation_id)
        if wanted.has_lists:
            told += [Told(topic(organisation_id), {"kind": "_changed"}) for topic in (desks, waiters)]
        await of.deliver(told)


def by_organisation(topics: list[Topic]) -> dict[int, Wanted]:
    found: dict[int, Wanted] = defaultdict(lambda: Wanted(set(), set()))
    for organisation_id, kind, name in topics:
        if kind == "visitor":
            found[organisation_id].codes.add(name)
        elif kind == "member":
            found[organisation_id].members.add(int(name))
        else:
            found[organisation_id].has_lists = True
    return found


def standing(organisation_id: int, wanted: Wanted) -> list[Told]:
    """How the talks of these sockets stand: two queries for an organisation, however many sockets."""
    told: list[Told] = []
    codes = sorted(wanted.codes)
    with inside(organisation_id):
        for first in range(0, len(codes), CHUNK):
            rows = Conversation.objects.filter(code__in=codes[first : first + CHUNK]).select_related("counsellor")
            told += [Told(visitor(organisation_id, row.code), for_visitor(row)) for row in rows]
        if wanted.members:
            active = Conversation.objects.filter(counsellor__in=wanted.members, state=State.ACTIVE)
            for code, counsellor, seq in active.values_list("code", "counsellor_id", "last_seq"):
                told.append(Told(member(organisation_id, counsellor), {"kind": "latest", "talk": code, "seq": seq}))
    return told


def for_visitor(row: Conversation) -> dict[str, Any]:
    """The state as a `state` frame tells it, the last number, and who holds the talk; the socket passes on what is news."""
    return {
        "kind": "_standing",
        "seq": row.last_seq,
        "seen_seq": row.counsellor_seen_seq,
        "socket": row.visitor_socket,
        "state": {
            "kind": "state",
            "state": str(row.state),
            "why": row.end_reason or None,
            "by": row.ended_by or str(Party.COUNSELLOR if row.state == State.ACTIVE else Party.SYSTEM),
            "counsellor": queries.public_name(row.counsellor, row.line_id),
        },
    }


def sign_in() -> None:
    """From now on the hub of this process knows how to catch up."""
    hub.catch_up = catch_up
