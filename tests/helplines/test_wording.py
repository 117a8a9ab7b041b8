import pytest
from hypothesis import given
from hypothesis import strategies as st

from helplines import wording


def test_fill_replaces_each_placeholder():
    text = "Open {{ hours }}. Weg na {{retention}}."
    assert wording.fill(text, {"hours": "13:00–17:00", "retention": "6 maanden"}) == (
        "Open 13:00–17:00. Weg na 6 maanden."
    )


def test_fill_leaves_nothing_where_no_value_is():
    assert wording.fill("Zie {{ website }}.", {}) == "Zie ."


def test_fill_does_not_fill_what_a_value_brings():
    assert wording.fill("{{ line }}", {"line": "{{ website }}", "website": "x"}) == "{{ website }}"


def test_unknown_lists_each_stranger_once_in_order():
    text = "{{ hours }} {{ secret }} {{ settings.SECRET_KEY }} {{ secret }} {{ Hours }}"
    assert wording.unknown(text) == ["secret", "settings.SECRET_KEY", "Hours"]


@pytest.mark.promise("N04")
@given(st.text(), st.dictionaries(st.sampled_from(wording.PLACEHOLDERS), st.text()))
def test_fill_changes_no_text_without_placeholders(text, values):
    plain = text.replace("{{", "")
    assert wording.fill(plain, values) == plain
