"""Figures over open and closed months, added up to one table."""

from datetime import UTC, date, datetime

import pytest
import time_machine

from registration import closing, queries
from registration.queries import Cell, NotKept, Period
from tests.factories.helplines import LineFactory
from tests.factories.registration import FIELDS, FormFactory, RegistrationFactory
from tests.registration.rooms import NOW, Room, record

pytestmark = pytest.mark.django_db
BOTH = Period(date(2025, 1, 1), date(2026, 12, 1))


@pytest.fixture
def room():
    """Six contacts in 2025, which is closed, and eight on two lines in 2026."""
    with time_machine.travel(NOW, tick=False):
        room = Room()
    room.other = LineFactory(organisation=room.organisation, kind="telephone")
    for _number in range(6):
        RegistrationFactory(line=room.line, month=date(2025, 3, 1), answers={"theme": ["pay", "home"], "gender": "x"})
    closing.close_year(
        organisation_id=room.organisation.pk, year=2025, staff=None, now=datetime(2026, 1, 2, tzinfo=UTC)
    )
    for number in range(8):
        RegistrationFactory(
            line=room.other if number < 3 else room.line, channel="telephone" if number < 3 else "chat", minutes=15
        )
    return room


def asked(room, call, *given, **more):
    with room.inside():
        return call(room.organisation, BOTH, *given, **more)


@pytest.mark.promise("G06")
def test_contacts_of_closed_and_open_months_stand_in_one_table(room):
    assert asked(room, queries.contacts, ["month"]) == [
        Cell((date(2025, 3, 1),), 6, 180, 6), Cell((date(2026, 3, 1),), 8, 120, 8),
    ]  # fmt: skip
    assert asked(room, queries.contacts, []) == [Cell((), 14, 300, 14)]
    assert [cell[:2] for cell in asked(room, queries.contacts, ["channel", "subject"])] == [
        (("chat", "pay"), 11), (("telephone", "pay"), 3),
    ]  # fmt: skip
    by_all = asked(room, queries.contacts, ["month", "line", "subject", "region", "age"])
    assert [(cell.key, cell.contacts) for cell in by_all] == [
        ((date(2025, 3, 1), room.line.pk, "pay", "east", "12-17"), 6),
        ((date(2026, 3, 1), room.line.pk, "pay", "east", "12-17"), 5),
        ((date(2026, 3, 1), room.other.pk, "pay", "east", "12-17"), 3),
    ]


def test_only_some_values_can_be_asked(room):
    assert [
        cell.contacts for cell in asked(room, queries.contacts, [], {"line": [room.line.pk], "age": ["12-17"]})
    ] == [11]
    assert asked(room, queries.contacts, [], {"age": ["18-"]}) == []


def test_what_is_not_kept_together_is_refused_and_not_guessed(room):
    with pytest.raises(NotKept) as refused:
        asked(room, queries.contacts, ["month", "age", "outcome"])
    assert refused.value.names == ("age", "outcome")
    with room.inside():
        cells = queries.contacts(room.organisation, Period.year(2026), ["age", "outcome"])
    assert [(cell.key, cell.contacts) for cell in cells] == [(("12-17", "advice"), 8)]


def test_lengths_moments_and_answers_have_tables_of_their_own(room):
    assert [(cell.key, cell.contacts) for cell in asked(room, queries.lengths)] == [((15,), 8), ((30,), 6)]
    assert [(cell.key, cell.contacts) for cell in asked(room, queries.moments, ["channel"])] == [
        (("chat", "afternoon"), 11), (("telephone", "afternoon"), 3),
    ]  # fmt: skip
    assert [(cell.key, cell.contacts) for cell in asked(room, queries.answers, "theme")] == [
        (("home",), 6),
        (("pay",), 14),
    ]
    assert [(cell.key, cell.contacts) for cell in asked(room, queries.answers, "gender", ["month"])] == [
        ((date(2025, 3, 1), "x"), 6)
    ]


def test_average_is_of_lengths_that_are_known(room):
    RegistrationFactory(line=room.line, minutes=None)
    assert [cell.average for cell in asked(room, queries.contacts, ["month"])] == [30.0, 15.0]
    assert Cell((), 3, 0, 0).average is None


def test_two_years_never_mix_with_those_of_another_organisation(room):
    RegistrationFactory()
    assert [cell.contacts for cell in asked(room, queries.contacts, [])] == [14]
    with room.inside():
        assert queries.months(room.organisation) == Period(date(2025, 3, 1), date(2026, 3, 1))
        assert queries.waiting(room.organisation) == 0
    room.put(record(room.line))
    with room.inside():
        assert queries.waiting(room.organisation) == 1


@pytest.mark.promise("G01")
def test_codes_of_every_version_have_words_and_subjects_know_what_is_above_them(room):
    """A form that was changed in March breaks no report over the year."""
    later = [{**FIELDS[0], "label": {"nl": "Onderwerp"}}, {**FIELDS[3], "options": FIELDS[3]["options"][:2]}]
    FormFactory(organisation=room.organisation, number=2, fields=later, published_at=datetime(2026, 4, 1, tzinfo=UTC))
    with room.inside():
        found = queries.labels(room.organisation, "nl")
        assert queries.above(room.organisation, "themes") == {"work": "work", "pay": "work", "home": "home"}
        assert queries.above(room.organisation, "themes", 1)["pay"] == "pay"
    assert (found["theme"][""], found["subject"]["pay"]) == ("Onderwerp", "Pay")
    assert (found["gender"]["x"], found["age"]["12-17"]) == ("x", "12-17")


def test_table_costs_the_same_queries_however_much_is_in_it(room, django_assert_num_queries):
    with room.inside(), django_assert_num_queries(2):
        queries.contacts(room.organisation, BOTH, ["month", "subject"])
