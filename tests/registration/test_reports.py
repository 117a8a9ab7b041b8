"""Reports: whole periods that are over, figures that stay as they were, and nothing for who may not see them (G06)."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.utils import translation

from helplines.tenancy import inside
from privacy import figures
from privacy.suppression import summed
from registration import closing, fixing, reports, tasks
from registration.documents import Progress, Span, spans_of
from registration.models import Published, Registration
from registration.reports import NotFixed, NotOffered
from tests.factories.helplines import MembershipFactory
from tests.factories.registration import RegistrationFactory
from tests.registration.rooms import Room, record

pytestmark = pytest.mark.django_db
MARCH = date(2026, 3, 1)
ALL = "Alles bij elkaar"
# March is over, everybody has registered, and what waits had its days.
LATER = datetime(2026, 4, 23, 12, tzinfo=UTC)


@pytest.fixture
def room():
    """Forty-three contacts of March on one line, three of them in the west; eleven of April."""
    room = Room()
    for number in range(43):
        region = "west" if number < 3 else "east"
        RegistrationFactory(
            line=room.line, month=MARCH, region=region, age="12-17" if number % 2 else "18-", minutes=15
        )
    for _number in range(11):
        RegistrationFactory(line=room.line, month=date(2026, 4, 1))
    return room


def fix(room, month=MARCH, now=LATER, source="contacts"):
    return fixing.fix(organisation_id=room.organisation.pk, source=source, month=month, now=now)


def told(room, key="contacts", span="2026-03", audience="inside", now=LATER):
    with room.inside():
        return reports.document(room.organisation, key, Span.named(span), audience, now=now)


def offers(room, role="auditor", now=LATER):
    with room.inside():
        return {
            one.key: one for one in reports.available(MembershipFactory(organisation=room.organisation, role=role), now)
        }


def rows(document, key):
    found = next(sheet for sheet in document.sheets if sheet.key == key)
    return {row.labels: [cell.count for cell in row.cells] for row in found.rows}


@pytest.mark.promise("G06")
def test_report_tells_groups_in_rounded_figures(room):
    assert fix(room) is True
    document = told(room)
    regions = rows(document, "regions")
    assert set(regions) == {("east",), ("west",), (ALL,)}
    # Three in the west: five, or hidden.
    assert regions["west",] in ([None], [5])
    assert regions["east",][0] in (35, 40, 45)
    assert regions[ALL,] == [regions["east",][0] + (regions["west",][0] or 0)]
    assert rows(document, "lines") == {
        (room.line.name,): regions[ALL,],
        (ALL,): regions[ALL,],
    }
    assert (document.rounding, document.threshold, document.audience) == (5, 5, "inside")
    assert (document.first, document.last, document.period) == (MARCH, date(2026, 3, 31), "maart 2026")


def test_what_goes_outside_is_coarser_and_follows_from_the_inside(room):
    fix(room)
    document = told(room, audience="outside")
    assert (document.rounding, document.threshold) == (10, 10)
    found = [cell.count for sheet in document.sheets for row in sheet.rows for cell in row.cells]
    assert {count % 10 for count in found if count} == {0}
    with room.inside():
        inside_, outside = Published.objects.order_by("audience")
    cells = {tuple(cell[:-1]) for cell in inside_.figures["crossed"]}
    assert {tuple(cell[:-1]) for cell in outside.figures["crossed"]} <= cells


def test_every_figure_of_a_document_is_a_sum_of_published_ones(room):
    """No average, no share, no exact total: nothing that the attacker of `tests/privacy/test_attacker.py` did not have."""
    fix(room)
    with room.inside():
        row = Published.objects.get(audience="inside")
    for report in figures.reports():
        if report.source != "contacts":
            continue
        document = told(room, report.key)
        for view, sheet in zip(report.views, document.sheets, strict=True):
            cells = fixing.counted(row.figures[view.table])
            place = figures.source("contacts").tables[view.table]
            sums = set(summed(cells, tuple(place.index(name) for name in view.columns)).values())
            shown = {cell.count for one in sheet.rows for cell in one.cells if cell.count}
            assert shown <= {*sums, sum(cells.values())}


def test_tables_of_all_reports_have_the_same_totals(room):
    """Two roundings of one total would tell more than one."""
    fix(room)
    totals = {
        rows(told(room, key), view)[ALL, *[""] * columns][0]
        for key, view, columns in [
            ("contacts", "lines", 0), ("contacts", "crossed", 3), ("lengths", "lengths", 0),
            ("lengths", "lines-moments", 1), ("outcomes", "outcomes", 0), ("outcomes", "roles", 0),
        ]
    }  # fmt: skip
    assert len(totals) == 1


def test_month_is_offered_when_it_is_over_and_all_is_in(room):
    # Fourteen days to register in, and seven in which what waits finds others.
    for now, spans in [
        (datetime(2026, 4, 21, 21, tzinfo=UTC), []),
        (datetime(2026, 4, 21, 23, tzinfo=UTC), ["2026-03"]),
    ]:
        offer = offers(room, now=now)["contacts"]
        assert [span.name for span in offer.spans] == spans
    with translation.override("en"):
        waits = offers(room, now=now)["contacts"].waits
    assert waits == "April 2026 can be had from 22 May 2026, when all that belongs to it is in."
    with pytest.raises(ValueError, match="2026-04 is not over"):
        fix(room, date(2026, 4, 1))
    for key, span, audience in [("contacts", "2026-04", "inside"), ("contacts", "2026-Q1", "inside"),
                                ("nothing", "2026-03", "inside"), ("saved-x", "2026-03", "inside")]:  # fmt: skip
        with pytest.raises(NotOffered):
            told(room, key, span, audience)
    fix(room)
    with pytest.raises(NotOffered):
        told(room, audience="everybody")


def test_only_who_reads_reports_is_offered_any(room):
    with room.inside():
        found = {
            role: len(reports.available(MembershipFactory(organisation=room.organisation, role=role), LATER)) > 0
            for role in ("counsellor", "mentor", "manager", "administrator", "dpo", "auditor")
        }
    assert found == {
        "counsellor": False, "mentor": False, "manager": True, "administrator": True, "dpo": False, "auditor": True,
    }  # fmt: skip


def test_offer_says_what_is_hidden_and_why(room):
    with translation.override("en"):
        said = " ".join(offers(room)["contacts"].hidden)
    assert "multiples of 5 for ourselves and of 10 for others" in said
    assert "never change" in said


@pytest.mark.promise("G08", "F03")
def test_figures_stay_when_what_they_count_is_erased(room):
    fix(room)
    before = told(room)
    with room.inside():
        Registration.objects.filter(month=MARCH)[:20].count()
        closing.settle(room.organisation, Registration.objects.filter(month=MARCH))
    assert fix(room) is False
    assert told(room) == before


def test_same_month_of_an_organisation_whose_rows_were_lost_is_rounded_the_same_way(room):
    """Goal L4: the chance hangs on a key that stays, so a second publication would be no second look."""
    fix(room)
    with room.inside():
        before = list(Published.objects.order_by("audience").values_list("digest", flat=True))
        Published.objects.all().delete()
    fix(room)
    with room.inside():
        assert list(Published.objects.order_by("audience").values_list("digest", flat=True)) == before


def test_published_row_is_never_written_again(room):
    fix(room)
    with room.inside():
        row = Published.objects.first()
        row.figures = {}
        with pytest.raises(ValidationError):
            row.save()


@pytest.mark.promise("G06")
def test_asking_every_day_for_ninety_days_tells_nothing_of_one_contact(room, done, monkeypatch):
    """Goal L3: each day somebody is added, and after a while erased; what is published moves only when a month is over."""
    monkeypatch.setattr(figures, "_sources", {"contacts": figures.source("contacts")})
    seen: dict[str, set[str]] = {}
    months = [MARCH, date(2026, 4, 1), date(2026, 7, 1)]
    with time_machine.travel(LATER, tick=False) as clock, done():
        for day in range(95):
            now = LATER + timedelta(days=day)
            clock.move_to(now)
            RegistrationFactory(line=room.line, month=months[day % 3], region="west")
            tasks.fix_figures(room.organisation.pk)
            with room.inside():
                for month, audience, digest in Published.objects.values_list("month", "audience", "digest"):
                    seen.setdefault(f"{month:%Y-%m} {audience}", set()).add(digest)
                spans = list(spans_of(reports.months_of(room.organisation, "contacts", now)))
            newest = spans[0].name
            seen.setdefault(newest, set()).add(repr(told(room, "outcomes", newest, now=now)))
    names = [f"2026-0{number} {audience}" for number in range(3, 7) for audience in ("inside", "outside")]
    names += ["2026-03", "2026-04", "2026-05", "2026-Q2"]
    assert {name: len(found) for name, found in seen.items()} == dict.fromkeys(names, 1)


def test_quarter_is_the_sum_of_its_months(room):
    later = datetime(2026, 8, 1, tzinfo=UTC)
    RegistrationFactory(line=room.line, month=date(2026, 6, 1))
    with pytest.raises(NotFixed) as refused:
        told(room, span="2026-Q2", now=later)
    assert refused.value.progress == Progress(0, 3)
    for number in (4, 5, 6):
        fix(room, date(2026, number, 1), later)
        with room.inside():
            done = reports.progress(room.organisation, "contacts", Span.named("2026-Q2"), later)
        assert done == Progress(number - 3, 3)
    months = [rows(told(room, span=f"2026-0{number}", now=later), "regions")[ALL,][0] for number in (4, 5, 6)]
    quarter = rows(told(room, span="2026-Q2", now=later), "regions")[ALL,]
    assert quarter == [*months, sum(count or 0 for count in months) or None]


def test_what_waits_for_a_crowd_is_counted_and_nothing_is_told_of_it(room):
    """In a place of its own, in which all tables have one cell and so one figure."""
    room.put(*[record(room.line) for _number in range(7)])
    with room.inside():
        tables = fixing.figures.source("contacts").count(room.organisation, MARCH)
    assert summed(tables["crossed"], (0,)) == {(str(room.line.pk),): 43, ("-",): 7}
    assert [
        counts["-", *[""] * (width - 1)] for counts, width in zip(tables.values(), (4, 2, 2, 2, 2), strict=True)
    ] == [7] * 5


def test_jobs_fix_what_is_over_once(room, done):
    with time_machine.travel(LATER, tick=False), done():
        tasks.fix_everywhere()
        tasks.fix_everywhere()
        tasks.fix_report(room.organisation.pk, "contacts", "2026-03")
    with room.inside():
        rows = Published.objects.filter(source="contacts")
        assert sorted(rows.values_list("month", "audience")) == [(MARCH, "inside"), (MARCH, "outside")]


def test_figures_of_another_organisation_are_not_there(room):
    fix(room)
    other = Room()
    with inside(other.organisation), pytest.raises(NotOffered):
        reports.document(other.organisation, "contacts", Span.named("2026-03"), "inside", now=LATER)
    with inside(other.organisation):
        assert Published.objects.count() == 0


def test_report_is_in_the_language_of_the_reader(room):
    fix(room)
    for language, title, period in [("nl", "Contacten", "maart 2026"), ("en", "Contacts", "March 2026")]:
        with translation.override(language):
            document = told(room)
        assert (document.title, document.period) == (title, period)
