"""Two organisations with look-alike rows, and an administrator of the first who knocks on every door."""

from dataclasses import dataclass
from typing import Any

from django.test import Client
from django.urls import reverse

from helplines.models import Line, Organisation, Role, Staff
from helplines.tenancy import across_organisations
from tests.factories.helplines import (
    AssignmentFactory,
    BranchFactory,
    CannedReplyFactory,
    ClosureFactory,
    EmergencyNumberFactory,
    ExtraOpeningFactory,
    InvitationFactory,
    LineFactory,
    MembershipFactory,
    OpeningHoursFactory,
    OrganisationFactory,
    PolicyFactory,
)


@dataclass
class House:
    """One organisation with a row in every table; `mark` stands in each of them."""

    mark: str
    organisation: Organisation
    line: Line
    admin: Staff
    counsellor: Any
    rows: dict[str, Any]


def house(mark: str) -> House:
    organisation = OrganisationFactory(name=f"{mark} home", slug=mark.lower())
    line = LineFactory(organisation=organisation, name=f"{mark} line", slug=f"{mark.lower()}-line")
    admin = MembershipFactory(
        organisation=organisation, role=Role.ADMINISTRATOR, staff__username=f"{mark}-admin", public_name=f"{mark} chief"
    )
    member = MembershipFactory(
        organisation=organisation, staff__username=f"{mark}-talker", public_name=f"{mark} talker"
    )
    OpeningHoursFactory(line=line)
    with across_organisations():
        agreement = organisation.agreements.first()
    rows = {
        "organisation": organisation,
        "line": line,
        "branch": BranchFactory(organisation=organisation, name=f"{mark} centre"),
        "invitation": InvitationFactory(organisation=organisation, first_name=f"{mark} guest"),
        "cannedreply": CannedReplyFactory(organisation=organisation, line=line, name=f"{mark} reply"),
        "emergencynumber": EmergencyNumberFactory(organisation=organisation, number=f"{mark} 112"),
        "closure": ClosureFactory(organisation=organisation, line=line, reason=f"{mark} closure"),
        "extraopening": ExtraOpeningFactory(line=line, reason=f"{mark} extra"),
        "policy": PolicyFactory(organisation=organisation, reason=f"{mark} policy"),
        "staff": member.staff,
        "membership": member,
        "confidentialityagreement": agreement,
    }
    AssignmentFactory(membership=member, line=line)
    return House(mark, organisation, line, admin.staff, member, rows)


def signed_in(staff: Staff) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(staff, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def at(model: str, view: str, *args: Any) -> str:
    return reverse(f"admin:helplines_{model}_{view}", args=args)


def count(model: Any, **found: Any) -> int:
    with across_organisations():
        return int(model.objects.filter(**found).count())
