from urllib.parse import quote

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpResponse
from django_scopes import ScopeError, get_scope

from helplines import gate
from helplines.models import Line, Role
from tests.factories.helplines import (
    AgreementFactory,
    LineFactory,
    MembershipFactory,
    OrganisationFactory,
    StaffFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def ask(rf):
    def ask(view, staff=None, path="/asked/?for=this", **kwargs):
        request = rf.get(path)
        request.user = staff or AnonymousUser()
        return view(request, **kwargs)

    return ask


def told(_request, given=None):
    """A view that answers with what it was given and with the scope it stands in."""
    return HttpResponse(f"{given!r} in {get_scope().get('organisation')}")


def body(answer):
    return answer.content.decode()


def test_every_gate_names_its_audience():
    gates = [gate.everybody, gate.line_page, gate.organisation_page, gate.signed_in, gate.belonging, gate.members()]
    assert [made(told).audience for made in gates] == [
        "everybody",
        "line",
        "organisation",
        "signed in",
        "belonging",
        "members: counsellor, mentor, manager, administrator, dpo, auditor",
    ]


@pytest.mark.promise("A08")
def test_line_page_is_for_anybody_and_stands_in_its_organisation(ask):
    line = LineFactory(name="Praatlijn")
    answer = ask(gate.line_page(told), organisation=line.organisation.slug, line=line.slug)
    assert body(answer) == f"<Line: Praatlijn> in {line.organisation_id}"
    assert get_scope() == {}


def test_organisation_page_stands_in_its_organisation(ask):
    organisation = OrganisationFactory(name="Huis")
    assert body(ask(gate.organisation_page(told), organisation=organisation.slug)) == (
        f"<Organisation: Huis> in {organisation.pk}"
    )


def test_page_of_what_does_not_exist_is_not_found(ask):
    line = LineFactory()
    with pytest.raises(Http404):
        ask(gate.line_page(told), organisation=line.organisation.slug, line="other")
    with pytest.raises(Http404):
        ask(gate.organisation_page(told), organisation="other")


@pytest.mark.promise("O10")
def test_signed_in_page_stands_in_no_organisation(ask):
    with pytest.raises(ScopeError):
        ask(gate.signed_in(lambda _request: HttpResponse(str(Line.objects.count()))), StaffFactory())


@pytest.mark.parametrize("made", [gate.signed_in, gate.belonging, gate.members()])
def test_stranger_is_asked_to_sign_in_and_comes_back(ask, made):
    answer = ask(made(told), **({} if made is gate.signed_in else {"organisation": OrganisationFactory().slug}))
    assert (answer.status_code, answer.url) == (302, f"/account/login/?next={quote('/asked/?for=this', safe='/')}")


@pytest.mark.parametrize("role", Role)
def test_members_page_opens_for_each_role_it_names_and_for_no_other(ask, role):
    member = MembershipFactory(role=role)
    slug = member.organisation.slug
    assert body(ask(gate.members(role)(told), member.staff, organisation=slug)) == (
        f"{member!r} in {member.organisation_id}"
    )
    others = gate.members(*[other for other in Role if other != role])
    with pytest.raises(Http404):
        ask(others(told), member.staff, organisation=slug)


@pytest.mark.promise("O10")
def test_members_page_of_another_organisation_does_not_exist(ask):
    member, other = MembershipFactory(), MembershipFactory()
    with pytest.raises(Http404):
        ask(gate.members()(told), member.staff, organisation=other.organisation.slug)


@pytest.mark.promise("J01")
def test_members_page_first_asks_for_the_agreement_and_for_a_newer_one(ask):
    member = MembershipFactory(accepted=False)
    slug = member.organisation.slug
    agreement = f"/agreement/{slug}/?next=%2Fasked%2F%3Ffor%3Dthis"
    assert ask(gate.members(member.role)(told), member.staff, organisation=slug).url == agreement
    signed = MembershipFactory(organisation=member.organisation)
    assert ask(gate.members(member.role)(told), signed.staff, organisation=slug).status_code == 200
    AgreementFactory(organisation=member.organisation)
    assert ask(gate.members(member.role)(told), signed.staff, organisation=slug).url == agreement


@pytest.mark.promise("J01", "J02")
def test_members_page_of_another_role_does_not_ask_for_the_agreement(ask):
    member = MembershipFactory(accepted=False, role=Role.AUDITOR)
    with pytest.raises(Http404):
        ask(gate.members(Role.COUNSELLOR)(told), member.staff, organisation=member.organisation.slug)


def test_belonging_page_opens_before_the_agreement_and_for_members_only(ask):
    member = MembershipFactory(accepted=False)
    slug = member.organisation.slug
    assert ask(gate.belonging(told), member.staff, organisation=slug).status_code == 200
    with pytest.raises(Http404):
        ask(gate.belonging(told), StaffFactory(), organisation=slug)


def test_superuser_without_a_role_is_no_member(ask):
    with pytest.raises(Http404):
        ask(gate.members()(told), StaffFactory(is_superuser=True), organisation=OrganisationFactory().slug)
