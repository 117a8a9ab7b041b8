"""What in a text may tell who somebody is (G04)."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helplines import personal_marks
from helplines.personal_data import Known
from helplines.personal_marks import must_go

KNOWN = Known.of(["hulp@example.org"], ["02 123 45 67"])


def found(text, *names):
    return [(mark.kind, mark.text) for mark in personal_marks.marks(text, KNOWN, names)]


@pytest.mark.promise("G04")
@pytest.mark.parametrize(
    ("text", "marks"),
    [
        ("Belde over haar zoon Milan.", [("name", "Milan")]),
        ("Haar buurvrouw heet anneke en is bang.", [("name", "anneke")]),
        ("Mevrouw De Voorbeeld zorgt voor hem.", [("name", "De Voorbeeld")]),
        ("Zijn vriend Tom van den Voorbeeld komt mee.", [("name", "Tom van den Voorbeeld")]),
        ("Sara belde opnieuw.", [("name", "Sara")]),
        ("Schrijf naar iemand@voorbeeld.be graag.", [("email", "iemand@voorbeeld.be")]),
        ("Bereikbaar op 0470 00 00 00 na zes uur.", [("number", "0470 00 00 00")]),
        ("Geboren op 12/03/1987 in het ziekenhuis.", [("birth", "12/03/1987")]),
        ("Ze is van 3 mei 1990.", [("birth", "3 mei 1990")]),
        ("Hij is geboren in 1987.", [("birth", "geboren in 1987")]),
        ("Woont in de Voorbeeldstraat 12 bus 3.", [("address", "Voorbeeldstraat 12 bus 3")]),
        ("Postcode 1234 AB.", [("address", "1234 AB")]),
        ("Rekening BE00 0000 0000 0000 is leeg.", [("account", "BE00 0000 0000 0000")]),
        ("Nummer 87.03.12-000.00 opgezocht.", [("national", "87.03.12-000.00")]),
    ],
)
def test_what_tells_of_a_person_is_marked(text, marks):
    assert found(text) == marks


@pytest.mark.parametrize(
    "text",
    [
        "",
        "We spraken over geld en over werk. Daarna ging het beter.",
        "Zij belde op maandag, over de regels in Antwerpen en in het Nederlands.",
        "Verwezen naar het CAW en naar 1712 of 112.",
        "Bel 02 123 45 67 of schrijf naar hulp@example.org.",
        "Van 13:00 tot 13:45. Het was een lang gesprek:\n- Werk\n- Thuis",
        "“Ik kan niet meer”, zei ze. Ik luisterde.",
    ],
)
def test_ordinary_words_are_left_alone(text):
    assert found(text) == []


def test_nickname_of_the_talk_is_known_however_it_is_written():
    assert found("robin wil ROBIN heten, robinson niet.", "Robin") == [("nickname", "robin"), ("nickname", "ROBIN")]
    assert found("De blauwe vogel kwam terug.", "blauwe vogel") == [("nickname", "blauwe vogel")]
    assert found("Een zin met a en b.", "a") == []


def test_writer_may_say_that_a_name_is_none_and_of_nothing_else():
    marks = personal_marks.marks("Over Kafka, met iemand@voorbeeld.be.", KNOWN)
    assert [mark.text for mark in must_go(marks, [])] == ["Kafka", "iemand@voorbeeld.be"]
    assert [mark.text for mark in must_go(marks, ["Kafka", "iemand@voorbeeld.be"])] == ["iemand@voorbeeld.be"]


@given(st.text(max_size=300))
def test_marks_stand_where_they_say_and_never_overlap(text):
    marks = personal_marks.marks(text, KNOWN, ["Robin"])
    assert [text[mark.start : mark.end] for mark in marks] == [mark.text for mark in marks]
    assert all(one.end <= other.start for one, other in itertools.pairwise(marks))
