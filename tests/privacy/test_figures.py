"""What signs in as a source of figures fits together, and what it counts adds up."""

from datetime import UTC, date, datetime

import pytest

from helplines.tenancy import inside
from helplines.witness import Event
from privacy import audit, counting, figures
from privacy.figures import Report, Source, View
from tests.factories.helplines import OrganisationFactory


def source(**given):
    parts = {"key": "tests", "tables": {"one": ("kind", "end")}, "count": lambda *_: {}, "first": lambda *_: None,
             "words": lambda *_: {}}  # fmt: skip
    return Source(**{**parts, **given})


def report(*columns):
    return Report(
        key="tests",
        place=1,
        source="tests",
        title="",
        description="",
        counted="",
        views=(View("one", "one", columns, ""),),
    )


@pytest.mark.parametrize(
    ("given", "columns", "heads", "said"),
    [
        ({"tables": {"one": ("kind",), "two": ("end",)}}, ("kind",), {"kind": "", "end": ""}, "begin with the same"),
        ({}, ("kind", "name"), {"kind": "", "end": ""}, "does not count"),
        ({}, ("kind",), {"kind": ""}, "Columns without a name: .*end"),
    ],
)
def test_source_that_does_not_fit_is_refused(monkeypatch, given, columns, heads, said):
    for name in ("_sources", "_reports", "_heads"):
        monkeypatch.setattr(figures, name, {})
    with pytest.raises(ValueError, match=said):
        figures.sign_in(source=source(**given), reports=[report(*columns)], heads=heads)


@pytest.mark.promise("G06")
def test_fixed_set_of_reports_is_there():
    assert [one.key for one in figures.reports()] == [
        "contacts", "waiting", "lengths", "outcomes", "complaints", "limits", "openings", "feedback",
    ]  # fmt: skip
    assert {one.source for one in figures.reports()} == {one.key for one in figures.sources()}


def test_month_is_on_the_clock_of_the_organisation():
    organisation = OrganisationFactory.build(time_zone="Europe/Brussels")
    begin, end = figures.bounds(organisation, date(2026, 3, 1))
    assert (begin, end) == (datetime(2026, 2, 28, 23, tzinfo=UTC), datetime(2026, 3, 31, 22, tzinfo=UTC))
    assert figures.month_of(organisation, begin) == date(2026, 3, 1)
    assert figures.after(date(2026, 12, 1)) == date(2027, 1, 1)


@pytest.mark.django_db
@pytest.mark.promise("E07", "G06")
def test_openings_are_counted_by_how_they_ended(time_machine):
    organisation = OrganisationFactory()
    time_machine.move_to(datetime(2026, 3, 10, 12, tzinfo=UTC))
    with inside(organisation):
        for event in (Event.IDENTITY_ASKED, Event.IDENTITY_OPENED, Event.IDENTITY_REFUSED, Event.IDENTITY_REFUSED):
            audit.record(organisation=organisation.pk, event=event, who=None, what="x")
        found = counting.count(organisation, date(2026, 3, 1))["steps"]
        assert counting.first(organisation) == date(2026, 3, 1)
        assert counting.count(organisation, date(2026, 4, 1))["steps"].total() == 0
    assert dict(found) == {("identity-opened",): 1, ("identity-refused",): 2}
    assert set(counting.words(organisation, "en")["step"]) == {"identity-opened", "identity-refused"}
