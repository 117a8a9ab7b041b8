import datetime as dt

import pytest

from helplines.holidays import suggestions
from helplines.models import Organisation

YEAR = dt.date(2026, 1, 1)


@pytest.mark.promise("A06")
@pytest.mark.parametrize(
    ("country", "day"),
    [
        ("BE", dt.date(2026, 7, 21)),
        ("BE", dt.date(2026, 11, 11)),
        ("NL", dt.date(2026, 4, 27)),
        ("DE", dt.date(2026, 10, 3)),
        ("FR", dt.date(2026, 7, 14)),
    ],
)
def test_suggestions_know_the_days_of_the_country(country, day):
    assert day in [entry.day for entry in suggestions(country, "nl", YEAR, set())]


def test_suggestions_are_of_one_country_only():
    found = {country: {entry.day for entry in suggestions(country, "nl", YEAR, set())} for country in ("BE", "NL")}
    assert dt.date(2026, 7, 21) in found["BE"] - found["NL"]


@pytest.mark.parametrize(
    ("country", "language", "name"),
    [
        ("BE", "nl", "Nieuwjaar"),
        ("BE", "en", "New Year's Day"),
        ("BE", "fr", "Nouvel An"),
        ("NL", "fr", "Nieuwjaarsdag"),
        ("DE", "de", "Neujahr"),
        ("DE", "nl", "Neujahr"),
        ("FR", "fr", "Jour de l'an"),
        ("FR", "en", "New Year's Day"),
    ],
)
def test_suggestions_speak_the_language_where_they_can(country, language, name):
    assert suggestions(country, language, YEAR, set())[0].name == name


def test_suggestions_leave_out_what_is_confirmed():
    assert YEAR not in [entry.day for entry in suggestions("BE", "nl", YEAR, {YEAR})]


@pytest.mark.parametrize("first", [dt.date(2026, 5, 1), dt.date(2028, 2, 29)])
def test_suggestions_cover_exactly_a_year(first):
    days = [entry.day for entry in suggestions("BE", "nl", first, set())]
    assert days == sorted(set(days))
    assert all(first <= day < dt.date(first.year + 1, first.month, 1) + dt.timedelta(days=31) for day in days)
    assert len(days) in {10, 11, 12}


def test_every_country_of_an_organisation_has_its_holidays():
    found = {country: suggestions(country, "nl", YEAR, set()) for country in Organisation.Country.values}
    assert {country: bool(days) for country, days in found.items()} == dict.fromkeys(["BE", "NL", "DE", "FR"], True)
