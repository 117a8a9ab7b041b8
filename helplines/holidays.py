"""Public holidays of a country, for an administrator to confirm as closures; nothing closes by itself. Pure."""

from collections.abc import Container
from datetime import date
from typing import NamedTuple

import holidays as calendars

# What the library calls our languages, and each country's languages that it knows, its own first.
LOCALES = {"nl": "nl", "en": "en_US", "fr": "fr", "de": "de"}
KNOWN = {"BE": ("nl", "en", "fr", "de"), "NL": ("nl", "en"), "DE": ("de", "en"), "FR": ("fr", "en")}


class Holiday(NamedTuple):
    """A day and what it is called."""

    day: date
    name: str


def suggestions(country: str, language: str, first: date, confirmed: Container[date]) -> list[Holiday]:
    """The public holidays of one year from a day on, without those already confirmed.

    Those of the whole country: what only one of its states or regions keeps, the administrator adds.
    """
    spoken = language if language in KNOWN[country] else KNOWN[country][0]
    years = [first.year, first.year + 1]
    found = calendars.country_holidays(country, years=years, language=LOCALES[spoken])
    return [
        Holiday(day, name)
        for day, name in sorted(found.items())
        if first <= day < a_year_after(first) and day not in confirmed
    ]


def a_year_after(day: date) -> date:
    """The same day next year; 1 March for 29 February."""
    leap_day = (day.month, day.day) == (2, 29)
    return date(day.year + 1, 3, 1) if leap_day else day.replace(year=day.year + 1)
