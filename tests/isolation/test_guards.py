"""Each guard is taken away in turn: then the isolation tests must find a hole, or another guard must still stand."""

import django_scopes.manager
import pytest
from django.db import connection

from helplines import access, middleware
from helplines.admin import base, wall
from helplines.models import Line, Membership, Role
from helplines.models.people import MembershipQuerySet
from helplines.tenancy import across_organisations
from tests.app_role import as_owner
from tests.isolation.knock import Visitor, tried
from tests.isolation.routes import Route, every_route
from tests.isolation.test_scopes import answered

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.isolation.urls")]


def named(*names: str) -> list[Route]:
    found = [route for route in every_route() if route.name in names]
    assert {route.name for route in found} == set(names)
    return found


def without_scope(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(middleware, "administered", lambda request: across_organisations())


def without_own_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wall, "own", lambda request, rows: rows)
    monkeypatch.setattr(wall, "owns", lambda request, row: True)


ADMIN_PAGES = (
    "admin:helplines_branch_changelist",
    "admin:helplines_branch_change",
    "admin:helplines_closure_add",
    "admin:helplines_staff_change",
    "admin:helplines_policy_publish",
    "admin:timetable",
)


def test_gate_of_members_is_what_keeps_others_out(houses, monkeypatch):
    def anybody(staff, organisation_slug, roles):
        with across_organisations():
            rows = Membership.objects.select_related("organisation", "staff")
            found = rows.filter(organisation__slug=organisation_slug).first()
        return found or original(staff, organisation_slug, roles)

    original = access.membership
    monkeypatch.setattr(access, "membership", anybody)
    found = tried(Visitor.as_(Role.COUNSELLOR, houses), named("desk_of", "promises"))
    assert any("foreign showed" in problem for problem in found)
    assert any("tells foreign (200) from absent (404)" in problem for problem in found)


def test_sign_in_is_what_keeps_strangers_out(houses, monkeypatch):
    visitor = Visitor.as_(Role.COUNSELLOR, houses)
    visitor.role = "anonymous"
    assert any("own answered 200" in problem for problem in tried(visitor, named("desk_of")))


def test_agreement_is_what_keeps_the_unsigned_out(houses, monkeypatch):
    monkeypatch.setattr(MembershipQuerySet, "in_force", lambda rows: rows.filter(is_active=True))
    found = tried(Visitor.as_("unsigned", houses), named("desk_of", "admin:helplines_branch_changelist"))
    assert [problem for problem in found if "GET" in problem and "own answered 200" in problem] != []


def test_ended_role_is_what_keeps_a_former_member_out(houses, monkeypatch):
    monkeypatch.setattr(MembershipQuerySet, "of", lambda rows, staff: rows.filter(staff=staff))
    monkeypatch.setattr(MembershipQuerySet, "in_force", lambda rows: rows.all())
    found = tried(Visitor.as_("let go", houses), named("promises"))
    assert any("own answered 200" in problem for problem in found)


def test_admin_holds_on_own_rows_when_the_scope_is_gone(administrator, monkeypatch):
    without_scope(monkeypatch)
    pages = [route for route in every_route() if route.kind == "admin"]
    assert tried(administrator, pages) == []


def test_admin_holds_on_the_scope_when_own_rows_are_gone(administrator, monkeypatch):
    without_own_rows(monkeypatch)
    # People belong to no organisation, so no scope holds them: for them the first wall is the only one.
    pages = [name for name in ADMIN_PAGES if "staff" not in name]
    assert tried(administrator, named(*pages)) == []


def test_admin_leaks_when_both_are_gone(administrator, monkeypatch):
    without_scope(monkeypatch)
    without_own_rows(monkeypatch)
    found = tried(administrator, named(*ADMIN_PAGES))
    holes = {name for name in ADMIN_PAGES for problem in found if f"({name})" in problem}
    assert holes == set(ADMIN_PAGES)


def test_page_without_the_walled_base_leaks(administrator, monkeypatch):
    monkeypatch.setattr(base.Walled, "get_queryset", lambda page, request: page.model._base_manager.all())
    monkeypatch.setattr(base.Walled, "has_view_permission", lambda page, request, row=None: True)
    # On PostgreSQL a second wall would still stand.
    with as_owner(connection):
        found = tried(administrator, named("admin:helplines_branch_changelist", "admin:helplines_branch_change"))
    assert any("showed" in problem for problem in found)
    assert any("tells foreign" in problem for problem in found)


def test_manager_is_what_refuses_an_unscoped_query(monkeypatch):
    monkeypatch.setattr(django_scopes.manager, "get_scope", lambda: {"_enabled": False})
    ways = ["all", "count", "exclude", "exists", "first", "iterate"]
    assert answered(Line, ways) == ways
