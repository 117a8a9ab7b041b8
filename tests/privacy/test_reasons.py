"""Reasons in the audit log, in words."""

import pytest
from django.utils import translation

from privacy.reasons import WORDS, in_words


@pytest.mark.parametrize(
    ("why", "told"),
    [
        ("closed-talk", "een eigen gesprek dat voorbij is"),
        ("of-a-colleague", "van een collega"),
        ("removed:webauthn", "verwijderd: toegangssleutel"),
        ("odd:3", "opvallende keren: 3"),
        ("something-of-once", "something-of-once"),
        ("strange:thing", "strange:thing"),
        ("", ""),
    ],
)
def test_reason_is_told_in_words_where_it_is_known(why, told):
    with translation.override("nl"):
        assert in_words(why) == told


def test_no_reason_looks_like_a_code():
    with translation.override("nl"):
        assert [why for why in WORDS if "-" in in_words(why) and why == in_words(why)] == []
