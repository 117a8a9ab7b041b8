"""Figures of complaints and feedback."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import translation

from complaints import counting
from complaints.models import Report
from helplines.tenancy import inside
from tests.factories.complaints import FeedbackFormFactory, TallyFactory, received
from tests.factories.helplines import OrganisationFactory

pytestmark = pytest.mark.django_db
MARCH = date(2026, 3, 1)
AT = datetime(2026, 3, 10, 12, tzinfo=UTC)


@pytest.fixture
def organisation():
    return OrganisationFactory()


def closed(organisation, *, kind="complaint", outcome="founded", days=0, at=AT):
    """A report that was answered after so many days, and closed."""
    received(organisation, kind=kind, now=at - timedelta(days=days))
    with inside(organisation):
        row = Report.objects.order_by("-pk").first()
        Report.objects.filter(pk=row.pk).update(state="closed", outcome=outcome, answered_at=at, closed_at=at)


@pytest.mark.promise("F07", "G06")
def test_complaints_are_counted_by_kind_outcome_and_time_to_the_answer(organisation):
    closed(organisation, days=6)
    closed(organisation, days=7)
    closed(organisation, days=100, outcome="unfounded")
    closed(organisation, kind="compliment", outcome="passed-on", days=1)
    # Not of these: open, of another month, of another organisation.
    received(organisation, now=AT)
    closed(organisation, at=datetime(2026, 4, 1, 12, tzinfo=UTC))
    closed(OrganisationFactory())
    with inside(organisation):
        found = counting.handled(organisation, MARCH)
        assert counting.first_handled(organisation) == MARCH
    assert dict(found["outcome"]) == {
        ("complaint", "founded"): 2, ("complaint", "unfounded"): 1, ("compliment", "passed-on"): 1,
    }  # fmt: skip
    assert dict(found["answered"]) == {
        ("complaint", "0"): 1, ("complaint", "7"): 1, ("complaint", "84"): 1, ("compliment", "0"): 1,
    }  # fmt: skip


@pytest.mark.promise("F14", "G06")
def test_answers_are_counted_by_question_of_one_version(organisation):
    FeedbackFormFactory(organisation=organisation)
    TallyFactory(organisation=organisation, month=MARCH, count=12)
    TallyFactory(organisation=organisation, month=MARCH, choice="c1", count=3)
    TallyFactory(organisation=organisation, month=date(2026, 4, 1))
    with inside(organisation):
        found = counting.answers(organisation, MARCH)["answers"]
        words = counting.answers_words(organisation, "en")
        assert counting.first_answers(organisation) == MARCH
    assert dict(found) == {("1.q0", "1.q0.c0"): 12, ("1.q0", "1.q0.c1"): 3}
    assert (words["question"]["1.q0"], words["choice"]["1.q0.c1"]) == ("Good?", "No")


def test_every_code_has_words(organisation):
    with translation.override("nl"):
        words = counting.handled_words(organisation, "nl")
    assert list(words["answered"]) == ["0", "7", "14", "28", "42", "84", "none"]
    assert (words["answered"]["0"], words["answered"]["84"]) == ("0 tot 6 dagen", "84 dagen of meer")
    assert set(words["kind"]) == {"complaint", "suggestion", "compliment"}
