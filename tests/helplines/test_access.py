import pytest
from django.http import Http404

from helplines import access
from helplines.models import Role
from tests.factories.helplines import (
    AgreementFactory,
    LineFactory,
    MembershipFactory,
    OrganisationFactory,
    StaffFactory,
)

pytestmark = pytest.mark.django_db


def test_organisation_is_found_by_its_address_name():
    organisation = OrganisationFactory()
    assert access.organisation(organisation.slug) == organisation


def test_line_is_found_with_its_organisation_in_one_query(django_assert_num_queries):
    line = LineFactory()
    with django_assert_num_queries(1):
        found = access.chat_line(line.organisation.slug, line.slug)
        assert (found, found.organisation) == (line, line.organisation)


@pytest.mark.promise("O10")
def test_line_is_not_found_under_another_organisation():
    line, other = LineFactory(slug="chat"), OrganisationFactory()
    LineFactory(slug="chat")
    with pytest.raises(Http404):
        access.chat_line(other.slug, line.slug)


@pytest.mark.promise("D07")
@pytest.mark.parametrize("hidden", [{"kind": "office"}, {"kind": "telephone"}, {"is_active": False}])
def test_line_that_is_no_chat_in_use_is_not_found(hidden):
    line = LineFactory(**hidden)
    with pytest.raises(Http404):
        access.chat_line(line.organisation.slug, line.slug)


@pytest.mark.promise("J02")
def test_membership_is_given_for_a_role_that_fits():
    member = MembershipFactory(role=Role.MENTOR)
    slug = member.organisation.slug
    assert access.membership(member.staff, slug, [Role.COUNSELLOR, Role.MENTOR]) == member
    with pytest.raises(Http404):
        access.membership(member.staff, slug, [Role.ADMINISTRATOR])


def test_membership_of_several_that_fit_is_the_first_asked_for():
    mentor = MembershipFactory(role=Role.MENTOR)
    counsellor = MembershipFactory(role=Role.COUNSELLOR, staff=mentor.staff, organisation=mentor.organisation)
    slug = mentor.organisation.slug
    assert access.membership(mentor.staff, slug, [Role.COUNSELLOR, Role.MENTOR]) == counsellor
    assert access.membership(mentor.staff, slug, [Role.MENTOR, Role.COUNSELLOR]) == mentor


@pytest.mark.promise("J01", "O10")
@pytest.mark.parametrize("why", ["elsewhere", "nowhere", "unsigned", "newer agreement", "set aside"])
def test_membership_that_gives_no_access_is_as_absent_as_none(why):
    member = MembershipFactory(accepted=why != "unsigned", is_active=why != "set aside")
    if why == "newer agreement":
        AgreementFactory(organisation=member.organisation)
    slug = {"elsewhere": OrganisationFactory().slug, "nowhere": "nowhere"}.get(why, member.organisation.slug)
    with pytest.raises(Http404) as answer:
        access.membership(member.staff, slug, Role)
    assert str(answer.value) == ""


@pytest.mark.promise("J01")
def test_memberships_are_told_apart_by_their_signature():
    signed = MembershipFactory()
    unsigned = MembershipFactory(staff=signed.staff, accepted=False)
    MembershipFactory()
    assert access.memberships_of(signed.staff) == [signed]
    assert access.unsigned_memberships_of(signed.staff) == [unsigned]


def test_own_organisation_is_one_with_any_role():
    signed, unsigned = MembershipFactory(), MembershipFactory(accepted=False)
    assert access.own_organisation(signed.staff, signed.organisation.slug) == signed.organisation
    assert access.own_organisation(unsigned.staff, unsigned.organisation.slug) == unsigned.organisation
    with pytest.raises(Http404):
        access.own_organisation(StaffFactory(), signed.organisation.slug)
