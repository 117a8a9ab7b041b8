"""One administrator cannot pin a line, so that a later decision of two people never reaches it."""

import datetime as dt

import pytest
from django.utils import timezone

from helplines import policies, service
from helplines.policies import PolicyError
from tests.factories.helplines import LineFactory
from tests.helplines.test_proposals import confirm, first, organisation, propose, second

pytestmark = pytest.mark.django_db
__all__ = ["first", "organisation", "second"]


def lasting(months: int) -> dict[str, object]:
    return policies.dump(policies.PolicyValues(retention_months=months))


@pytest.mark.promise("N04")
def test_line_is_not_pinned_by_one_before_a_decision_of_two(organisation, first, second):
    line = LineFactory(organisation=organisation)
    propose(organisation, first, lasting(12))
    confirm(organisation, second)
    propose(organisation, first, lasting(3), valid_from=timezone.now() + dt.timedelta(days=30))
    confirm(organisation, second)
    with pytest.raises(PolicyError) as problem:
        service.publish_policy(
            organisation=organisation, line=line, values={"retention_months": 12}, reason="Alone", author=first
        )
    assert [entry.code for entry in problem.value.problems] == ["needs_two"]


def test_line_does_not_begin_to_hold_what_takes_two(organisation, first):
    line = LineFactory(organisation=organisation)
    with pytest.raises(PolicyError):
        service.publish_policy(
            organisation=organisation, line=line, values={"retention_months": 6}, reason="Alone", author=first
        )


def test_line_lets_go_of_its_own_value_only_with_two_where_a_later_one_differs(organisation, first, second):
    line = LineFactory(organisation=organisation)
    propose(organisation, first, {"retention_months": 6}, line=line)
    confirm(organisation, second)
    propose(organisation, first, lasting(12), valid_from=timezone.now() + dt.timedelta(days=30))
    confirm(organisation, second)
    with pytest.raises(PolicyError):
        service.publish_policy(organisation=organisation, line=line, values={}, reason="Alone", author=first)
