"""The only way from an address to a request to open an identity; absent and forbidden give the same answer."""

from django.http import Http404

from helplines.models import Membership, Organisation, Role, Staff
from privacy.models import Office, OpeningRequest

# The provider's own key is made and used at the command line, by who looks after the computers.
OFFICE_OF = {
    Role.ADMINISTRATOR: Office.ADMINISTRATOR,
    Role.MANAGER: Office.MANAGEMENT,
    Role.DPO: Office.DPO,
}
ROLE_OF = {office: role for role, office in OFFICE_OF.items()}


def offices_of(organisation: Organisation, staff: Staff) -> list[Office]:
    """The offices that this person has here, by all of their roles in force; needs the organisation's scope."""
    roles = Membership.objects.in_force().filter(organisation=organisation, staff=staff)
    held = set(roles.values_list("role", flat=True))
    return [office for role, office in OFFICE_OF.items() if role in held]


def opening_request(membership: Membership, code: str) -> OpeningRequest:
    """A request that this person made, or that an office of theirs has a say in. Raises Http404."""
    offices = offices_of(membership.organisation, membership.staff)
    rows = OpeningRequest.objects.filter(organisation=membership.organisation).of(membership.staff, offices)
    found: OpeningRequest | None = (
        rows.select_related("organisation", "asked_by", "opened_by").filter(code=code).first()
    )
    if found is None:
        raise Http404
    return found
