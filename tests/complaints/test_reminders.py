"""Terms that end soon are told once, and what is past its term is put before everybody (I02)."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from complaints import reminders, tasks
from complaints.models import Report
from helplines import reminders as first_page
from helplines.tenancy import inside
from tests.factories.complaints import received
from tests.factories.helplines import OrganisationFactory

pytestmark = [pytest.mark.django_db, pytest.mark.promise("I02")]
NOW = timezone.now().replace(hour=12, minute=0, second=0, microsecond=0)
DAY = timedelta(days=1)


@pytest.fixture
def report():
    return received(OrganisationFactory(), now=NOW)[0]


def remind(report, now, done):
    with done():
        return reminders.remind(report.organisation_id, now)


def test_term_that_ends_within_two_days_is_told_once(report, done):
    sent = [remind(report, NOW + passed, done) for passed in (4 * DAY, 5 * DAY, 5 * DAY, 6 * DAY)]
    assert sent == [0, 1, 0, 0]
    assert [letter.to for letter in mail.outbox] == [["complaints@example.org"]]
    assert "broke off" not in mail.outbox[0].body


def test_what_is_past_its_term_is_escalated_once(report, done):
    assert [remind(report, NOW + 7 * DAY, done) for _again in range(2)] == [1, 0]
    with inside(report.organisation):
        assert Report.objects.get().is_escalated
    assert len(mail.outbox) == 1


def test_job_goes_through_every_organisation(report, done):
    received(OrganisationFactory(complaints_email="theirs@example.org"), now=NOW - 8 * DAY)
    with done():
        tasks.remind_everywhere()
    assert [letter.to for letter in mail.outbox] == [["theirs@example.org"]]


def test_first_page_of_the_administration_says_what_is_past_its_term(report):
    organisation = report.organisation
    with inside(organisation):
        quiet = first_page.of([organisation])
        Report.objects.update(due_at=NOW - DAY)
        found = [one.url for one in first_page.of([organisation])]
    assert (quiet, found) == ([], [f"/handling/{organisation.slug}/"])
