"""What lets more be opened than before counts a day after it was proposed, and no sooner (E07; goal B7)."""

import datetime as dt
from dataclasses import replace

import pytest
import time_machine
from django.utils import timezone

from helplines import openings, policies, queries
from helplines.models import Line
from helplines.tenancy import inside
from tests.factories.helplines import LineFactory, PolicyFactory
from tests.helplines.admin_rooms import signed_in
from tests.helplines.test_proposals import administrator, confirm, first, organisation, propose, second

pytestmark = [pytest.mark.django_db, pytest.mark.promise("E07", "N04")]
__all__ = ["first", "organisation", "second"]
STRICT = policies.PolicyValues(
    identity_holders="administrator", opening_grounds=("order",), opening_askers=("manager",),
    opening_recipients=("police",), opening_discussed=True, opening_minutes=15,
)  # fmt: skip
LOOSER = [
    {"identity_holders": "management-dpo"},
    {"opening_grounds": ("order", "danger-self")},
    {"opening_askers": ("counsellor",)},
    {"opening_recipients": ("police", "surroundings")},
    {"opening_discussed": False},
    {"opening_minutes": 16},
]
DAY = dt.timedelta(hours=24)


def grounds(organisation, line: Line | None = None):
    with inside(organisation):
        found = queries.policy_for(line, timezone.now()) if line else queries.organisation_policy(organisation)
    return found.opening_grounds


@pytest.mark.parametrize("change", LOOSER, ids=lambda change: next(iter(change)))
def test_each_value_that_lets_more_be_opened_is_looser_and_its_way_back_is_not(change):
    after = replace(STRICT, **change)
    assert openings.looser(STRICT, after)
    # Other offices are neither stricter nor looser for sure, so they wait both ways; so do other people who ask.
    assert openings.looser(after, STRICT) is ("identity_holders" in change or "opening_askers" in change)


def test_every_value_about_opening_is_looked_at():
    """A value that is added later cannot be forgotten here."""
    assert {name for change in LOOSER for name in change} == set(openings.FIELDS)


def test_what_keeps_nothing_or_changes_nothing_of_it_is_not_looser():
    assert not openings.looser(STRICT, replace(STRICT, identity_holders="nobody", opening_grounds=("consent",)))
    assert not openings.looser(STRICT, replace(STRICT, retention_months=1))


@pytest.fixture
def strict(organisation):
    PolicyFactory(organisation=organisation, number=2, values=policies.dump(STRICT))
    return organisation


WIDE = policies.dump(replace(STRICT, opening_grounds=("danger-self", "danger-other", "order")))


def test_looser_policy_counts_a_day_after_it_was_proposed_however_soon_it_is_confirmed(strict, first, second):
    with time_machine.travel(timezone.now() + dt.timedelta(hours=1), tick=False) as clock:
        at = timezone.now()
        propose(strict, first, WIDE)
        clock.shift(dt.timedelta(hours=2))
        assert confirm(strict, second).valid_from == at + DAY
        clock.move_to(at + DAY - dt.timedelta(seconds=1))
        assert grounds(strict) == ("order",)
        clock.shift(1)
        assert set(grounds(strict)) == {"danger-self", "danger-other", "order"}


def test_looser_policy_that_waited_a_day_counts_when_it_is_confirmed(strict, first, second):
    with time_machine.travel(timezone.now() + dt.timedelta(hours=1), tick=False) as clock:
        propose(strict, first, WIDE)
        clock.shift(DAY)
        confirm(strict, second)
        assert "danger-self" in grounds(strict)


def test_chosen_moment_within_the_day_is_put_off_and_a_later_one_is_not(strict, first, second):
    with time_machine.travel(timezone.now() + dt.timedelta(hours=1), tick=False):
        at = timezone.now()
        propose(strict, first, WIDE, valid_from=at + dt.timedelta(hours=3))
        assert confirm(strict, second).valid_from == at + DAY


def test_line_is_not_opened_sooner_either(strict, first, second):
    line = LineFactory(organisation=strict)
    with time_machine.travel(timezone.now() + dt.timedelta(hours=1), tick=False) as clock:
        propose(strict, first, {"opening_grounds": ["order", "danger-self"]}, line=line)
        confirm(strict, second)
        assert grounds(strict, line) == ("order",)
        clock.shift(DAY)
        assert "danger-self" in grounds(strict, line)


def test_stricter_policy_counts_at_once(strict, first, second):
    propose(strict, first, policies.dump(replace(STRICT, identity_holders="nobody")))
    confirm(strict, second)
    with inside(strict):
        assert queries.organisation_policy(strict).identity_holders == "nobody"


def test_who_confirms_reads_from_when_it_counts_and_why(strict, first, second):
    administrator(strict)
    propose(strict, first, WIDE)
    page = signed_in(second).get(f"/proposals/{strict.slug}/").content.decode()
    assert "24 uur na het voorstel" in page or "24 hours after it was proposed" in page
    assert "as soon as it is confirmed" not in page and "zodra iemand het bevestigt" not in page
