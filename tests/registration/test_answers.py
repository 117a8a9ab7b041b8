"""What is filled in, held to the form."""

import pytest

from registration import answers, shape
from tests.factories.registration import FIELDS

ASKED = shape.parse(FIELDS)
NODES = {"themes": {"work", "pay", "home"}}


def checked(**raw):
    return answers.check(ASKED, raw, NODES)


def test_answers_are_codes_and_the_text_stands_apart():
    found = checked(theme=["pay", "home", "pay"], age="12-17", times="23", report=" Een zwaar gesprek.\r\n", other="x")
    assert found.answers == {"theme": ["pay", "home"], "age": "12-17", "times": 20}
    assert (found.report, found.is_whole) == ("Een zwaar gesprek.", True)
    assert answers.dimensions(ASKED, found.answers) == {
        "subject": "pay", "region": "", "age": "12-17", "role": "", "outcome": "",
    }  # fmt: skip


@pytest.mark.parametrize("empty", [{}, {"theme": []}, {"theme": None}])
def test_what_is_needed_is_missed(empty):
    assert checked(**empty).missing == ["theme"]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("theme", ["pay", "elsewhere"]), ("theme", "pay"), ("theme", [["pay"]]), ("theme", ["pay"] * 11),
        ("age", "13"), ("age", ["12-17"]), ("gender", 3), ("times", 51), ("times", -1), ("times", True),
        ("times", "many"), ("times", 2.5), ("report", "a" * 1001), ("report", 7),
    ],
)  # fmt: skip
def test_what_the_form_does_not_know_is_refused(key, value):
    found = checked(**{"theme": ["pay"], key: value})
    assert (found.wrong, found.report, key in found.answers) == ([key], "", False)
