"""Who of the colleagues is at a desk, as colleagues see it; visitors never see these names (C04). Nothing here ranks anybody."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chat.models import STALE, Conversation, Presence, PresenceState
from chat.states import State
from chat.wire import RefusedError
from helplines import queries as promises
from helplines.models import Assignment, Line, Membership, Role, at_once
from helplines.worded import Worded

ASSIGNED = Worded(
    lambda organisation: Assignment.objects.filter(membership__organisation_id=organisation).values_list(
        "membership_id", "line_id"
    )
)


@dataclass(frozen=True)
class Colleague:
    """One member whose desk is open: on which lines (none: all), how many talks they have, and how many at most (`own`)."""

    member: int
    person: int
    name: str
    state: str
    lines: frozenset[int]
    talks: int
    own: int | None = None

    def works_on(self, line: int) -> bool:
        return not self.lines or line in self.lines

    def room(self, capacity: int) -> int:
        return max(0, at_once(self.own, capacity) - self.talks) if self.state == PresenceState.PRESENT else 0


def assignments(members: Iterable[int]) -> dict[int, frozenset[int]]:
    """On which lines each of these members works; who is not in it works on all."""
    rows = Assignment.objects.filter(membership__in=list(members))
    return by_member(rows.values_list("membership_id", "line_id"))


def assignments_of(organisation_id: int) -> dict[int, frozenset[int]]:
    """The same of everybody in an organisation."""
    return by_member(ASSIGNED(organisation=organisation_id))


def by_member(rows: Iterable[tuple[int, int]]) -> dict[int, frozenset[int]]:
    found: dict[int, set[int]] = {}
    for member, line in rows:
        found.setdefault(member, set()).add(line)
    return {member: frozenset(lines) for member, lines in found.items()}


def at_their_desks(organisation_id: int, now: datetime) -> list[Colleague]:
    """Everybody who is present or pauses, by name (needs the organisation's scope): three queries."""
    rows = list(
        Presence.objects.filter(
            organisation_id=organisation_id,
            seen_at__gt=now - STALE,
            membership__is_active=True,
            membership__staff__is_active=True,
        )
        .exclude(state=PresenceState.AWAY)
        .select_related("membership__staff")
    )
    members = [row.membership_id for row in rows]
    active = Conversation.objects.filter(state=State.ACTIVE, counsellor__in=members)
    return at_desks(rows, assignments(members), list(active.values_list("counsellor_id", flat=True)))


def at_desks(
    rows: Iterable[Presence], assigned: dict[int, frozenset[int]], owners: list[int | None]
) -> list[Colleague]:
    """The same of what was read already; `owners` has the counsellor of each running talk."""
    talks = Counter(owners)
    found = [
        Colleague(
            member=row.membership_id,
            person=row.membership.staff_id,
            name=str(row.membership.staff),
            state=row.state,
            lines=assigned.get(row.membership_id, frozenset()),
            talks=talks[row.membership_id],
            own=row.membership.talks_at_once,
        )
        for row in rows
    ]
    return sorted(found, key=lambda colleague: colleague.name.casefold())


def frames(
    everybody: list[Colleague], membership: Membership, lines: list[Line], capacities: dict[int, int]
) -> list[dict[str, Any]]:
    """The colleagues on the lines of this member, without themselves."""
    return [
        {
            "id": str(colleague.member),
            "name": colleague.name,
            "state": colleague.state,
            "lines": [line.slug for line in lines if colleague.works_on(line.pk)],
            "talks": colleague.talks,
            "room": max(
                (colleague.room(capacities[line.pk]) for line in lines if colleague.works_on(line.pk)), default=0
            ),
        }
        for colleague in everybody
        if colleague.person != membership.staff_id and any(colleague.works_on(line.pk) for line in lines)
    ]


def with_room(organisation_id: int, line: Line, now: datetime) -> list[Colleague]:
    """Those who can take one more talk of this line now."""
    capacity = promises.policy_for(line, now).capacity
    everybody = at_their_desks(organisation_id, now)
    return [one for one in everybody if one.works_on(line.pk) and one.room(capacity)]


def one_with_room(membership: Membership, line: Line, wanted: str, now: datetime) -> int:
    """The colleague of this id, if they can take one more talk of this line; raises RefusedError("not_there")."""
    for colleague in with_room(membership.organisation_id, line, now):
        if str(colleague.member) == wanted and colleague.person != membership.staff_id:
            return colleague.member
    raise RefusedError("not_there")


def running_talk(row: Conversation) -> dict[str, Any]:
    """A talk that goes on: who talks since when, and nothing of what is said."""
    return {
        "code": row.code,
        "line_name": row.line.name,
        "counsellor": str(row.counsellor.staff) if row.counsellor else "",
        "since": row.started_at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    }


def may_take_over(membership: Membership) -> bool:
    """A mentor guides the counsellors of their lines; taking a talk over is explicit, with a reason, and told to both."""
    return str(membership.role) == Role.MENTOR
