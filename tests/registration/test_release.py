"""Into the anonymous store: only in crowds, in an order that nobody foretells."""

from collections import Counter
from datetime import date, timedelta

import pytest
import time_machine

from helplines.tenancy import across_organisations
from privacy.sealing import UnreadableError
from registration import outbox, release, tasks
from registration.models import Registration, ShortReport
from registration.outbox import Text
from tests.factories.helplines import LineFactory, MembershipFactory, OrganisationFactory
from tests.registration.rooms import NOW, Room, record

pytestmark = pytest.mark.django_db


@pytest.fixture
def room():
    with time_machine.travel(NOW, tick=False):
        yield Room()


def released(room, now=NOW):
    return release.release(organisation_id=room.organisation.pk, now=now)


def stored():
    with across_organisations():
        return list(Registration.objects.all())


def left(room):
    with room.inside():
        return outbox.items(room.organisation.pk)


@pytest.mark.promise("G07")
def test_nobody_goes_before_there_is_a_crowd(room):
    room.put(*[record(room.line)] * 9)
    assert (released(room), stored(), len(left(room))) == (0, [], 9)
    room.put(record(room.line))
    assert released(room) == 10
    assert (left(room), released(room)) == ([], 0)
    rows = stored()
    assert {(row.line_id, row.month, row.moment, row.minutes, row.subject) for row in rows} == {
        (room.line.pk, date(2026, 3, 1), "afternoon", 30, "pay")
    }
    assert {tuple(row.answers["theme"]) for row in rows} == {("pay",)}


def test_fewer_tell_less_until_they_are_a_crowd(room):
    room.put(*[record(room.line, minutes=minutes) for minutes in (0, 5, 10, 25, 30, 35, 40, 45, 55, 120)])
    assert released(room) == 10
    assert {(row.moment, row.minutes) for row in stored()} == {("", None)}
    room.put(*[record(room.line, minutes=30 + number % 2 * 5) for number in range(12)])
    assert released(room) == 12
    assert Counter((row.moment, row.minutes) for row in stored()) == {("", None): 10, ("afternoon", 30): 12}


def test_policy_decides_how_large_a_crowd_is():
    with time_machine.travel(NOW, tick=False):
        room = Room(registration_crowd=12)
        room.put(*[record(room.line)] * 11)
        assert released(room) == 0
        room.put(record(room.line))
        assert released(room) == 12


def test_two_lines_months_or_forms_are_no_crowd_together(room):
    other = LineFactory(organisation=room.organisation)
    room.put(*[record(room.line)] * 4, *[record(other)] * 4)
    room.put(*[record(room.line, month=date(2026, 2, 1))] * 4, *[record(room.line, form="0.2")] * 4)
    assert (released(room), len(left(room))) == (0, 16)


def test_who_waited_too_long_goes_without_line_time_and_length(room):
    other = LineFactory(organisation=room.organisation)
    room.put(*[record(room.line)] * 6, *[record(other)] * 4, record(room.line, month=date(2026, 2, 1)))
    assert released(room, NOW + timedelta(days=6)) == 0
    assert released(room, NOW + timedelta(days=7)) == 10
    assert {(row.line_id, row.channel, row.moment, row.minutes, row.month) for row in stored()} == {
        (None, "", "", None, date(2026, 3, 1))
    }
    # One alone waits on, however long.
    assert [item.month for item in left(room)] == [date(2026, 2, 1)]
    assert released(room, NOW + timedelta(days=90)) == 0


def test_each_organisation_has_its_own_crowd(room):
    with time_machine.travel(NOW, tick=False):
        other = Room()
    room.put(*[record(room.line)] * 6)
    other.put(*[record(other.line)] * 6)
    assert (released(room), released(other), stored()) == (0, 0, [])


def test_job_goes_through_every_organisation(room, done):
    room.put(*[record(room.line)] * 10)
    with done():
        tasks.release_everywhere()
    assert len(stored()) == 10


class TestShortReports:
    def put(self, room, member, count, words="Ik bleef rustig."):
        room.put(*[Text(writer=member.pk, text=words, day=NOW.date()) for _number in range(count)])

    @pytest.mark.promise("G03")
    def test_reports_go_in_crowds_of_one_writer_and_are_read_before_and_after(self, room):
        self.put(room, room.member, 10)
        self.put(room, MembershipFactory(organisation=room.organisation), 9, "Iets anders.")
        with room.inside():
            assert len(release.waiting_texts(room.organisation.pk, room.member)) == 10
        assert released(room) == 10
        with room.inside():
            rows = list(ShortReport.objects.all())
            assert {(row.writer_id, row.month, release.text_of(row)) for row in rows} == {
                (room.member.pk, date(2026, 3, 1), "Ik bleef rustig.")
            }
            assert release.waiting_texts(room.organisation.pk, room.member) == []
        assert {len(bytes(row.text)) for row in rows} == {len(bytes(rows[0].text))}
        assert b"rustig" not in bytes(rows[0].text)

    def test_report_of_somebody_else_cannot_be_passed_off_as_ones_own(self, room):
        self.put(room, room.member, 10)
        released(room)
        with room.inside():
            row = ShortReport.objects.first()
            row.writer = MembershipFactory(organisation=room.organisation)
            with pytest.raises(UnreadableError):
                release.text_of(row)

    def test_reports_of_who_left_are_dropped(self, room):
        leaver = MembershipFactory(organisation=room.organisation)
        self.put(room, leaver, 3)
        room.put(*[record(room.line)] * 10)
        with across_organisations():
            leaver.delete()
        assert released(room) == 10
        assert left(room) == []


def test_organisation_without_anything_releases_nothing():
    assert release.release(organisation_id=OrganisationFactory().pk, now=NOW) == 0
