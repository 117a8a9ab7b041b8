import pytest
from django.core.exceptions import ValidationError
from django_scopes import ScopeError

from helplines.models import Line, Membership, Policy
from helplines.tenancy import across_organisations, inside, inside_all
from tests.factories.helplines import (
    AgreementFactory,
    AssignmentFactory,
    BranchFactory,
    LineFactory,
    MembershipFactory,
    OpeningHoursFactory,
    OrganisationFactory,
    PolicyFactory,
    accept,
)

pytestmark = pytest.mark.django_db


@pytest.mark.promise("O10")
def test_query_without_scope_raises():
    LineFactory()
    with pytest.raises(ScopeError):
        Line.objects.count()


@pytest.mark.promise("O10")
def test_query_inside_one_organisation_hides_the_other():
    ours, _theirs = LineFactory(), LineFactory()
    with inside(ours.organisation):
        assert list(Line.objects.all()) == [ours]


@pytest.mark.promise("O10")
def test_query_inside_no_organisation_finds_nothing():
    LineFactory()
    with inside_all([]):
        assert list(Line.objects.all()) == []


def in_force() -> set[Membership]:
    with across_organisations():
        return set(Membership.objects.in_force())


@pytest.mark.promise("J01")
def test_membership_without_acceptance_is_not_in_force():
    signed, _unsigned = MembershipFactory(), MembershipFactory(accepted=False)
    assert in_force() == {signed}


@pytest.mark.promise("J01")
def test_membership_of_organisation_without_agreement_is_not_in_force():
    MembershipFactory(organisation=OrganisationFactory(agreement=False), accepted=False)
    assert in_force() == set()


@pytest.mark.promise("J01")
def test_newer_agreement_closes_access_until_accepted():
    membership = MembershipFactory()
    AgreementFactory(organisation=membership.organisation)
    assert in_force() == set()
    accept(membership)
    assert in_force() == {membership}


@pytest.mark.promise("J01", "O10")
def test_acceptance_elsewhere_gives_no_access_here():
    here = MembershipFactory(accepted=False)
    elsewhere = MembershipFactory(staff=here.staff)
    assert in_force() == {elsewhere}


def test_inactive_person_has_nothing_in_force():
    membership = MembershipFactory()
    membership.staff.is_active = False
    membership.staff.save()
    assert in_force() == set()


@pytest.mark.promise("N04")
def test_published_policy_cannot_be_changed_or_removed():
    policy = PolicyFactory()
    with pytest.raises(ValidationError):
        policy.save()
    with pytest.raises(ValidationError):
        policy.delete()
    with across_organisations():
        assert Policy.objects.count() == 1


@pytest.mark.promise("N04")
def test_published_policies_cannot_be_changed_or_removed_in_bulk():
    policy = PolicyFactory(reason="as it was")
    with inside(policy.organisation):
        with pytest.raises(ValidationError):
            Policy.objects.update(reason="rewritten")
        with pytest.raises(ValidationError):
            Policy.objects.all().delete()
        assert list(Policy.objects.values_list("reason", flat=True)) == ["as it was"]


@pytest.mark.promise("O10")
def test_hours_cannot_carry_another_organisation_than_their_line():
    with pytest.raises(ValidationError):
        OpeningHoursFactory(organisation=OrganisationFactory())


@pytest.mark.promise("O10")
def test_assignment_to_another_organisations_line_is_refused():
    assignment = AssignmentFactory.build(membership=MembershipFactory(), line=LineFactory())
    with pytest.raises(ValidationError) as problem:
        assignment.clean()
    assert list(problem.value.message_dict) == ["line"]


@pytest.mark.promise("O10")
def test_membership_in_another_organisations_centre_is_refused():
    membership = MembershipFactory.build(organisation=OrganisationFactory(), branch=BranchFactory())
    with pytest.raises(ValidationError) as problem:
        membership.clean()
    assert list(problem.value.message_dict) == ["branch"]


def test_line_speaks_only_languages_of_its_organisation():
    organisation = OrganisationFactory(languages=["nl", "en"])
    assert LineFactory.build(organisation=organisation, languages=["en"]).clean() is None
    with pytest.raises(ValidationError) as problem:
        LineFactory.build(organisation=organisation, languages=["en", "fr"]).clean()
    assert list(problem.value.message_dict) == ["languages"]
