"""Who of the colleagues is at a desk, as colleagues see it; visitors never see these names (C04). Nothing here ranks anybody."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chat.models import STALE, Conversation, Presence, PresenceState
from chat.states import State
from chat.wire import RefusedError
from helplines import queries as promises
from helplines.models import Assignment, Line, Membership, Role


@dataclass(frozen=True)
class Colleague:
    """One member whose desk is open: on which lines (none: all), and how many talks they have."""

    member: int
    person: int
    name: str
    state: str
    lines: frozenset[int]
    talks: int

    def works_on(self, line: int) -> bool:
        return not self.lines or line in self.lines

    def room(self, capacity: int) -> int:
        return max(0, capacity - self.talks) if self.state == PresenceState.PRESENT else 0


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
    lines: dict[int, set[int]] = {}
    for member, line in Assignment.objects.filter(membership__in=members).values_list("membership_id", "line_id"):
        lines.setdefault(member, set()).add(line)
    active = Conversation.objects.filter(state=State.ACTIVE, counsellor__in=members)
    owners = list(active.values_list("counsellor_id", flat=True))
    found = [
        Colleague(
            member=row.membership_id,
            person=row.membership.staff_id,
            name=str(row.membership.staff),
            state=row.state,
            lines=frozenset(lines.get(row.membership_id, ())),
            talks=owners.count(row.membership_id),
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


def running_talks(organisation_id: int) -> list[tuple[int, int | None, dict[str, Any]]]:
    """Every talk that goes on, as (line, counsellor, frame): who talks since when, and nothing of what is said."""
    rows = (
        Conversation.objects.filter(organisation_id=organisation_id, state=State.ACTIVE)
        .select_related("line", "counsellor__staff")
        .order_by("started_at", "pk")
    )
    return [
        (
            row.line_id,
            row.counsellor_id,
            {
                "code": row.code,
                "line_name": row.line.name,
                "counsellor": str(row.counsellor.staff) if row.counsellor else "",
                "since": row.started_at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            },
        )
        for row in rows
    ]


def may_take_over(membership: Membership) -> bool:
    """A mentor guides the counsellors of their lines; taking a talk over is explicit, with a reason, and told to both."""
    return str(membership.role) == Role.MENTOR
