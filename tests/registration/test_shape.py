"""The fields of a form: what they may be, and what never changes between two versions."""

import pytest

from registration import shape
from registration.shape import ShapeError
from tests.factories.registration import FIELDS, field, options


def problems(*fields, before=()):
    try:
        parsed = shape.parse(list(fields))
    except ShapeError as error:
        return [(problem.field, problem.code) for problem in error.problems]
    return [(problem.field, problem.code) for problem in shape.changed_meaning(before, parsed)]


def test_fields_are_kept_as_they_were_filled_in():
    parsed = shape.parse(FIELDS)
    assert shape.parse(shape.dump(parsed)) == parsed
    assert [one.dimension for one in parsed] == ["subject", "age", "region", "", "outcome", "", ""]


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (field("A b", "choice", options=options("a", "b")), ("0.key", "not_a_key")),
        (field("a", "poem"), ("0.kind", "unknown_kind")),
        (field("a", "choice", options=options("a")), ("0.options", "too_few_options")),
        (field("a", "choice", options=options("a", "a")), ("0.options", "same_key")),
        (field("a", "number", low=1, high=9, options=options("a", "b")), ("0.options", "no_options_here")),
        (field("a", "number", low=9, high=9), ("0.high", "not_a_range")),
        (field("a", "number", low=0, high=1000), ("0.high", "not_a_range")),
        (field("a", "tree"), ("0.tree", "tree_needed")),
        (field("a", "choice", options=options("a", "b"), required=True), ("0.reports", "required_for_what")),
        (field("a", "report", reports=["annual"]), ("0.reports", "never_in_a_report")),
        (field("a", "age", options=options("0-11", "87-")), ("0.options", "late_band")),
        (field("a", "age", options=options("0-11", "12-13")), ("0.options", "narrow_band")),
        (field("a", "age", options=options("old", "young")), ("0.options", "no_bands")),
        (field("a", "role", options=options("a", "b"), counts_as="subject"), ("0.counts_as", "cannot_count_as")),
        (field("a", "report", colour="red"), ("0.colour", "unknown")),
        ({"key": "a", "kind": "report", "label": {"xx": "a"}}, ("0.label", "unknown_language")),
        ({"key": "a", "kind": "report", "label": {}}, ("0.label", "empty")),
    ],
)
def test_what_cannot_be_is_named(wrong, told):
    assert problems(wrong) == [told]


def test_two_fields_never_count_as_one():
    ages = [field(key, "age", options=options("0-11", "12-")) for key in ("a", "b")]
    assert problems(*ages) == [("", "two_of_one")]
    assert problems(field("a", "report"), field("b", "report")) == [("", "two_reports")]
    assert problems(field("a", "report"), field("a", "number", high=9)) == [("", "same_key")]


@pytest.mark.parametrize("raw", [None, "x", {}, [1]])
def test_no_list_of_fields_is_refused(raw):
    with pytest.raises(ShapeError, match="not_a_list"):
        shape.parse(raw)


@pytest.mark.promise("G01")
def test_key_keeps_its_meaning_from_one_version_to_the_next():
    before = shape.parse(FIELDS)
    assert problems(field("gender", "number", high=9), before=before) == [("0", "other_meaning")]
    # Other words, other options and another order are free.
    assert problems(field("gender", "choice", options=options("x", "y", "z")), before=before) == []
