"""Who brought whom in: somebody whom the proposer took on a while ago is no second person yet (N04).

Every function works inside the organisation's own scope.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from helplines.models import Membership, Organisation, Role, Staff

MAY_CONFIRM = (Role.ADMINISTRATOR, Role.DPO)
OWN_FEET = timedelta(days=30)
FIRST_DAY = timedelta(hours=24)


def strangers(organisation: Organisation, proposer: Staff, now: datetime) -> set[int]:
    """Keys of the people whose role in force counts beside the proposer's.

    A role from before the giver was recorded counts; one of less than 24 hours does not. Who brought whom in during the
    last 30 days is followed through everybody between them, in both directions: they may all be one person.
    """
    old_enough = set(
        Membership.objects.in_force()
        .filter(organisation=organisation, role__in=MAY_CONFIRM)
        .exclude(given_at__gt=now - FIRST_DAY)
        .values_list("staff", flat=True)
    )
    return old_enough - connected(proposer.pk, recent_gifts(organisation, now))


def recent_gifts(organisation: Organisation, now: datetime) -> list[set[int]]:
    """Pairs of who got a role lately and who gave it, without those who have had such a role for longer."""
    roles = Membership.objects.filter(organisation=organisation, role__in=MAY_CONFIRM)
    lately = roles.filter(given_at__gt=now - OWN_FEET)
    settled = roles.filter(is_active=True).exclude(given_at__gt=now - OWN_FEET).values_list("staff", flat=True)
    pairs = lately.exclude(given_by=None).exclude(staff__in=list(settled)).values_list("staff", "given_by")
    return [set(pair) for pair in pairs]


def connected(person: int, pairs: Iterable[set[int]]) -> set[int]:
    """Everybody whom these pairs tie to this person."""
    found, left = {person}, list(pairs)
    while near := [pair for pair in left if pair & found]:
        found = found.union(*near)
        left = [pair for pair in left if pair not in near]
    return found
