"""What is promised now is remembered for a second, and never the answer to whether a line is open."""

import datetime as dt

import pytest
import time_machine
from django.test import override_settings
from django.utils import timezone

from helplines.remembered import chat_lines_now, opening_now, policy_now, remembered
from helplines.tenancy import inside
from tests.factories.helplines import LineFactory, OpeningHoursFactory, PolicyFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_remembered():
    remembered.forget()
    yield
    remembered.forget()


@override_settings(PROMISES_FRESH=1.0)
def test_a_change_counts_a_second_later(django_assert_num_queries, monkeypatch):
    now = [100.0]
    monkeypatch.setattr("helplines.remembered.monotonic", lambda: now[0])
    line = LineFactory()
    with inside(line.organisation):
        before = policy_now(line, timezone.now()).capacity
        PolicyFactory(organisation=line.organisation, values={"capacity": 7})
        now[0] += 0.99
        with django_assert_num_queries(0):
            assert policy_now(line, timezone.now()).capacity == before
        now[0] += 0.02
        assert policy_now(line, timezone.now()).capacity == 7


def test_nothing_is_remembered_where_that_is_chosen():
    line = LineFactory()
    with inside(line.organisation):
        policy_now(line, timezone.now())
        PolicyFactory(organisation=line.organisation, values={"capacity": 7})
        assert policy_now(line, timezone.now()).capacity == 7


@override_settings(PROMISES_FRESH=60.0)
def test_a_line_closes_to_the_second():
    line = LineFactory(organisation__time_zone="UTC")
    OpeningHoursFactory(line=line, weekday=0, opens=dt.time(13), closes=dt.time(17))
    with time_machine.travel("2026-03-02T16:59:59Z", tick=False) as clock, inside(line.organisation):
        assert opening_now(line, timezone.now()).is_open
        clock.shift(1)
        assert not opening_now(line, timezone.now()).is_open


@override_settings(PROMISES_FRESH=60.0)
def test_lines_of_one_organisation_are_not_those_of_another():
    one, other = LineFactory(), LineFactory()
    for line in (one, other, one):
        with inside(line.organisation):
            assert chat_lines_now(line.organisation_id) == [line]
