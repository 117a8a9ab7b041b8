"""Dates in English are those of Europe, on the server and in the browser."""

import datetime as dt
from pathlib import Path

import pytest
from django import forms
from django.utils import translation
from django.utils.formats import date_format, get_format

MOMENT = dt.datetime(2026, 11, 22, 14, 30, tzinfo=dt.UTC)
WORDS = Path(__file__).resolve().parent.parent.parent / "chat/static/chat/words.js"


@pytest.mark.parametrize(
    ("language", "day", "moment"),
    [
        ("en", "22 November 2026", "22 November 2026, 14:30"),
        ("nl", "22 november 2026", "22 november 2026 14:30"),
        ("nl-formal", "22 november 2026", "22 november 2026 14:30"),
    ],
)
def test_day_comes_before_month(language, day, moment):
    with translation.override(language):
        assert (date_format(MOMENT, "DATE_FORMAT"), date_format(MOMENT, "DATETIME_FORMAT")) == (day, moment)


def test_week_begins_on_monday_and_a_typed_day_is_no_month():
    with translation.override("en"):
        assert get_format("FIRST_DAY_OF_WEEK") == 1
        assert forms.DateField().clean("03/11/2026") == dt.date(2026, 11, 3)
        assert forms.DateField().clean("2026-11-03") == dt.date(2026, 11, 3)


def test_browser_writes_english_dates_in_the_same_way():
    assert 'lang === "en" ? "en-GB"' in WORDS.read_text()
