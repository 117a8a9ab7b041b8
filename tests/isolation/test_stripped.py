"""The isolation sweep with every filter of the program taken away: PostgreSQL alone keeps the organisations apart (O10, A6).

Each address is tried in every way by somebody for whom it opens, and in one way by somebody for whom it does not, all roles in
turn: who is shut out meets the same gate whichever way they come, and no row behind it. With SOAK=1 everybody tries everything.
"""

import os
from collections.abc import Iterator
from itertools import cycle
from typing import Any

import pytest
from django.db import connection

from helplines.models import Role, Staff
from tests.app_role import as_owner, is_on
from tests.isolation.knock import Visitor, expected, fine, leaks, opens, posts_only
from tests.isolation.routes import Route, every_route
from tests.isolation.test_guards import named
from tests.isolation.world import canary, writable

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.urls("tests.isolation.urls"),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="the second wall is PostgreSQL's (DATABASE_URL)"),
]
SOAK = bool(os.environ.get("SOAK"))
ROLES = ["anonymous", *Role, "unsigned", "let go", "closed account", "operator"]
WAYS = [(method, which) for which in ("own", "foreign") for method in ("GET", "POST")]
# Who, which address, how, and of whose organisation.
Asked = tuple[str, Route, str, str]


@pytest.fixture(autouse=True)
def behind_the_wall() -> None:
    assert is_on(connection), "The tests must work as the role of the program: let them make one (CREATEROLE)."


def swept() -> list[Route]:
    # People belong to no organisation, so no wall of the database holds their pages (docs/isolation.md).
    return [route for route in every_route() if "staff" not in route.name]


def is_for(role: str, route: Route) -> bool:
    """Whether this page opens for them. The operator may read all of the admin, so nothing can leak there."""
    if role == "operator" and route.kind == "admin":
        return False
    return expected(role, route, "own") in {opens, fine, posts_only}


def shared_out(routes: list[Route]) -> Iterator[Asked]:
    """Each address for one role of both sorts, all roles in turn, and for who is shut out all ways in turn."""
    turns, ways = cycle(ROLES), cycle(WAYS)
    for route in routes:
        for welcome in (True, False):
            role = next((role for role in (next(turns) for _role in ROLES) if is_for(role, route) is welcome), None)
            if role is not None:
                yield from ((role, route, *way) for way in (WAYS if welcome else [next(ways)]))


def all_of_it(routes: list[Route]) -> Iterator[Asked]:
    whose = ("own", "foreign", "absent", "mixed", "mixed absent")
    yield from (
        (role, route, method, which)
        for role in ROLES
        for route in routes
        for which in whose
        for method in ("GET", "POST")
    )


def shown(houses: Any, asked: Iterator[Asked]) -> tuple[list[str], set[str]]:
    """What is shown to somebody that is not theirs, or breaks; and the addresses that opened."""
    visitors = {role: Visitor.as_(role, houses) for role in ROLES}
    # Their names, in the choices of a form, neither.
    of_people = {canary(home, Staff, column.name) for home in houses.values() for column in writable(Staff)}
    found, opened = [], set()
    for role, route, method, which in asked:
        address = visitors[role].addresses(route).get(which)
        if address is None:
            continue
        answer = visitors[role].ask(method, address)
        leaked = sorted(leaks(visitors[role], route, which, answer, address) - of_people)
        if leaked or answer.status >= 500:
            found.append(f"{role}: {method} {which} {route}: {answer.status} {leaked}")
        if opens(answer):
            opened.add(route.name)
    return found, opened


@pytest.mark.promise("O10")
def test_no_address_shows_anybody_a_foreign_row_when_all_filters_are_gone(houses: Any, stripped: None) -> None:
    routes = swept()
    found, opened = shown(houses, all_of_it(routes) if SOAK else shared_out(routes))
    assert found == []
    # A program that shows nothing at all would leak nothing.
    assert len(opened) > len(routes) * 0.6


def test_every_role_and_every_address_has_its_turn() -> None:
    asked = list(shared_out(swept()))
    assert {role for role, *_rest in asked} == set(ROLES)
    assert {route.name for _role, route, *_rest in asked} == {route.name for route in swept()}
    welcome = {route.name for role, route, *_rest in asked if is_for(role, route)}
    assert welcome == {route.name for route in swept()}


def test_without_the_second_wall_the_stripped_program_leaks(houses: Any, stripped: None) -> None:
    """The room holds what could leak: to a superuser the database shows it."""
    pages = named("admin:helplines_branch_changelist", "admin:helplines_closure_changelist")
    with as_owner(connection):
        found, _opened = shown(houses, shared_out(pages))
    assert {name for name in ("branch", "closure") for problem in found if f"{name}_changelist" in problem} == {
        "branch",
        "closure",
    }
