"""What looks like somebody's address or number, and what does not."""

import pytest

from helplines.personal_data import Known, found, masked

OWN = Known.of(["Help@example.org", ""], ["070 245 245", "02 000 00 00", "112", ""])


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("Mail naar kim.v+x@example.org.", "kim.v+x@example.org"),
        ("bel 0470 12 34 56", "0470 12 34 56"),
        ("bel +32 470 12.34.56 nu", "+32 470 12.34.56"),
        ("(02) 123 45 67", "(02) 123 45 67"),
        ("het nummer is 85.07.30-033.28", "85.07.30-033.28"),
        ("0470123456.", "0470123456"),
    ],
)
def test_address_or_number_of_a_person_is_found(text, part):
    assert found(text, OWN) == [part]
    assert part not in masked(text, OWN) and "[…]" in masked(text, OWN)


@pytest.mark.parametrize(
    "text",
    [
        "help@EXAMPLE.org",
        "070 245 245",
        "+32 70 245 245",
        "0032 70/245.245",
        "+32 (0)70 245 245",
        "112 of 1813",
        "13.00 - 17.00 uur",
        "op 22-11-2026",
        "2026-11-22",
        "https://www.example.org/a/1234567890",
    ],
)
def test_own_numbers_dates_and_hours_are_nobodys(text):
    assert (found(text, OWN), masked(text, OWN)) == ([], text)


def test_each_is_named_once():
    assert found("a@example.org, b@example.org, a@example.org", OWN) == ["a@example.org", "b@example.org"]
