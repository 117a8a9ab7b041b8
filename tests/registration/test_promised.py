"""The promises about registrations and figures, kept and broken."""

from datetime import UTC, date, datetime

import pytest

from privacy.models import Verdict
from registration import fixing, promised
from registration.models import Published
from tests.factories.registration import RegistrationFactory
from tests.registration.rooms import Room

pytestmark = pytest.mark.django_db
MARCH = date(2026, 3, 1)


def looked(room, check, now):
    with room.inside():
        return check(room.organisation, now)


@pytest.mark.promise("F02", "F03", "G08")
def test_registration_that_is_there_after_its_months_breaks_the_promise():
    room = Room(registration_months=12)
    RegistrationFactory(line=room.line, month=MARCH)
    kept = looked(room, promised.counted_in_time, datetime(2027, 3, 1, 22, tzinfo=UTC))
    assert (kept.verdict, kept.proof) == (Verdict.KEPT, {"oldest": "2026-03", "overdue": 0})
    late = looked(room, promised.counted_in_time, datetime(2027, 3, 2, 12, tzinfo=UTC))
    assert (late.verdict, late.broken, late.proof["overdue"]) == (Verdict.BROKEN, 1, 1)


@pytest.fixture
def published():
    room = Room()
    for _number in range(30):
        RegistrationFactory(line=room.line, month=MARCH)
    later = datetime(2026, 4, 23, 12, tzinfo=UTC)
    fixing.fix(organisation_id=room.organisation.pk, source="contacts", month=MARCH, now=later)
    return room


@pytest.mark.promise("G06")
def test_published_figures_keep_the_promise(published):
    found = looked(published, promised.groups_only, datetime(2026, 5, 1, tzinfo=UTC))
    assert (found.verdict, found.proof) == (Verdict.KEPT, {"months": 1, "looked": 10, "wrong": 0})


@pytest.mark.parametrize(
    "change",
    [
        {"figures": {"crossed": [["1", "pay", "east", "12-17", 3]]}},
        {"figures": {"crossed": [["1", "pay", "east", "12-17", 35]]}},
        {"base": 1},
    ],
)
def test_figure_that_was_changed_or_is_of_a_few_breaks_the_promise(published, change):
    with published.inside():
        row = Published.objects.get(audience="inside")
        if "figures" in change and change["figures"]["crossed"][0][-1] == 3:
            change = {**change, "digest": fixing.digest(change["figures"])}
        Published.objects.filter(pk=row.pk).update(**change)
    found = looked(published, promised.groups_only, datetime(2026, 5, 1, tzinfo=UTC))
    assert (found.verdict, found.rows) == (Verdict.BROKEN, (f"published:{row.pk}",))
