"""Who of this process's desks may still work, and under which names: read once a second for all desks of an organisation.

A desk with ten talks says something every second, and its right must have been there less than a second ago (D6). Fifty desks
that each asked for their own cost a third of the process; together they cost two statements.
"""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import Protocol

from chat import access, queries
from chat.lanes import for_rights, still_running
from helplines.models import Membership
from helplines.tenancy import inside

# How old a right may be for what comes many a second, and from when on it is read anew, before anybody has to wait for it.
FRESH_SECONDS, AHEAD_SECONDS = 1.0, 0.6


def is_fresh(at: float) -> bool:
    return monotonic() - at <= FRESH_SECONDS


class Desk(Protocol):
    """An open desk, with the ids of its open talks."""

    membership: Membership

    def talks(self) -> list[int]: ...


@dataclass(frozen=True)
class Right:
    """A membership as it is now, and its name now for each of its open talks."""

    membership: Membership
    names: dict[int, str | None]


# By membership; who is not in it may not work any more.
Rights = dict[int, Right]


def read(organisation_id: int, talks: Mapping[int, Sequence[int]]) -> Rights:
    """The rights of these memberships, with the ids of the open talks of each."""
    members = access.at_work_now(organisation_id, set(talks))
    if not any(talks[pk] for pk in members):
        return {pk: Right(member, {}) for pk, member in members.items()}
    with inside(organisation_id):
        names = queries.names_now(members.values(), talks)
    return {pk: Right(member, names[pk]) for pk, member in members.items()}


@dataclass
class Look:
    """The last reading of one organisation: when it began, for whom it was, what it found; and the one under way."""

    began: float = float("-inf")
    asked: frozenset[int] = frozenset()
    found: Rights = field(default_factory=dict)
    running: "asyncio.Task[None] | None" = None

    def serves(self, desk: Desk) -> bool:
        return desk.membership.pk in self.asked and is_fresh(self.began)


class Readings:
    """The open desks of this process, by organisation, and their rights of less than a second ago."""

    def __init__(self) -> None:
        self.desks: dict[int, set[Desk]] = defaultdict(set)
        self.looks: dict[int, Look] = {}

    def enter(self, desk: Desk) -> None:
        self.desks[desk.membership.organisation_id].add(desk)

    def leave(self, desk: Desk) -> None:
        organisation_id = desk.membership.organisation_id
        self.desks[organisation_id].discard(desk)
        if not self.desks[organisation_id]:
            del self.desks[organisation_id]
            self.looks.pop(organisation_id, None)

    async def now(self, desk: Desk) -> Membership | None:
        """The right of this moment, for this desk alone, without names; None for who has none any more."""
        member = desk.membership
        found: dict[int, Membership] = await for_rights(access.at_work_now)(member.organisation_id, {member.pk})
        return found.get(member.pk)

    async def lately(self, desk: Desk) -> tuple[float, Right | None]:
        """The right of less than a second ago. Where that is unknown it is read with those of all other desks."""
        organisation_id = desk.membership.organisation_id
        look = self.looks.setdefault(organisation_id, Look())
        if not look.serves(desk):
            await asyncio.shield(self.reading(organisation_id, look))
        if not look.serves(desk):
            # It began before this desk was there, or too long ago: the next one begins now.
            await asyncio.shield(self.reading(organisation_id, look))
        if monotonic() - look.began > AHEAD_SECONDS:
            self.reading(organisation_id, look)
        return look.began, look.found.get(desk.membership.pk)

    def reading(self, organisation_id: int, look: Look) -> "asyncio.Task[None]":
        """The reading under way, or a new one."""
        running = still_running(look.running)
        if running is None:
            running = look.running = asyncio.ensure_future(self.read(organisation_id, look))
            # Nobody may wait for one that is made ahead: whoever needs it then tries again, and is told.
            running.add_done_callback(lambda task: task.cancelled() or task.exception())
        return running

    async def read(self, organisation_id: int, look: Look) -> None:
        began = monotonic()
        talks: dict[int, list[int]] = defaultdict(list)
        for desk in self.desks.get(organisation_id, ()):
            talks[desk.membership.pk] += desk.talks()
        found: Rights = await for_rights(read)(organisation_id, talks)
        look.began, look.asked, look.found = began, frozenset(talks), found


rights = Readings()
