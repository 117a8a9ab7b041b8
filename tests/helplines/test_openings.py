"""How an address is opened, as values of a policy: what goes together, what follows from the holders, and who decides."""

import pytest
from django.utils import translation

from helplines import openings, policies, policy_words
from helplines.policies import PolicyError, PolicyValues


def codes(**raw):
    with pytest.raises(PolicyError) as problem:
        policies.parse(raw)
    return [(entry.field, entry.code) for entry in problem.value.problems]


@pytest.mark.promise("E07")
@pytest.mark.parametrize("holders", policies.IDENTITY_HOLDERS)
def test_policy_of_before_these_values_says_what_its_holders_did(holders):
    values = policies.dump(policies.parse({"identity_holders": holders}))
    expected = {
        name: list(value) if isinstance(value, tuple) else value for name, value in openings.of(holders).items()
    }
    assert {name: values[name] for name in expected} == expected


@pytest.mark.promise("E04", "C13")
def test_line_with_holders_of_its_own_does_not_keep_the_grounds_of_its_organisation():
    base = PolicyValues()
    assert policies.overlay(base, {"identity_holders": "management-dpo"}).opening_grounds == ("order",)
    assert policies.overlay(base, {"opening_minutes": 5}).opening_grounds == openings.DANGERS


def test_line_stores_how_an_address_is_opened_whole_or_not_at_all():
    base = PolicyValues()
    after = policies.parse({"identity_holders": "management-dpo", "opening_grounds": ["danger-self"]})
    assert set(policies.otherwise(base, after)) == set(openings.FIELDS)
    assert policies.overlay(base, policies.otherwise(base, after)) == after
    assert policies.otherwise(base, policies.parse({"capacity": 2})) == {"capacity": 2}


@pytest.mark.promise("E07")
@pytest.mark.parametrize("name", openings.LISTS)
@pytest.mark.parametrize("value", ["danger-self", ["anybody"], [["order"]], None, {"order": True}])
def test_list_of_what_there_is_not_is_refused(name, value):
    assert codes(**{name: value})[0] == (name, "unknown_choice")


@pytest.mark.parametrize("name", openings.LISTS)
def test_list_with_nothing_in_it_is_refused_unless_nobody_opens(name):
    assert codes(**{name: []}) == [(name, "none_chosen")]
    assert getattr(policies.parse({"identity_holders": "nobody", name: []}), name) == ()


@pytest.mark.promise("E03")
def test_holders_that_promise_care_or_police_tell_nobody_else():
    given = {"identity_holders": "administrator-care", "opening_recipients": ["police", "surroundings"]}
    assert codes(**given) == [("opening_recipients", "beyond_holders")]
    assert policies.parse({**given, "opening_recipients": ["police"]}).opening_recipients == ("police",)


@pytest.mark.promise("E07")
@pytest.mark.parametrize("name", openings.FIELDS)
def test_nobody_changes_how_an_address_is_opened_alone(name):
    other = {
        "identity_holders": "provider",
        "opening_grounds": ["order"],
        "opening_askers": ["mentor"],
        "opening_recipients": ["police"],
        "opening_discussed": False,
        "opening_minutes": 16,
    }
    assert policies.needs_two(PolicyValues(), policies.parse({name: other[name]}))


@pytest.mark.promise("E07")
def test_procedure_is_said_in_sentences():
    values = policies.parse({"opening_grounds": ["order"], "opening_minutes": 10})
    with translation.override("en"):
        said = [str(line) for entry in policy_words.all_said(values, openings.FIELDS) for line in entry.lines]
    assert said == [
        "No counsellor sees the internet address of a visitor; only the administrator can open it.",
        "A sealed address is opened only: on a written order of a judge or a prosecutor.",
        "Who may ask to open it: counsellor, mentor.",
        "Who asks never opens it. Where two offices open it, those are two people.",
        "Who may be told what was opened: another counsellor, emergency services, somebody close to the visitor.",
        "Who asks to open an address says whether the visitor was asked first.",
        "Who opened an address sees it for 10 minutes. Then it is gone.",
    ]


def test_procedure_is_not_said_where_nobody_opens():
    values = policies.parse({"identity_holders": "nobody"})
    assert len(policy_words.all_said(values, openings.FIELDS)) == 1
