import datetime as dt

import pytest
import time_machine

from helplines import queries, wording
from helplines.models import Organisation
from helplines.policies import PolicyValues
from helplines.tenancy import inside
from tests.factories.helplines import (
    ClosureFactory,
    EmergencyNumberFactory,
    ExtraOpeningFactory,
    LineFactory,
    OpeningHoursFactory,
    OrganisationFactory,
    PolicyFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def line():
    return LineFactory(name="Praatlijn", organisation__name="Huis", organisation__website="https://www.example.org")


def week(line, days, opens=13, closes=17):
    for day in days:
        OpeningHoursFactory(line=line, weekday=day, opens=dt.time(opens), closes=dt.time(closes))


def words(line, language):
    with inside(line.organisation):
        return queries.hours_in_words(line, language)


@pytest.mark.promise("A02")
def test_hours_in_words_join_days_with_the_same_hours(line):
    week(line, range(5))
    assert words(line, "en") == "Monday–Friday 13:00–17:00"
    assert words(line, "nl") == "maandag–vrijdag 13:00–17:00"
    assert words(line, "fr") == "lundi–vendredi 13:00–17:00"


def test_hours_in_words_tell_each_span_and_each_day_apart(line):
    week(line, [0, 2], 9, 12)
    week(line, [0, 2], 13, 17)
    week(line, [6], 0, 0)
    told = "Monday 09:00–12:00 + 13:00–17:00, Wednesday 09:00–12:00 + 13:00–17:00, Sunday all day"
    assert words(line, "en") == told


def test_hours_in_words_of_the_whole_week_are_said_and_not_counted(line):
    week(line, range(7), 9, 17)
    assert (words(line, "en"), words(line, "nl")) == ("every day 09:00–17:00", "elke dag 09:00–17:00")
    with inside(line.organisation):
        line.opening_hours.all().delete()
    week(line, range(7), 0, 0)
    assert (words(line, "en"), words(line, "nl")) == ("always, day and night", "altijd, dag en nacht")


def test_hours_in_words_of_a_line_without_hours_are_empty(line):
    assert words(line, "en") == ""


@pytest.mark.promise("N04", "F01")
def test_promise_texts_tell_what_the_policy_does(line):
    week(line, range(5))
    values = PolicyValues(
        retention_months=6,
        block_hours=8,
        contact_limit=4,
        greeting={"nl": "Welkom bij {{ line }} van {{ organisation }}: {{ hours }}."},
        disclaimer={"nl": "Weg na {{ retention }}. Hoogstens {{ contact_limit }}. Blokkade {{ block_hours }}."},
    )
    with inside(line.organisation):
        assert queries.promise_texts(line, "nl", values) == {
            "greeting": "Welkom bij Praatlijn van Huis: maandag–vrijdag 13:00–17:00.",
            "disclaimer": "Weg na 6 maanden. Hoogstens 4. Blokkade 8 uur.",
        }


def test_promise_texts_fall_back_to_the_organisations_own_language(line):
    with inside(line.organisation):
        found = queries.promise_texts(line, "en", PolicyValues(greeting={"nl": "Weg na {{ retention }}"}))
    assert found == {"greeting": "Weg na 6 maanden", "disclaimer": ""}


def test_every_placeholder_stands_for_something(line):
    with inside(line.organisation):
        assert set(queries.placeholder_values(line, "nl", PolicyValues())) == set(wording.PLACEHOLDERS)


@pytest.mark.promise("A11")
def test_emergency_numbers_put_the_one_in_sight_first(line):
    EmergencyNumberFactory(organisation=line.organisation, number="101", position=0)
    EmergencyNumberFactory(organisation=line.organisation, number="112", position=1, is_first=True)
    EmergencyNumberFactory(number="999")
    with inside(line.organisation):
        found = queries.emergency_numbers(line.organisation, "en")
    assert [(row["number"], row["is_first"]) for row in found] == [("112", True), ("101", False)]
    assert found[0]["label"] == "Help when a life is in danger"


@pytest.mark.promise("A02")
def test_timetable_shows_each_day_by_the_organisations_clock(line):
    week(line, [5], 22, 2)
    ExtraOpeningFactory(line=line, day=dt.date(2026, 10, 26), opens=dt.time(9), closes=dt.time(10))
    with inside(line.organisation):
        found = queries.timetable(line, dt.date(2026, 10, 24), 3)
    shown = [(day, [f"{span.opens:%d %H:%M}-{span.closes:%d %H:%M}" for span in spans]) for day, spans in found]
    assert shown == [
        (dt.date(2026, 10, 24), ["24 22:00-25 00:00"]),
        (dt.date(2026, 10, 25), ["25 00:00-25 02:00"]),
        (dt.date(2026, 10, 26), ["26 09:00-26 10:00"]),
    ]
    # The night in which the clock goes back: two in the morning comes twice, and the line closes at the second.
    saturday_night = found[1][1][0]
    assert saturday_night.closes.astimezone(dt.UTC) - saturday_night.opens.astimezone(dt.UTC) == dt.timedelta(hours=3)


@pytest.mark.promise("A06")
def test_timetable_leaves_out_closures_of_the_line_and_of_the_organisation(line):
    week(line, range(7))
    noon = dt.datetime(2026, 11, 16, 12, tzinfo=dt.UTC)
    ClosureFactory(organisation=line.organisation, line=line, starts_at=noon, ends_at=noon + dt.timedelta(hours=2))
    ClosureFactory(
        organisation=line.organisation, starts_at=noon + dt.timedelta(days=1), ends_at=noon + dt.timedelta(days=2)
    )
    other = LineFactory(organisation=line.organisation)
    ClosureFactory(organisation=line.organisation, line=other, starts_at=noon)
    with inside(line.organisation):
        found = queries.timetable(line, dt.date(2026, 11, 16), 3)
    hours = [[(span.opens.hour, span.closes.hour) for span in spans] for _day, spans in found]
    assert hours == [[(15, 17)], [], [(13, 17)]]


@pytest.mark.promise("O10")
def test_opening_does_not_hear_of_another_organisations_closure(line):
    week(line, range(7), 0, 0)
    ClosureFactory()
    with inside(line.organisation):
        assert queries.opening_of(line).is_open


def test_opening_and_policy_take_few_queries(line, django_assert_num_queries):
    week(line, range(5))
    PolicyFactory(organisation=line.organisation)
    with inside(line.organisation):
        with django_assert_num_queries(3):
            queries.opening_of(line)
        with django_assert_num_queries(2):
            queries.policy_for(line)
        with django_assert_num_queries(3):
            queries.timetable(line, dt.date(2026, 11, 16), 14)


@pytest.mark.promise("A06")
def test_holidays_of_the_coming_year_are_offered_until_confirmed():
    organisation = OrganisationFactory()
    ClosureFactory(
        organisation=organisation,
        kind="holiday",
        starts_at=dt.datetime(2026, 12, 24, 23, tzinfo=dt.UTC),
        ends_at=dt.datetime(2026, 12, 25, 23, tzinfo=dt.UTC),
    )
    with time_machine.travel(dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC), tick=False), inside(organisation):
        days = [entry.day for entry in queries.holiday_suggestions(organisation, "nl")]
    assert dt.date(2026, 12, 25) not in days
    assert (days[0], days[-1], len(days)) == (dt.date(2027, 1, 1), dt.date(2027, 11, 11), 11)


def test_line_without_an_own_language_speaks_its_organisations():
    organisation = OrganisationFactory.build(languages=["nl", "fr"])
    assert isinstance(organisation, Organisation)
    assert [LineFactory.build(organisation=organisation, languages=own).spoken for own in ([], ["fr"])] == [
        ["nl", "fr"],
        ["fr"],
    ]
