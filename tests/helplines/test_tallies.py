"""What should hardly happen is counted, over all processes, and nothing of it is kept."""

from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from helplines import tallies
from helplines.models import Role
from tests.factories.helplines import MembershipFactory, OrganisationFactory

NOON = "2026-11-18T12:00:00Z"


@pytest.fixture(autouse=True)
def fresh():
    tallies._told.clear()


def test_count_holds_for_five_to_ten_minutes_and_for_its_kind_alone():
    with time_machine.travel(NOON, tick=False) as clock:
        for _time in range(3):
            tallies.count(tallies.DENIED)
        found = [tallies.lately(tallies.DENIED), tallies.lately(tallies.UNREADABLE)]
        for minutes in (5, 5):
            clock.shift(timedelta(minutes=minutes))
            found.append(tallies.lately(tallies.DENIED))
    assert found == [3, 0, 3, 0]


def test_burst_keeps_nobody_up():
    with time_machine.travel(NOON, tick=False) as clock:
        for _time in range(500):
            tallies.count(tallies.DENIED)
        assert tallies.lately(tallies.DENIED) == tallies.MOST_A_SECOND
        clock.shift(1)
        tallies.count(tallies.DENIED)
        assert tallies.lately(tallies.DENIED) == tallies.MOST_A_SECOND + 1


def test_cache_that_is_away_stops_nobody(monkeypatch):
    def away(*_args, **_kwargs):
        raise ConnectionError("gone")

    monkeypatch.setattr(cache, "incr", away)
    tallies.count(tallies.DENIED)
    assert tallies.lately(tallies.DENIED, timezone.now()) == 0


@pytest.mark.django_db
def test_page_of_others_counts_for_who_signed_in_and_for_nobody_else():
    own, theirs = MembershipFactory(role=Role.ADMINISTRATOR), OrganisationFactory()
    addresses = [f"/audit/{theirs.slug}/", "/audit/absentia/", "/admin/helplines/line/999999/change/"]
    client = Client()
    assert {client.get(address).status_code for address in addresses} == {302}
    assert client.get("/absentia/line/").status_code == 404
    assert tallies.lately(tallies.DENIED) == 0
    client.force_login(own.staff, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert [client.get(address).status_code for address in addresses] == [404, 404, 404]
    # An address that nobody has belongs to nobody.
    assert client.get("/no/such/page/at/all/").status_code == 404
    assert client.get(f"/audit/{own.organisation.slug}/").status_code == 200
    assert tallies.lately(tallies.DENIED) == 3
