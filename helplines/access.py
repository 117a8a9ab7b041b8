"""The only way from an address to a row of ours for a person; absent and forbidden give the same answer."""

from collections.abc import Iterable
from typing import Any

from django.http import Http404
from django.utils import timezone

from helplines.models import CannedReply, Invitation, Line, Membership, Organisation, Role, Staff
from helplines.tenancy import across_organisations


def organisation(slug: str) -> Organisation:
    """The organisation with this address name. Raises Http404."""
    # Which organisation an address means must be known before we can stand behind its wall.
    with across_organisations():
        found: Organisation | None = Organisation.objects.filter(slug=slug).first()
    if found is None:
        raise Http404
    return found


def chat_line(organisation_slug: str, line_slug: str) -> Line:
    """The chat line in use with this address. Raises Http404."""
    # As above: the address comes before the wall.
    with across_organisations():
        found: Line | None = (
            Line.objects.chats()
            .select_related("organisation")
            .filter(organisation__slug=organisation_slug, slug=line_slug)
            .first()
        )
    if found is None:
        raise Http404
    return found


def only_chat_line(line_slug: str) -> Line:
    """The chat line in use with this name, where one organisation alone has a line of that name. Raises Http404."""
    # As above: the address comes before the wall.
    with across_organisations():
        found: list[Line] = list(Line.objects.chats().select_related("organisation").filter(slug=line_slug)[:2])
    if len(found) != 1:
        raise Http404
    return found[0]


def invitation(fingerprint: str) -> Invitation | None:
    """The invitation behind a link, while the link works."""
    # Who opens a link belongs nowhere yet: the link says whose wall it is.
    with across_organisations():
        rows = Invitation.objects.standing(timezone.now()).select_related("organisation")
        found: Invitation | None = rows.filter(token=fingerprint).first() if fingerprint else None
    return found


def membership(staff: Staff, organisation_slug: str, roles: Iterable[Role | str]) -> Membership:
    """One of these roles of this person in this organisation, in force. Raises Http404 (J01, J02).

    Where somebody has several of them, the first in the order of `roles` is given.
    """
    wanted = [str(role) for role in roles]
    found = [
        entry
        for entry in memberships_of(staff)
        if entry.organisation.slug == organisation_slug and entry.role in wanted
    ]
    if not found:
        raise Http404
    return min(found, key=lambda entry: wanted.index(entry.role))


def has_role(staff: Any, organisation: Organisation, roles: Iterable[Role | str]) -> bool:
    """Whether this person has one of these roles there, in force."""
    return any(one.organisation_id == organisation.pk and one.role in set(roles) for one in memberships_of(staff))


def memberships_of(staff: Staff) -> list[Membership]:
    """Every role of this person that gives access now."""
    # A person may work for several organisations: this is how we find out for which.
    with across_organisations():
        return list(Membership.objects.of(staff).in_force().select_related("organisation", "staff"))


def time_zone_of(staff: Staff) -> str:
    """The zone in which this person works; where their organisations differ, the one that is the same for everybody."""
    zones = {entry.organisation.time_zone for entry in memberships_of(staff)}
    return zones.pop() if len(zones) == 1 else "UTC"


def unsigned_memberships_of(staff: Staff) -> list[Membership]:
    """Every role of this person that gives no access before the newest agreement is accepted (J01)."""
    # As above.
    with across_organisations():
        everything = Membership.objects.of(staff).select_related("organisation", "staff")
        return list(everything.exclude(pk__in=Membership.objects.in_force().values("pk")))


def own_organisation(staff: Staff, slug: str, unsigned: Iterable[Role | str] | None = None) -> Organisation:
    """An organisation in which this person has a role, signed or not. Raises Http404.

    With `unsigned`, only one in which one of these roles still waits for the agreement.
    """
    found = unsigned_memberships_of(staff)
    if unsigned is not None:
        wanted = {str(role) for role in unsigned}
        found = [entry for entry in found if entry.role in wanted]
    else:
        found += memberships_of(staff)
    for entry in found:
        if entry.organisation.slug == slug:
            return entry.organisation
    raise Http404


def own_reply(member: Membership, key: str) -> CannedReply:
    """A canned reply of this counsellor's own, by the number in a form. Raises Http404."""
    found: CannedReply | None = None
    if key.isdecimal() and len(key) < 19:
        found = CannedReply.objects.own_of(member).filter(pk=int(key)).first()
    if found is None:
        raise Http404
    return found
