"""Somebody with the whole database and every key tries to tie complaints to talks by their time (goal L1, F07).

They know to the minute when each talk ended, and that people write soon after it. Of a report, its letters and its keys they
find the day, and so no better than one in all talks of that day.
"""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.apps import apps
from django.db import connections
from django.db.models import DateTimeField

from complaints import letters, sealed, service
from complaints.models import Entry, Fault, Report
from helplines import lifetimes, outbox
from helplines.models import Letter, Role
from helplines.tenancy import across_organisations, inside
from privacy import shuffled
from privacy.models import ConversationKey
from tests.factories.complaints import faulty, received
from tests.factories.helplines import MembershipFactory, OrganisationFactory

pytestmark = pytest.mark.django_db
DAY = datetime(2026, 11, 2, tzinfo=UTC)
TALKS = [DAY + timedelta(hours=8, minutes=20 * number) for number in range(36)]
TABLES = (Report, Entry, Letter, ConversationKey)


@pytest.fixture
def organisation():
    return OrganisationFactory()


def told(organisation, talks):
    """After each of these talks somebody writes a report, with an address, and adds something; gives the reports."""
    made = []
    for ended in talks:
        with time_machine.travel(ended + timedelta(minutes=2, seconds=7), tick=False) as clock:
            report, _receipt = received(organisation, contact="somebody@example.org")
            clock.shift(timedelta(minutes=3))
            service.add(report=report, text="One thing more.", now=ended + timedelta(minutes=5, seconds=7))
        made.append(report)
    return made


def moments(report):
    """Every moment that is stored of a report, in whatever table."""
    codes = [report.code, report.contact_code, *Entry.objects.filter(report=report).values_list("code", flat=True)]
    rows = {
        Report: Report.objects.filter(pk=report.pk),
        Entry: Entry.objects.filter(report=report),
        Letter: Letter.objects.filter(told__report=report.code),
        ConversationKey: ConversationKey.objects.filter(conversation__in=codes),
    }
    assert all(found.exists() for found in rows.values())
    return [
        value
        for table in TABLES
        for name in [one.name for one in table._meta.concrete_fields if isinstance(one, DateTimeField)]
        for value in rows[table].values_list(name, flat=True)
        if value is not None
    ]


def guessed(report):
    """The talk that ended last before the latest moment that is no mere day; where there is none, any talk of that day."""
    seen = [at for at in moments(report) if (at.hour % 12, at.minute, at.second) != (0, 0, 0)]
    ends = [datetime.combine(DAY, at.time(), UTC) for at in seen]
    return max((talk for talk in TALKS for at in ends if talk <= at), default=TALKS[0])


def matched(organisation, talks):
    with inside(organisation):
        return sum(guessed(report) == talk for report, talk in zip(told(organisation, talks), talks, strict=True))


@pytest.mark.promise("F07")
def test_attacker_with_everything_finds_no_talk_by_the_time_of_a_report(organisation):
    assert matched(organisation, TALKS[::4]) <= 1


def test_attacker_would_find_them_all_if_moments_were_kept(organisation, monkeypatch):
    """The guard of the test above."""
    monkeypatch.setattr(service, "noon_of", lambda at, _zone: at)
    assert matched(organisation, TALKS[::4]) == len(TALKS[::4])


@pytest.mark.parametrize("place", [(service, "begin_of_day"), (outbox, "begin_of_day")])
def test_attacker_would_find_them_by_a_key_or_a_letter_too(organisation, monkeypatch, place):
    monkeypatch.setattr(*place, lambda at: at)
    assert matched(organisation, TALKS[::4]) == len(TALKS[::4])


@pytest.mark.promise("F07")
def test_letter_that_was_carried_tells_no_more_than_the_day(organisation, done):
    with time_machine.travel(TALKS[5], tick=False):
        with done():
            received(organisation)
        with inside(organisation):
            letter = Letter.objects.get()
    assert (letter.state, letter.made_at, letter.due_at) == ("sent", DAY, DAY)


def test_every_letter_about_a_visitor_goes_by_the_day():
    kinds = {*letters.TO_STAFF, *letters.TO_SENDER, "report-yours", "fault-new"}
    assert kinds <= outbox._by_day


def test_fault_and_a_lot_of_feedback_keep_their_day_alone(organisation):
    with time_machine.travel(TALKS[7], tick=False):
        fault = faulty(organisation, now=TALKS[7])
        shuffled.put(organisation_id=organisation.pk, store="feedback", payload=b"{}", now=TALKS[7])
    with inside(organisation):
        ends = dict(ConversationKey.objects.values_list("what", "expires_at"))
        assert Fault.objects.get().gone_at.time() == DAY.time()
    assert fault.happened_at.minute == 0
    assert {what: at.time() for what, at in ends.items()} == dict.fromkeys([sealed.FAULT, shuffled.WHAT], DAY.time())


@pytest.mark.parametrize("at", [DAY, DAY + timedelta(hours=23, minutes=59)])
def test_nothing_is_kept_longer_by_it(organisation, at):
    """The key of a report ends within a year, whatever the hour was."""
    with time_machine.travel(at, tick=False):
        report, _receipt = received(organisation, now=at)
    with inside(organisation):
        ends = ConversationKey.objects.get(conversation=report.code).expires_at
    assert at + service.LONGEST - timedelta(days=1) < ends <= at + service.LONGEST
    assert lifetimes.begin_of_day(at) <= at


def test_open_reports_of_before_keep_only_their_days(organisation):
    from importlib import import_module

    report, _receipt = received(organisation, now=DAY, contact="somebody@example.org")
    exact = DAY + timedelta(hours=23, minutes=17)  # the third already in Brussels
    with inside(organisation):
        Report.objects.update(received_at=exact, due_at=exact + timedelta(days=7), consented_at=exact)
        Entry.objects.update(at=exact)
        import_module("complaints.migrations.0004_only_days").keep_days(apps, connections["default"])
        report = Report.objects.get()
        noon = DAY + timedelta(days=1, hours=12)
        assert (report.received_at, report.due_at, report.consented_at) == (noon, noon + timedelta(days=7), noon)
        assert Entry.objects.get().at == noon
    MembershipFactory(organisation=organisation, role=Role.MANAGER)
    with across_organisations():
        assert Report.objects.get().acknowledged_at is None
