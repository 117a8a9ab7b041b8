"""Everybody who talks with visitors chooses the name that those see, in one organisation at a time (C04)."""

import pytest

from helplines.models import Membership, Role
from helplines.tenancy import across_organisations
from tests.factories.helplines import MembershipFactory
from tests.helplines.test_views import page, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.promise("C04")]


def address(member):
    return f"/start/{member.organisation.slug}/name/"


def names():
    with across_organisations():
        return list(Membership.objects.order_by("pk").values_list("public_name", flat=True))


@pytest.mark.parametrize("role", [Role.COUNSELLOR, Role.MENTOR])
def test_member_changes_their_own_name_in_that_organisation_alone(role):
    member = MembershipFactory(role=role, public_name="Old")
    MembershipFactory(staff=member.staff, public_name="Elsewhere")
    MembershipFactory(organisation=member.organisation, public_name="Colleague")
    client = signed_in(member.staff)
    assert f'href="{address(member)}"' in page(client.get("/start/?stay"))
    assert 'value="Old"' in page(client.get(address(member)))
    assert client.post(address(member), {"public_name": " Sam "}).url == "/start/?stay"
    assert names() == ["Sam", "Elsewhere", "Colleague"]
    client.post(address(member), {"public_name": ""})
    assert names() == ["", "Elsewhere", "Colleague"]


def test_name_that_is_too_long_is_refused():
    member = MembershipFactory(public_name="Old")
    assert signed_in(member.staff).post(address(member), {"public_name": "x" * 41}).status_code == 200
    assert names() == ["Old"]


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.DPO, Role.MANAGER, Role.ADMINISTRATOR])
def test_who_does_not_talk_has_no_name_for_visitors(role):
    member = MembershipFactory(role=role)
    client = signed_in(member.staff)
    assert address(member) not in page(client.get("/start/?stay"))
    assert client.get(address(member)).status_code == 404
