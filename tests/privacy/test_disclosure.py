"""The whole table of who may ask what of whom: exactly the allowed cells open, and what is not in it is refused."""

from dataclasses import replace
from datetime import date
from itertools import product

import pytest

from config.demo.seed import seeds
from helplines import policies
from helplines.models import Role
from helplines.policies import IDENTITY_HOLDERS
from privacy import disclosure
from privacy.disclosure import DISCUSSED, GROUNDS, RECIPIENTS, Asked, stored

TODAY = date(2026, 11, 22)
ORDER = {
    "authority": "Parket",
    "person": "officier",
    "reference": "2026/1",
    "date": "2026-11-21",
    "article": "126nc Sv",
    "data": "IP",
}
CELLS = list(product(IDENTITY_HOLDERS, GROUNDS, Role.values, RECIPIENTS))
DANGERS, TALKERS, HEADS = ("danger-self", "danger-other"), ("counsellor", "mentor"), ("manager", "administrator")
ALLOWED = {
    *product(["administrator"], DANGERS, TALKERS, ["counsellor", "emergency", "surroundings"]),
    *product(["administrator-care"], DANGERS, TALKERS, ["care", "police"]),
    *product(["management-dpo", "provider"], ["order"], HEADS, ["police", "prosecutor"]),
}


def refusal(policy, *given):
    """By the procedure that goes with these holders where nothing else was said."""
    return disclosure.refusal(stored(policy, None), *given)


def asked(ground="order", recipient="police", **given):
    return Asked(ground, recipient, **{"discussed": "tried", "order": ORDER, **given})


@pytest.mark.promise("E01", "E02", "E03", "E04", "E05", "C13")
def test_exactly_the_allowed_cells_open():
    open_cells = {
        (policy, ground, role, recipient)
        for policy, ground, role, recipient in CELLS
        if not refusal(policy, asked(ground, recipient), frozenset({role}), TODAY)
    }
    assert open_cells == ALLOWED
    assert len(CELLS) == 5 * 4 * 6 * 6


@pytest.mark.promise("E04", "C13")
@pytest.mark.parametrize("ground", DANGERS)
@pytest.mark.parametrize("policy", ["management-dpo", "provider"])
def test_danger_is_no_ground_where_only_an_order_is(policy, ground):
    assert refusal(policy, asked(ground), frozenset(Role.values), TODAY) == "ground"


@pytest.mark.promise("E01", "E03")
@pytest.mark.parametrize("policy", ["administrator", "administrator-care"])
def test_whether_it_was_discussed_first_must_be_said(policy):
    recipient = stored(policy, None).recipients[0]
    told = {said: refusal(policy, asked("danger-self", recipient, discussed=said), frozenset({"counsellor"}), TODAY)
            for said in ("", "maybe", *DISCUSSED)}  # fmt: skip
    assert told == {"": "discussed", "maybe": "discussed", **dict.fromkeys(DISCUSSED, "")}


@pytest.mark.promise("E05")
@pytest.mark.parametrize("name", disclosure.ORDER_FIELDS)
def test_order_without_one_of_its_fields_is_none(name):
    for order in ({**ORDER, name: " "}, {key: value for key, value in ORDER.items() if key != name}):
        assert refusal("management-dpo", asked(order=order), frozenset({"manager"}), TODAY) == "order"


@pytest.mark.promise("E05")
@pytest.mark.parametrize(
    "order", [{}, {**ORDER, "date": "2026-11-23"}, {**ORDER, "date": "yesterday"}, {**ORDER, "more": "x"}]
)
def test_order_that_cannot_be_one_is_none(order):
    assert refusal("management-dpo", asked(order=order), frozenset({"manager"}), TODAY) == "order"


@pytest.mark.parametrize("policy", ["", "somebody", "administrator "])
def test_policy_that_nobody_knows_opens_nothing(policy):
    assert refusal(policy, asked(), frozenset(Role.values), TODAY) == "asker"


@pytest.mark.parametrize("policy", IDENTITY_HOLDERS)
def test_every_policy_has_a_procedure_that_follows_from_its_holders(policy):
    values = policies.parse({"identity_holders": policy})
    assert disclosure.procedure(values) == replace(stored(policy, None), holders=policy)


def test_mark_of_an_order_is_its_own_and_holds_none_of_its_words():
    assert asked().mark == asked().mark
    assert asked().mark != asked(order={**ORDER, "reference": "2026/2"}).mark
    assert (len(asked().mark), asked(order={}).mark) == (46, "")


@pytest.mark.promise("E07")
def test_every_policy_opens_what_it_says_and_nothing_else():
    """Whatever is chosen of the lists, exactly those cells open."""
    chosen = {
        "identity_holders": "management-dpo",
        "opening_grounds": ["danger-other", "order"],
        "opening_askers": ["dpo", "mentor"],
        "opening_recipients": ["care", "prosecutor"],
    }
    asks = disclosure.procedure(policies.parse(chosen))
    cells = list(product(GROUNDS, Role.values, RECIPIENTS, ("", *DISCUSSED), (True, False)))
    open_cells = {
        (ground, role, recipient, said, has_order)
        for ground, role, recipient, said, has_order in cells
        if not disclosure.refusal(
            asks, Asked(ground, recipient, said, ORDER if has_order else {}), frozenset({role}), TODAY
        )
    }
    assert asks.discussed is False
    assert open_cells == {
        *product(["danger-other"], ["mentor", "dpo"], ["care", "prosecutor"], ["", *DISCUSSED], [True, False]),
        *product(["order"], ["mentor", "dpo"], ["care", "prosecutor"], ["", *DISCUSSED], [True]),
    }


@pytest.mark.promise("E01", "E03", "E04", "E05", "E06")
@pytest.mark.parametrize(
    ("slug", "offices", "grounds", "askers", "recipients", "discussed"),
    [
        ("caw", ("administrator",), DANGERS, TALKERS, ("counsellor", "emergency", "surroundings"), True),
        ("ombuds", ("administrator",), DANGERS, TALKERS, ("care", "police"), True),
        ("luisterlijn", ("management", "dpo"), ("order",), HEADS, ("police", "prosecutor"), False),
        ("sociaal-werk", (), (), (), (), True),
    ],
)
def test_example_organisations_have_their_own_procedure(slug, offices, grounds, askers, recipients, discussed):
    asks = disclosure.procedure(policies.parse(seeds()[slug]["policy"]))
    told = (asks.offices, asks.grounds, asks.askers, asks.recipients, asks.discussed)
    assert told == (offices, grounds, askers, recipients, discussed)


@pytest.mark.parametrize(
    "terms", [{}, {"grounds": 3}, {"grounds": [], "askers": [], "recipients": []}, {"minutes": "x"}]
)
def test_terms_that_cannot_be_read_open_nothing(terms):
    assert disclosure.stored("administrator", terms).offices == ()
