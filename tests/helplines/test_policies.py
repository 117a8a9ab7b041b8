import pytest
from hypothesis import given
from hypothesis import strategies as st

from helplines import policies
from helplines.policies import Change, Choice, PolicyError, PolicyValues, Question

WHY = {"nl": "Dan weten we wat bij je past."}


def question(**changes):
    return {"key": "age", "kind": "text", "label": {"nl": "Hoe oud ben je?"}, "why": WHY, **changes}


def codes(raw, read=policies.parse):
    with pytest.raises(PolicyError) as problem:
        read(raw)
    return [(entry.field, entry.code) for entry in problem.value.problems]


def test_parse_of_nothing_gives_the_defaults():
    assert policies.parse({}) == PolicyValues()


def test_parse_gives_back_what_dump_stored():
    values = PolicyValues(
        retention_months=12,
        contact_limit=4,
        queue=True,
        questions=(
            Question("who", "nickname", {"nl": "Hoe mogen we je noemen?"}, WHY),
            Question("sex", "choice", {"nl": "Geslacht"}, WHY, (Choice("m", {"nl": "man"}), Choice("x", {"nl": "x"}))),
        ),
        greeting={"nl": "Dag, {{ line }} hier."},
    )
    assert policies.parse(policies.dump(values)) == values


@pytest.mark.promise("F13")
@pytest.mark.parametrize("name", policies.NUMBERS)
@pytest.mark.parametrize("value", [0, -1, "", "6", 1.5, True, [], {}, 10**9])
def test_parse_refuses_a_number_that_promises_nothing(name, value):
    assert [field for field, _code in codes({name: value})] == [name]


@pytest.mark.parametrize("name", sorted(policies.NUMBERS.keys() - policies.OPTIONAL))
def test_parse_refuses_an_absent_number(name):
    assert codes({name: None}) == [(name, "not_a_number")]


@pytest.mark.parametrize(("name", "limits"), policies.NUMBERS.items())
def test_parse_takes_numbers_up_to_their_limits_and_no_further(name, limits):
    low, high = limits
    assert [getattr(policies.parse({name: value}), name) for value in limits] == [low, high]
    assert codes({name: low - 1}) == codes({name: high + 1}) == [(name, "out_of_range")]


@pytest.mark.promise("C07")
@pytest.mark.parametrize("name", sorted(policies.OPTIONAL))
def test_parse_takes_the_absence_of_an_optional_number(name):
    assert getattr(policies.parse({name: None}), name) is None


def test_version_from_before_the_alerts_still_reads():
    values = policies.parse({"soft_minutes": 45})
    assert (values.alert_seconds, values.silent_minutes, values.wrapup_minutes) == (90, None, None)


def test_parse_lists_every_problem_at_once():
    raw = {"retention_months": 0, "queue": "yes", "greeting": {"xx": "Dag"}, "colour": "red"}
    assert codes(raw) == [
        ("colour", "unknown"),
        ("queue", "not_yes_or_no"),
        ("retention_months", "out_of_range"),
        ("greeting.xx", "unknown_language"),
    ]


@pytest.mark.parametrize("raw", [None, [], "policy", 3])
def test_parse_refuses_what_is_no_object(raw):
    assert codes(raw) == [("", "not_an_object")]


@pytest.mark.promise("B04")
def test_parse_refuses_a_question_that_does_not_say_why():
    assert codes({"questions": [question(why={"nl": " "})]}) == [("questions.0.why", "empty")]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"kind": "email"}, [("questions.0.kind", "unknown_kind")]),
        ({"key": "Age!"}, [("questions.0.key", "not_a_key")]),
        ({"label": {}}, [("questions.0.label", "empty")]),
        ({"label": {"nl": "x" * 201}}, [("questions.0.label.nl", "too_long")]),
        ({"required": True}, [("questions.0.required", "unknown")]),
        ({"kind": "choice"}, [("questions.0.choices", "too_few_choices")]),
        ({"choices": [{"key": "a", "label": {"nl": "a"}}]}, [("questions.0.choices", "no_choices_here")]),
        ({"choices": "ab"}, [("questions.0.choices", "not_a_list")]),
    ],
)
def test_parse_refuses_a_question_that_cannot_be_asked(changes, expected):
    assert codes({"questions": [question(**changes)]}) == expected


def test_parse_refuses_two_questions_with_one_key():
    assert codes({"questions": [question(), question()]}) == [("questions", "same_key")]


def test_parse_refuses_two_nicknames():
    both = [question(key="one", kind="nickname"), question(key="two", kind="nickname")]
    assert codes({"questions": both}) == [("questions", "two_nicknames")]


def test_parse_refuses_more_questions_than_a_visitor_can_bear():
    many = [question(key=f"q{number}") for number in range(21)]
    assert codes({"questions": many}) == [("questions", "too_many")]


@pytest.mark.promise("B03")
@pytest.mark.parametrize(
    "label",
    [
        "Wat is je naam?",
        "Voornaam",
        "Hoe heet je?",
        "Hoe mogen we je noemen?",
        "Je e-mailadres",
        "In welke straat woon je?",
        "What is your name?",
        "NICKNAME",
        "Your address",
        "Where do you live?",
        "Quel est ton prénom ?",
        "Comment tu t’appelles ?",
        "Votre adresse",
        "Wie heißt du?",
        "Nachname",
        "Anschrift",
    ],
)
def test_parse_refuses_a_question_for_a_name_or_address_where_none_may_be_asked(label):
    asked = [question(label={"nl": label})]
    assert codes({"may_ask_name": False, "questions": asked}) == [("questions.0", "asks_name")]
    assert len(policies.parse({"questions": asked}).questions) == 1


@pytest.mark.promise("B03")
def test_parse_refuses_a_nickname_where_no_name_may_be_asked():
    asked = [question(kind="nickname", label={"nl": "Kies iets"})]
    assert codes({"may_ask_name": False, "questions": asked}) == [("questions.0", "asks_name")]


@pytest.mark.promise("B03")
def test_parse_finds_a_name_asked_in_a_choice():
    choices = [{"key": "a", "label": {"en": "My name is"}}, {"key": "b", "label": {"en": "Nothing"}}]
    asked = [question(kind="choice", choices=choices)]
    assert codes({"may_ask_name": False, "questions": asked}) == [("questions.0", "asks_name")]


@pytest.mark.parametrize(
    "label",
    [
        "Hoe oud ben je?",
        "Is het aangenaam thuis?",
        "Ben je in opname?",
        "Leef je op straat?",
        "Waar gaat het over, namelijk?",
        "Which region?",
        "Dors-tu dans la rue ?",
    ],
)
def test_parse_takes_a_question_that_only_sounds_like_a_name(label):
    asked = [question(label={"nl": label})]
    assert len(policies.parse({"may_ask_name": False, "questions": asked}).questions) == 1


@pytest.mark.promise("N04")
def test_parse_refuses_a_text_with_an_unknown_placeholder():
    assert codes({"greeting": {"nl": "Dag {{ visitor }}"}}) == [("greeting.nl", "unknown_placeholder")]


@pytest.mark.promise("C07", "N04")
def test_parse_refuses_a_text_that_tells_a_limit_which_is_not_kept():
    told = {"disclaimer": {"nl": "Hoogstens {{ contact_limit }} per dag."}}
    assert codes(told) == [("disclaimer.nl", "no_contact_limit")]
    assert policies.parse({**told, "contact_limit": 4}).contact_limit == 4


def test_override_keeps_only_what_was_given():
    assert policies.parse_override({"capacity": 3, "greeting": {"nl": "Dag ", "en": ""}}) == {
        "capacity": 3,
        "greeting": {"nl": "Dag"},
    }


def test_override_is_checked_too():
    assert codes({"capacity": 0}, policies.parse_override) == [("capacity", "out_of_range")]


def test_overlay_changes_what_the_line_does_otherwise_and_nothing_else():
    base = PolicyValues(retention_months=12, capacity=2)
    assert policies.overlay(base, {"capacity": 3}) == PolicyValues(retention_months=12, capacity=3)
    assert policies.overlay(base, {}) == base


def test_differences_name_each_changed_promise():
    before, after = PolicyValues(), PolicyValues(retention_months=12, queue=True)
    assert policies.differences(before, after) == [Change("queue", False, True), Change("retention_months", 6, 12)]
    assert policies.differences(after, after) == []


def test_differences_without_a_version_before_tell_everything():
    told = policies.differences(None, PolicyValues())
    assert [(change.field, change.before) for change in told] == [(name, None) for name in policies.FIELDS]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from([*policies.FIELDS, "other"]), JSON))
def test_parse_answers_any_json_with_values_or_problems(raw):
    try:
        values = policies.parse(raw)
    except PolicyError as error:
        assert error.problems
    else:
        assert policies.parse(policies.dump(values)) == values


@given(st.lists(st.fixed_dictionaries({}, optional=dict.fromkeys(policies.QUESTION_FIELDS, JSON)), max_size=3))
def test_parse_answers_any_questions_with_values_or_problems(questions):
    try:
        assert len(policies.parse({"questions": questions}).questions) == len(questions)
    except PolicyError as error:
        assert all(problem.field.startswith("questions") for problem in error.problems)


@pytest.mark.promise("C11")
def test_reading_along_is_nobodys_unless_it_was_chosen():
    assert policies.parse({}).reading_along == "nobody"
    assert policies.parse({"reading_along": "told"}).reading_along == "told"
    for wrong in ("everybody", "", None, True, ["told"]):
        with pytest.raises(PolicyError) as problem:
            policies.parse({"reading_along": wrong})
        assert [entry.code for entry in problem.value.problems] == ["unknown_choice"]
