"""Somebody whom the proposer took on a while ago is no second person yet."""

import datetime as dt

import pytest
from django.core import mail
from django.utils import timezone

from helplines import invitations, proposals
from helplines.models import Membership, Organisation, Role, Staff
from helplines.tenancy import across_organisations, inside
from tests.factories.helplines import InvitationFactory, MembershipFactory, StaffFactory, accept
from tests.helplines.admin_rooms import at, house, signed_in
from tests.helplines.test_proposals import administrator, confirm, first, organisation, propose, refused

pytestmark = pytest.mark.django_db
__all__ = ["first", "organisation"]
DAY = dt.timedelta(days=1)


def seconds(organisation: Organisation, proposer: Staff) -> list[Staff]:
    with inside(organisation):
        return proposals.seconds(organisation, proposer)


def brought(organisation: Organisation, by: Staff | None, ago: dt.timedelta, role: str = Role.ADMINISTRATOR) -> Staff:
    return administrator(organisation, role, given_by=by, given_at=timezone.now() - ago)


@pytest.mark.promise("N04")
@pytest.mark.parametrize(("days", "counts"), [(29.9, False), (30.1, True)])
def test_person_whom_the_proposer_brought_in_counts_after_thirty_days(organisation, first, days, counts):
    taken_on = brought(organisation, first, days * DAY)
    assert (seconds(organisation, first) == [taken_on]) == counts


@pytest.mark.parametrize(("hours", "counts"), [(23, False), (25, True)])
def test_person_of_less_than_a_day_does_not_count(organisation, first, hours, counts):
    newcomer = brought(organisation, administrator(organisation, Role.MANAGER), dt.timedelta(hours=hours))
    assert (seconds(organisation, first) == [newcomer]) == counts


def test_chain_of_newcomers_is_one_person_in_every_direction(organisation, first):
    one = brought(organisation, first, 3 * DAY)
    two = brought(organisation, one, 2 * DAY, Role.DPO)
    assert [seconds(organisation, person) for person in (first, one, two)] == [[], [], []]


def test_somebody_of_long_ago_counts_whatever_else_they_are_given(organisation, first):
    old = administrator(organisation)
    MembershipFactory(
        organisation=organisation, staff=old, role=Role.DPO, given_by=first, given_at=timezone.now() - 2 * DAY
    )
    assert seconds(organisation, first) == [old]


def test_newcomer_who_confirms_is_told_why_not(organisation, first):
    administrator(organisation)
    propose(organisation, first)
    assert refused(confirm, organisation, brought(organisation, first, 2 * DAY)) == "too_new"


def test_invitation_tells_who_gave_the_role(organisation, first):
    invitation = InvitationFactory(organisation=organisation, roles=["administrator"])
    with inside(organisation):
        invitations.invite(invitation=invitation, lines=[], by=first)
        type(invitation).objects.filter(pk=invitation.pk).update(token="x", expires_at=timezone.now() + DAY)
    staff = StaffFactory()
    invitations.accept(found="x", staff=staff)
    with across_organisations():
        membership = Membership.objects.get(staff=staff)
    accept(membership)
    assert (membership.given_by, seconds(organisation, first)) == (first, [])


@pytest.mark.parametrize("change", [{"role": "dpo", "is_active": "on"}, {"role": "manager", "is_active": "on"}])
def test_role_given_in_the_admin_tells_who_gave_it(change):
    ours = house("Ours")
    given = MembershipFactory(organisation=ours.organisation, role=Role.MANAGER, is_active=change["role"] == "dpo")
    form = {"staff": given.staff.pk, "branch": "", "public_name": "", **change}
    rows = {"assignments-TOTAL_FORMS": "0", "assignments-INITIAL_FORMS": "0"}
    signed_in(ours.admin).post(at("membership", "change", given.pk), {**form, **rows})
    with across_organisations():
        given.refresh_from_db()
    assert (given.role, given.is_active, given.given_by) == (change["role"], True, ours.admin)
    assert given.given_at is not None


def test_every_other_administrator_and_dpo_is_told_of_a_proposal(organisation, first, done):
    told = {administrator(organisation).email, administrator(organisation, Role.DPO).email}
    administrator(organisation, Role.MANAGER)
    with done():
        propose(organisation, first)
    assert {letter.to[0] for letter in mail.outbox} == told
    assert f"/proposals/{organisation.slug}/" in mail.outbox[0].body
