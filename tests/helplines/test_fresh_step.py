"""What is weighty asks the second step anew when it was shown longer than five minutes ago (G5): through the real pages."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from helplines.models import Policy, PolicyProposal, Role
from helplines.second_factor import FRESH_SECONDS
from helplines.tenancy import across_organisations
from tests.factories.helplines import MembershipFactory
from tests.helplines.admin_rooms import House, signed_in
from tests.helplines.factors import code_of, sign_in, with_app
from tests.helplines.policy_room import page_of, promising_house, publish, review

pytestmark = pytest.mark.django_db
CONFIRM = reverse("mfa_reauthenticate")


@pytest.fixture
def clock():
    with time_machine.travel(timezone.now(), tick=False) as traveller:
        yield traveller


@pytest.fixture
def ours(clock) -> House:
    return promising_house()


def somebody(staff):
    """(their session, the key of their app)"""
    secret = with_app(staff)
    return sign_in(staff, secret), secret


def long_ago(clock):
    clock.shift(timedelta(seconds=FRESH_SECONDS + 1))


def show_again(client, secret):
    assert client.post(CONFIRM, {"code": code_of(secret)}).status_code == 302


def versions(ours: House) -> int:
    with across_organisations():
        return Policy.objects.filter(organisation=ours.organisation).count()


@pytest.mark.promise("N04", "O03")
def test_publishing_asks_a_fresh_step_and_loses_nothing_that_was_filled_in(ours, clock):
    client, secret = somebody(ours.admin)
    reviewed, before = review(client, page_of(ours), block_hours="9"), versions(ours)
    long_ago(clock)
    refused = publish(client, page_of(ours), reviewed, reason="The board wants so")
    words = refused.content.decode()
    assert (refused.status_code, versions(ours)) == (200, before)
    assert [
        said
        for said in (CONFIRM, "The board wants so", "after 9 hours", "Nothing is published yet")
        if said not in words
    ] == []
    show_again(client, secret)
    assert publish(client, page_of(ours), refused, reason="The board wants so").status_code == 302
    assert versions(ours) == before + 1


@pytest.mark.promise("N04", "O03")
def test_who_shows_a_wrong_code_publishes_nothing(ours, clock):
    client, secret = somebody(ours.admin)
    reviewed, before = review(client, page_of(ours), block_hours="9"), versions(ours)
    long_ago(clock)
    wrong = code_of(secret, periods=-30)
    assert client.post(CONFIRM, {"code": wrong}).status_code == 200
    publish(client, page_of(ours), reviewed, reason="The board wants so")
    assert versions(ours) == before


@pytest.mark.promise("N04", "O03")
def test_confirming_what_somebody_proposes_asks_a_fresh_step(ours, clock):
    officer = MembershipFactory(organisation=ours.organisation, role=Role.DPO)
    asking = signed_in(ours.admin)
    publish(asking, page_of(ours), review(asking, page_of(ours), retention_months="12"), reason="The board wants so")
    clock.shift(timedelta(days=2))
    client, secret = somebody(officer.staff)
    page, before = reverse("proposal", args=[ours.organisation.slug]), versions(ours)
    confirmation = {"step": "confirm", "mark": client.get(page).context["difference"].mark}
    long_ago(clock)
    answer = client.post(page, confirmation)
    assert (answer.status_code, answer.headers["Location"].split("?")[0], versions(ours)) == (302, CONFIRM, before)
    with across_organisations():
        assert PolicyProposal.objects.get().state == "open"
    show_again(client, secret)
    client.post(page, confirmation)
    assert versions(ours) == before + 1
