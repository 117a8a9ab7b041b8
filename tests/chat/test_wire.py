"""Frames: strict in what is read, complete in what is written."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat import wire

UUID = "5f0c9b1e-4f4f-4f7e-9a0a-0a0a0a0a0a0a"


def refused(decoder, text):
    with pytest.raises(wire.RefusedError) as caught:
        wire.decode(decoder, text)
    return caught.value.why


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        "1",
        "NaN",
        '"say"',
        "{",
        "{}",
        '{"do": "say"}',
        '{"do": "say", "id": 1, "text": "x"}',
        '{"do": "say", "id": "no uuid", "text": "x"}',
        f'{{"do": "say", "id": "{UUID}", "text": 7}}',
        f'{{"do": "say", "id": "{UUID}", "text": "x", "more": 1}}',
        '{"do": "since", "seq": -1}',
        '{"do": "since", "seq": 1e400}',
        '{"do": "since", "seq": 99999999999999999999999}',
        '{"do": "resume", "code": "a\\u0000b", "secret": "s"}',
        '{"do": "resume", "code": "abc\\n", "secret": "s"}',
        '{"do": "claim"}',
        '{"do": ["say"]}',
        "[" * 30000,
        f'{{"do": "say", "id": "{UUID}", "text": "' + "x" * wire.FRAME_BYTES + '"}',
        f'{{"do": "say", "id": "{UUID}", "text": "\ud800"}}',
    ],
)
def test_what_is_no_frame_is_malformed(text):
    assert refused(wire.visitor_decoder, text) == "malformed"


@pytest.mark.parametrize("do", ["presence", "take", "open", "close", "hello"])
def test_a_visitor_has_none_of_the_counsellors_actions(do):
    assert refused(
        wire.visitor_decoder, json.dumps({"do": do, "state": "present", "talk": "x", "why": "finished"})
    ) == ("malformed")


@given(st.text(max_size=300))
def test_any_text_is_a_frame_or_malformed(text):
    try:
        wire.decode(wire.visitor_decoder, text)
    except wire.RefusedError as error:
        assert error.why == "malformed"


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["do", "id", "text", "seq"]), inner)
        ),
        max_leaves=8,
    )
)
def test_any_json_is_a_frame_or_malformed(value):
    text = json.dumps(value)
    for decoder in (wire.visitor_decoder, wire.desk_decoder):
        try:
            wire.decode(decoder, text)
        except wire.RefusedError as error:
            assert error.why == "malformed"
    assert all(part is None or isinstance(part, str) for part in wire.glimpse(text))


def test_glimpse_finds_the_action_and_the_id():
    assert wire.glimpse('{"do": "say", "id": "abc", "text": 7}') == ("say", "abc")


@pytest.mark.parametrize(
    ("text", "why"), [("", "empty"), (" \n\t ", "empty"), ("x" * 4001, "too_long"), ("é" * 4001, "too_long")]
)
def test_a_text_of_no_or_too_many_characters_is_refused(text, why):
    with pytest.raises(wire.RefusedError) as caught:
        wire.said_text(text)
    assert caught.value.why == why


def test_a_text_of_4000_characters_between_spaces_is_taken():
    assert wire.said_text(" " + "x" * 4000 + "\n") == "x" * 4000
