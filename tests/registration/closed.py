"""An organisation with a quarter that is over: many contacts, some groups of few, and the figures fixed."""

from datetime import UTC, date, datetime
from typing import Any

from helplines.models import Organisation
from helplines.tenancy import inside
from registration import tasks
from registration.models import Registration
from tests.factories.helplines import LineFactory, OrganisationFactory
from tests.factories.registration import FormFactory

MONTHS = [date(2026, month, 1) for month in (1, 2, 3)]
# When all of it is in.
LATER = datetime(2026, 4, 28, 9, tzinfo=UTC)
# By subject, region and age how many a month: two groups are of few.
GROUPS = {
    ("pay", "east", "12-17"): 60,
    ("pay", "west", "18-"): 45,
    ("home", "east", "18-"): 30,
    ("home", "west", "12-17"): 3,
    ("work", "east", "0-11"): 1,
}


def contacts(line: Any, month: date) -> list[Registration]:
    return [
        Registration(
            organisation_id=line.organisation_id,
            line=line,
            channel="chat",
            month=month,
            moment="afternoon",
            minutes=30,
            subject=subject,
            region=region,
            age=age,
            outcome="advice",
            answers={"theme": [subject], "region": region, "age": age, "outcome": "advice"},
        )
        for (subject, region, age), count in GROUPS.items()
        for _contact in range(count)
    ]


def closed_quarter(organisation: Organisation | None = None, *, is_fixed: bool = True) -> Organisation:
    """To be called when LATER is now."""
    found: Organisation = organisation or OrganisationFactory()
    line = LineFactory(organisation=found)
    FormFactory(organisation=found)
    with inside(found):
        Registration.objects.bulk_create([one for month in MONTHS for one in contacts(line, month)])
    if is_fixed:
        tasks.fix_report(found.pk, "contacts", "2026-Q1")
    return found
