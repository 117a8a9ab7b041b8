"""From registrations to figures: by retention, month after month, and by closing a year."""

from collections import Counter
from datetime import UTC, date, datetime

import pytest
import time_machine

from helplines.tenancy import across_organisations, inside
from privacy import registry
from privacy.audit import Event
from privacy.models import AuditEntry
from registration import closing, outbox, queries, tasks
from registration.closing import CannotClose
from registration.models import ClosedYear, Figure, Registration, ShortReport
from registration.queries import MERGED, Period
from tests.factories.helplines import LineFactory, PolicyFactory, StaffFactory
from tests.factories.registration import RegistrationFactory, ShortReportFactory
from tests.registration.rooms import NOW, Room, record

pytestmark = pytest.mark.django_db
YEAR = Period.year(2026)
JANUARY = datetime(2027, 1, 4, 9, tzinfo=UTC)


@pytest.fixture
def room():
    with time_machine.travel(NOW, tick=False):
        return Room()


def registered(room, count, **given):
    return [RegistrationFactory(line=room.line, **given) for _number in range(count)]


def close(room, year=2026, now=JANUARY, staff=None):
    return closing.close_year(organisation_id=room.organisation.pk, year=year, staff=staff, now=now)


def counts(room, *by, **only):
    with room.inside():
        cells = queries.contacts(room.organisation, YEAR, by, only or None)
    return {cell.key: cell.contacts for cell in cells}


@pytest.mark.promise("G08", "F02", "F12")
def test_closing_a_year_keeps_its_figures_and_deletes_what_is_underneath(room):
    registered(room, 6)
    registered(room, 5, month=date(2026, 4, 1), subject="home", age="0-11", minutes=None)
    stays = RegistrationFactory(line=room.line, month=date(2027, 1, 1))
    before = {by: counts(room, *by) for by in (("month",), ("subject",), ("subject", "age"), ("outcome",), ())}
    staff = StaffFactory()
    made = close(room, staff=staff)
    assert {by: counts(room, *by) for by in before} == before
    assert before[("subject", "age")] == {("home", "0-11"): 5, ("pay", "12-17"): 6}
    with room.inside():
        assert list(Registration.objects.all()) == [stays]
        assert (made.counted, made.erased, made.by) == (11, 11, staff)
        entry = AuditEntry.objects.get(event=Event.ERASED)
        assert (entry.what, entry.why, entry.who) == ("registrations-2026", "year-closed", staff.pk)
        assert made.digest == closing.digest(closing.figures_of(room.organisation, 2026))
        assert queries.closed_years(room.organisation) == [2026]


def test_receipt_tells_when_a_figure_was_changed(room):
    registered(room, 5)
    made = close(room)
    with room.inside():
        Figure.objects.filter(table="all").update(count=6)
        assert closing.digest(closing.figures_of(room.organisation, 2026)) != made.digest


def test_year_is_closed_once_and_not_before_its_end(room):
    registered(room, 5)
    with pytest.raises(CannotClose, match="not_over"):
        close(room, now=datetime(2026, 12, 31, 22, 59, tzinfo=UTC))
    close(room, now=datetime(2026, 12, 31, 23, 1, tzinfo=UTC))  # past midnight in Brussels
    with pytest.raises(CannotClose, match="closed"):
        close(room)


def test_who_waits_alone_is_counted_with_month_and_line_and_nothing_else(room):
    room.put(record(room.line), record(room.line, month=date(2026, 5, 1)), record(room.line, month=date(2027, 1, 1)))
    assert (close(room).counted, counts(room, "month")) == (
        2, {(date(2026, 3, 1),): 1, (date(2026, 5, 1),): 1},
    )  # fmt: skip
    with room.inside():
        assert set(Figure.objects.values_list("table", "subject", "option")) == {("all", "", "")}
        assert [item.month for item in outbox.items(room.organisation.pk)] == [date(2027, 1, 1)]


@pytest.mark.promise("G08")
def test_rare_answers_are_kept_merged_and_totals_exact(room):
    """Security goal L5: who is the only one of an age in a region is not told by what is kept."""
    registered(room, 7)
    registered(room, 1, age="80-", region="west")
    registered(room, 2, age="18-")
    close(room)
    assert counts(room, "region", "age") == {("east", "12-17"): 7, (MERGED, MERGED): 3}
    assert counts(room, "subject", "region", "age") == {("pay", "east", "12-17"): 7, ("~", "~", "~"): 3}
    assert counts(room, "age") == {("12-17",): 7, ("18-",): 2, ("80-",): 1}


def test_other_organisation_is_left_alone(room):
    with time_machine.travel(NOW, tick=False):
        other = Room()
    registered(other, 4)
    registered(room, 5)
    close(room)
    with other.inside():
        assert (Registration.objects.count(), Figure.objects.count()) == (4, 0)


def test_job_closes_once_however_often_it_comes(room, done):
    registered(room, 5)
    staff = StaffFactory()
    with time_machine.travel(JANUARY, tick=False), done():
        tasks.close_year.delay(room.organisation.pk, 2026, staff.pk)
        tasks.close_year.delay(room.organisation.pk, 2026, staff.pk)
    with across_organisations():
        assert [row.counted for row in ClosedYear.objects.all()] == [5]


def test_years_to_close_are_those_with_something_in_them(room):
    registered(room, 1, month=date(2024, 2, 1))
    registered(room, 1, month=date(2027, 1, 1))
    room.put(record(room.line, month=date(2025, 2, 1)))
    with room.inside():
        assert closing.years_to_close(room.organisation, JANUARY) == [2024, 2025]
    close(room, 2024)
    with room.inside():
        assert closing.years_to_close(room.organisation, JANUARY) == [2025]


class TestRetention:
    def sweep(self, room, now):
        one = registry.eraser("registrations")
        gone = 0
        while count := one.erase(room.organisation.pk, now, one.chunk):
            gone += count
        return gone

    @pytest.mark.promise("F02", "F03", "F13")
    @pytest.mark.parametrize(
        ("months", "last", "first"),
        [(12, datetime(2027, 2, 28, 22, tzinfo=UTC), datetime(2027, 3, 1, 0, tzinfo=UTC)),
         (18, datetime(2027, 8, 31, 21, tzinfo=UTC), datetime(2027, 9, 1, 0, tzinfo=UTC))],
    )  # fmt: skip
    def test_registration_is_a_figure_at_the_latest_after_the_months_of_the_policy(self, months, last, first):
        with time_machine.travel(NOW, tick=False):
            room = Room(registration_months=months)
        registered(room, 6)
        registered(room, 1, month=date(2026, 4, 1))
        one = registry.eraser("registrations")
        assert (one.due(room.organisation.pk, last), self.sweep(room, last)) == (0, 0)
        assert (one.due(room.organisation.pk, first), self.sweep(room, first)) == (6, 6)
        assert counts(room, "month") == {(date(2026, 3, 1),): 6, (date(2026, 4, 1),): 1}
        with room.inside():
            assert [row.month for row in Registration.objects.all()] == [date(2026, 4, 1)]

    def test_each_line_keeps_its_own_promise(self, room):
        other = LineFactory(organisation=room.organisation)
        with time_machine.travel(NOW, tick=False):
            PolicyFactory(organisation=room.organisation, line=other, values={"registration_months": 3})
        registered(room, 2)
        RegistrationFactory(line=other)
        assert self.sweep(room, datetime(2026, 6, 2, tzinfo=UTC)) == 1
        with room.inside():
            assert Counter(Registration.objects.values_list("line", flat=True)) == {room.line.pk: 2}

    def test_what_waits_too_long_is_counted_too(self, room):
        room.put(record(room.line))
        late = datetime(2027, 3, 1, 0, tzinfo=UTC)
        assert registry.eraser("registrations").due(room.organisation.pk, late) == 1
        assert self.sweep(room, late) == 1
        assert counts(room) == {(): 1}
        with room.inside():
            assert outbox.items(room.organisation.pk) == []

    def test_year_of_which_months_went_before_can_still_be_closed(self, room):
        registered(room, 6)
        registered(room, 5, month=date(2026, 9, 1))
        self.sweep(room, datetime(2027, 4, 1, tzinfo=UTC))
        made = close(room, now=datetime(2027, 4, 1, tzinfo=UTC))
        assert (made.counted, made.erased) == (11, 5)

    @pytest.mark.promise("F03")
    def test_short_report_goes_with_its_months_or_with_its_writer(self, room):
        ShortReportFactory(writer=room.member)
        one = registry.eraser("short-reports")
        assert one.erase(room.organisation.pk, datetime(2027, 2, 28, 12, tzinfo=UTC), 10) == 0
        assert one.due(room.organisation.pk, datetime(2027, 3, 1, 12, tzinfo=UTC)) == 1
        assert one.erase(room.organisation.pk, datetime(2027, 3, 1, 12, tzinfo=UTC), 10) == 1
        ShortReportFactory(writer=room.member)
        with across_organisations():
            room.member.delete()
            assert not ShortReport.objects.exists()


def test_closing_stays_in_its_scope(room):
    """Nothing of it needs the wall to be lifted."""
    registered(room, 5)
    with inside(room.organisation):
        assert close(room).counted == 5
