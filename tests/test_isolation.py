"""No address of the installation shows or changes a row of another organisation (O10; security goals A1, A7, E3)."""

import pytest
from django.test import Client
from django.urls import resolve

from helplines.models import Role
from tests.isolation.knock import BACKEND, CACHED, POSTED, Visitor, tried
from tests.isolation.routes import UNDECLARED, UNREACHED, Route, every_route
from tests.isolation.world import FIXED, NAMES, PUBLIC, House, build, our_models, writable

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.isolation.urls")]
ROLES = ["anonymous", *Role, "unsigned", "let go", "closed account", "operator"]
# Nobody removes these through the admin, or adds them there: their pages refuse everybody.
SHUT = {
    "admin:helplines_policy_add",
    "admin:registration_form_add", "admin:registration_closedyear_add",
    *(f"admin:registration_{name}_delete" for name in ("form", "tree", "closedyear")),
    *(f"admin:helplines_{name}_delete" for name in
      ("confidentialityagreement", "line", "membership", "organisation", "policy", "staff")),
}  # fmt: skip
# What is at these addresses is a way to somewhere else, or the word that there is nothing.
ELSEWHERE = {
    "start", "desk", "account_reset_password_from_key", "admin:login", "admin:logout", "admin:None",
    "admin:password_change", "admin:password_change_done", "admin:app_list", "admin:autocomplete",
    # These ask first who sits there, or what has not been set up in these houses.
    "account_reauthenticate", "mfa_authenticate", "mfa_reauthenticate", "mfa_activate_totp", "mfa_deactivate_totp",
    "mfa_view_recovery_codes", "mfa_generate_recovery_codes", "mfa_add_webauthn", "mfa_remove_webauthn",
    "mfa_reauthenticate_webauthn", "mfa_login_webauthn",
    # People come by invitation, and an invitation that is open is what its link leads to.
    "admin:helplines_staff_add", "invitation", "invitation_link",
    "admin:registration_closedyear_close",  # a press, that leads back
}  # fmt: skip


@pytest.fixture
def houses(settings) -> dict[str, House]:
    settings.DEMO_SITE_ORIGIN = "http://testserver"
    return build()


@pytest.fixture
def routes() -> list[Route]:
    return every_route()


def test_every_address_says_for_whom_it_is(routes):
    assert [UNDECLARED.format(route=route) for route in routes if not route.kind] == []


def test_every_address_is_reached_by_what_we_ask(routes, houses):
    """One pattern may hide another: then the hidden one was never tried."""
    visitor = Visitor.as_("anonymous", houses)
    hidden = [
        UNREACHED.format(route=route, reason=f"{address} is answered by another pattern")
        for route in routes
        for address in visitor.addresses(route).values()
        if resolve(address).func is not route.callback
    ]
    assert hidden == []


@pytest.mark.promise("O10", "J01", "J02")
@pytest.mark.parametrize("role", ROLES)
def test_no_address_shows_or_changes_what_is_not_theirs(routes, houses, role):
    assert tried(Visitor.as_(role, houses), routes) == []


def test_every_address_opens_for_somebody(routes, houses):
    """Where everybody is refused, nothing was shown about the wall."""
    visitors = [Visitor.as_(role, houses) for role in ("anonymous", Role.COUNSELLOR, Role.ADMINISTRATOR, "operator")]
    shut = [
        str(route)
        for route in routes
        if route.name not in SHUT | ELSEWHERE | POSTED
        if 200 not in {visitor.ask("GET", visitor.addresses(route)["own"]).status for visitor in visitors}
    ]
    assert shut == []


def test_what_may_be_kept_is_the_same_for_everybody(routes, houses):
    """A greedy proxy in front can hand one person's answer to another: for these that must do no harm (A7)."""
    people = [Visitor.as_(role, houses) for role in ("anonymous", Role.ADMINISTRATOR, "operator")]
    kept = [route for route in routes if route.name in CACHED]
    answers = {
        route.name: {visitor.ask("GET", visitor.addresses(route)["own"]).text for visitor in people} for route in kept
    }
    assert {name: len(texts) for name, texts in answers.items()} == dict.fromkeys(CACHED, 1)


def test_desk_is_that_of_the_own_organisation(houses):
    """From the other side: what alpha's people open, bravo's do not."""
    client = Client()
    client.force_login(houses["bravo"].people[Role.COUNSELLOR], backend=BACKEND)
    ours, theirs = (f"/desk/{houses[name].organisation.slug}/" for name in ("alpha", "bravo"))
    assert (client.get(ours).status_code, client.get(theirs).status_code) == (404, 200)


def test_every_text_of_every_organisation_holds_a_word_of_its_own(houses):
    """A leak shows only where there is something to leak."""
    empty = [
        f"{home.name}: {model._meta.label}"
        for home in houses.values()
        for model in our_models()
        if writable(model) and not any(isinstance(row, model) for row in home.rows.values())
    ]
    assert empty == []


def test_listed_columns_exist():
    columns = {model._meta.label: {entry.name for entry in model._meta.concrete_fields} for model in our_models()}
    listed = [(label, name) for table in (PUBLIC, FIXED) for label, names in table.items() for name in names]
    assert [entry for entry in listed if entry[1] not in columns.get(entry[0], set())] == []


def test_houses_are_three(houses):
    assert tuple(houses) == NAMES
