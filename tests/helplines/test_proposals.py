"""What nobody changes alone: a second person confirms the same difference, and in doubt nothing changes."""

import datetime as dt
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.utils import timezone

from helplines import policies, proposals, queries, service
from helplines.models import Line, Organisation, Policy, PolicyProposal, Role, Staff
from helplines.policies import PolicyError
from helplines.proposals import Refused
from helplines.tenancy import across_organisations, inside
from tests.factories.helplines import LineFactory, MembershipFactory, OrganisationFactory, PolicyFactory, StaffFactory
from tests.threads import at_once

pytestmark = pytest.mark.django_db
TWELVE = policies.dump(policies.PolicyValues(retention_months=12))


@pytest.fixture
def organisation() -> Organisation:
    made: Organisation = OrganisationFactory()
    PolicyFactory(organisation=made)
    return made


@pytest.fixture
def first(organisation: Organisation) -> Staff:
    return administrator(organisation)


@pytest.fixture
def second(organisation: Organisation) -> Staff:
    return administrator(organisation)


def administrator(organisation: Organisation, role: str = Role.ADMINISTRATOR, **given: Any) -> Staff:
    staff: Staff = MembershipFactory(organisation=organisation, role=role, **given).staff
    return staff


def propose(organisation: Organisation, proposer: Staff, values: Any = TWELVE, **given: Any) -> PolicyProposal:
    return proposals.propose(
        organisation=organisation, values=values, reason="The board wants so", proposer=proposer, **given
    )


def mark(organisation: Organisation) -> str:
    with inside(organisation):
        proposal = proposals.waiting(organisation)
        assert proposal is not None
        return proposals.difference(proposal, timezone.now()).mark


def confirm(organisation: Organisation, staff: Staff) -> Policy:
    return proposals.confirm(organisation=organisation, second=staff, mark=mark(organisation))


def refused(call: Any, *args: Any, **given: Any) -> str:
    with pytest.raises(Refused) as refusal:
        call(*args, **given)
    assert refusal.value.code in proposals.REFUSALS
    return refusal.value.code


def months(organisation: Organisation) -> int:
    with inside(organisation):
        return queries.organisation_policy(organisation).retention_months


def test_values_about_retention_identities_and_reading_along_take_two_people():
    """A value that is added later cannot be forgotten here."""
    about = [
        name
        for name in policies.FIELDS
        if any(word in name for word in ("identit", "reading", "along", "opening_", "_months", "report_"))
    ]
    assert set(about) == policies.TWO_PEOPLE & set(policies.FIELDS)


@pytest.mark.promise("N04")
def test_one_person_cannot_publish_another_retention(organisation, first, second):
    with pytest.raises(PolicyError) as problem:
        service.publish_policy(organisation=organisation, values=TWELVE, reason="Alone", author=first)
    assert [entry.code for entry in problem.value.problems] == ["needs_two"]
    assert months(organisation) == 6


@pytest.mark.promise("N04")
def test_line_cannot_keep_talks_otherwise_on_the_word_of_one(organisation, first, second):
    line = LineFactory(organisation=organisation)
    with pytest.raises(PolicyError):
        service.publish_policy(
            organisation=organisation, line=line, values={"retention_months": 3}, reason="Alone", author=first
        )
    propose(organisation, first, {"retention_months": 3}, line=line)
    confirm(organisation, second)
    with inside(organisation):
        assert (queries.policy_for(line).retention_months, months(organisation)) == (3, 6)
        with pytest.raises(PolicyError):
            # What the line does otherwise can be taken back only by two as well.
            service.publish_policy(organisation=organisation, line=line, values={}, reason="Alone", author=first)


def test_one_person_cannot_publish_it_for_a_later_day_either(organisation, first, second):
    later = timezone.now() + dt.timedelta(days=30)
    with pytest.raises(PolicyError):
        service.publish_policy(organisation=organisation, values=TWELVE, reason="Later", author=first, valid_from=later)


def test_other_values_take_one_person(organisation, first):
    values = policies.dump(policies.PolicyValues(capacity=3))
    version = service.publish_policy(organisation=organisation, values=values, reason="Room", author=first)
    assert version.values["capacity"] == 3


@pytest.mark.promise("N04")
@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.DPO])
def test_second_person_publishes_what_the_first_proposed(organisation, first, role):
    other = administrator(organisation, role)
    propose(organisation, first)
    assert months(organisation) == 6
    version = confirm(organisation, other)
    assert (months(organisation), version.author, version.reason) == (12, first, "The board wants so")
    with across_organisations():
        proposal = PolicyProposal.objects.get()
    assert (proposal.state, proposal.decided_by, proposal.version) == ("confirmed", other, version)


def test_proposal_for_a_later_day_counts_from_that_day(organisation, first, second):
    later = timezone.now() + dt.timedelta(days=30)
    propose(organisation, first, valid_from=later)
    assert (confirm(organisation, second).valid_from, months(organisation)) == (later, 6)


def test_proposal_for_a_day_that_passed_counts_at_once(organisation, first, second):
    now = timezone.now()
    propose(organisation, first, valid_from=now + dt.timedelta(days=2))
    with time_machine.travel(now + dt.timedelta(days=3), tick=False):
        confirm(organisation, second)
        assert months(organisation) == 12


def test_alone_nobody_can_propose(organisation, first):
    administrator(organisation, Role.MANAGER)
    administrator(organisation, accepted=False)
    administrator(organisation, is_active=False)
    administrator(organisation, staff__is_active=False)
    administrator(OrganisationFactory())
    assert refused(propose, organisation, first) == "nobody_else"


@pytest.mark.parametrize(
    "email", ["robin@example.org ", "ROBIN@example.org", "robin+two@example.org", "Robin+2@EXAMPLE.org"]
)
def test_two_accounts_with_one_mailbox_are_one_person(organisation, email):
    robin = administrator(organisation, staff__email="robin@example.org")
    again = administrator(organisation, staff__email=email)
    assert refused(propose, organisation, robin) == "nobody_else"
    administrator(organisation)
    propose(organisation, robin)
    assert refused(confirm, organisation, again) == "not_you"


def test_two_accounts_that_share_a_further_address_are_one_person(organisation, first, second):
    propose(organisation, first)
    EmailAddress.objects.create(user=second, email=first.email.upper())
    assert refused(confirm, organisation, second) == "not_you"


def test_proposer_does_not_confirm_with_another_role_either(organisation, first, second):
    MembershipFactory(organisation=organisation, staff=first, role=Role.DPO)
    propose(organisation, first)
    assert refused(confirm, organisation, first) == "not_you"


@pytest.mark.parametrize("role", [Role.COUNSELLOR, Role.MENTOR, Role.MANAGER, Role.AUDITOR])
def test_another_role_confirms_nothing(organisation, first, second, role):
    propose(organisation, first)
    assert refused(confirm, organisation, administrator(organisation, role)) == "not_you"


def test_administrator_of_another_organisation_confirms_nothing(organisation, first, second):
    propose(organisation, first)
    stranger = administrator(OrganisationFactory())
    assert refused(confirm, organisation, stranger) == "not_you"
    assert refused(proposals.turn_down, organisation=organisation, by=stranger, mark=mark(organisation)) == "not_you"


@pytest.mark.parametrize("changes", [{"is_active": False}, {"role": Role.COUNSELLOR}])
@pytest.mark.parametrize(("who", "code"), [("second", "not_you"), ("first", "proposer_gone")])
def test_who_lost_the_role_counts_no_more(organisation, first, second, who, code, changes):
    administrator(organisation)
    propose(organisation, first)
    with across_organisations():
        {"first": first, "second": second}[who].memberships.update(**changes)
    assert (refused(confirm, organisation, second), months(organisation)) == (code, 6)


def test_account_that_was_closed_or_removed_counts_no_more(organisation, first, second):
    propose(organisation, first)
    Staff.objects.filter(pk=first.pk).update(is_active=False)
    assert refused(confirm, organisation, second) == "proposer_gone"
    with across_organisations():
        PolicyProposal.objects.update(proposer=None)
    assert refused(confirm, organisation, second) == "proposer_gone"


def test_proposal_falls_when_another_version_was_published(organisation, first, second):
    propose(organisation, first)
    values = policies.dump(policies.PolicyValues(capacity=2))
    service.publish_policy(organisation=organisation, values=values, reason="Between", author=second)
    assert (refused(confirm, organisation, second), months(organisation)) == ("outdated", 6)


def test_proposal_falls_when_a_version_of_a_line_was_published(organisation, first, second):
    line: Line = LineFactory(organisation=organisation)
    propose(organisation, first)
    service.publish_policy(organisation=organisation, line=line, values={"capacity": 2}, reason="Line", author=second)
    assert refused(confirm, organisation, second) == "outdated"


def test_version_of_one_person_for_a_later_day_cannot_take_back_what_two_decide(organisation, first, second):
    later = timezone.now() + dt.timedelta(days=30)
    same = policies.dump(policies.PolicyValues(capacity=2))
    service.publish_policy(organisation=organisation, values=same, reason="Later", author=first, valid_from=later)
    assert refused(propose, organisation, first) == "later_otherwise"
    propose(organisation, first, valid_from=later + dt.timedelta(days=1))


def test_proposal_expires_after_fourteen_days(organisation, first, second):
    now = timezone.now()
    with time_machine.travel(now, tick=False):
        propose(organisation, first)
    with time_machine.travel(now + dt.timedelta(days=14), tick=False):
        assert refused(confirm, organisation, second) == "expired"
    with time_machine.travel(now + dt.timedelta(days=14, seconds=-1), tick=False):
        confirm(organisation, second)


def test_confirmation_of_another_difference_is_refused(organisation, first, second):
    propose(organisation, first)
    seen = mark(organisation)
    proposals.turn_down(organisation=organisation, by=first, mark=seen)
    propose(organisation, first, policies.dump(policies.PolicyValues(retention_months=120)))
    call = {"organisation": organisation, "second": second, "mark": seen}
    assert (refused(proposals.confirm, **call), months(organisation)) == ("moved", 6)


def test_second_proposal_waits_for_the_end_of_the_first(organisation, first, second):
    now = timezone.now()
    with time_machine.travel(now, tick=False):
        propose(organisation, first)
        assert refused(propose, organisation, second) == "another_open"
    with time_machine.travel(now + dt.timedelta(days=15), tick=False):
        propose(organisation, second)
    with across_organisations():
        assert [entry.state for entry in PolicyProposal.objects.order_by("pk")] == ["lapsed", "open"]


@pytest.mark.parametrize(("who", "state"), [("first", "withdrawn"), ("second", "declined")])
def test_proposal_is_withdrawn_or_declined_and_then_gone(organisation, first, second, who, state):
    propose(organisation, first)
    seen = mark(organisation)
    by = {"first": first, "second": second}[who]
    assert proposals.turn_down(organisation=organisation, by=by, mark=seen) == state
    assert refused(proposals.confirm, organisation=organisation, second=second, mark=seen) == "gone"
    assert refused(proposals.turn_down, organisation=organisation, by=by, mark=seen) == "gone"
    assert months(organisation) == 6


def test_operator_proposes_and_somebody_of_the_organisation_confirms(organisation, second):
    operator = StaffFactory(is_superuser=True)
    propose(organisation, operator)
    assert refused(confirm, organisation, operator) == "not_you"
    confirm(organisation, second)
    assert months(organisation) == 12


@pytest.mark.django_db(transaction=True)
def test_two_who_confirm_at_once_make_one_version():
    organisation = OrganisationFactory()
    PolicyFactory(organisation=organisation)
    first, *others = [administrator(organisation) for _person in range(4)]
    propose(organisation, first)
    seen = mark(organisation)

    def attempt(staff: Staff) -> Any:
        return proposals.confirm(organisation=organisation, second=staff, mark=seen)

    outcomes = at_once(attempt, others, threads=3)
    made = [outcome for outcome in outcomes if isinstance(outcome, Policy)]
    with across_organisations():
        assert (len(made), Policy.objects.filter(organisation=organisation).count()) == (1, 2)
    assert [outcome.code for outcome in outcomes if isinstance(outcome, Refused)] == ["gone", "gone"]
