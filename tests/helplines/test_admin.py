"""The wall in the admin: own rows everywhere, foreign rows nowhere (O10, A2 of the security goals)."""

import datetime as dt
import re
from typing import Any

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from helplines.models import Branch, Closure, Line, OpeningHours, Role
from helplines.tenancy import across_organisations
from tests.factories.helplines import (
    AgreementFactory,
    BranchFactory,
    ClosureFactory,
    EmergencyNumberFactory,
    LineFactory,
    MembershipFactory,
    PolicyFactory,
    StaffFactory,
)
from tests.helplines.admin_rooms import House, at, count, house, signed_in

pytestmark = pytest.mark.django_db
# Those of the apps above are tried in `tests/isolation`.
MODELS = sorted(model._meta.model_name for model in admin.site._registry if model._meta.app_label == "helplines")
REMOVABLE = {"cannedreply", "branch", "closure", "emergencynumber", "extraopening", "invitation"}


@pytest.fixture
def ours() -> House:
    return house("Ours")


@pytest.fixture
def theirs() -> House:
    return house("Theirs")


@pytest.fixture
def client(ours: House, theirs: House) -> Client:
    return signed_in(ours.admin)


def told(answer: Any) -> str:
    """What a page says, without the token that differs each time."""
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", answer.content.decode())


def test_every_table_of_ours_is_in_the_room(ours):
    assert sorted(ours.rows) == MODELS


# Who comes in


def test_admin_sends_a_stranger_to_the_one_sign_in_page():
    answer = Client().get("/admin/", follow=True)
    assert answer.redirect_chain[-1][0] == f"{reverse('account_login')}?next=/admin/"


@pytest.mark.promise("J02")
@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMINISTRATOR])
def test_admin_is_not_there_for_another_role(role):
    answer = signed_in(MembershipFactory(role=role).staff).get("/admin/", follow=True)
    assert answer.status_code == 404


def test_admin_is_not_there_for_djangos_own_permissions():
    person = MembershipFactory(role=Role.COUNSELLOR, staff__is_staff=True).staff
    assert signed_in(person).get("/admin/", follow=True).status_code == 404


@pytest.mark.promise("J01")
def test_admin_leads_an_administrator_without_agreement_to_the_agreement():
    membership = MembershipFactory(role=Role.ADMINISTRATOR, accepted=False)
    answer = signed_in(membership.staff).get("/admin/", follow=True)
    assert answer.redirect_chain[-1][0] == reverse("agreement", args=[membership.organisation.slug])


def test_admin_closes_when_a_new_agreement_is_published(ours):
    AgreementFactory(organisation=ours.organisation)
    answer = signed_in(ours.admin).get("/admin/")
    assert answer.status_code == 302


def test_admin_closes_when_the_role_ends(ours):
    with across_organisations():
        ours.admin.memberships.update(is_active=False)
    assert signed_in(ours.admin).get("/admin/", follow=True).status_code == 404


# Own and foreign rows


@pytest.mark.promise("O10")
@pytest.mark.parametrize("model", MODELS)
def test_list_shows_own_rows_only(client, ours, theirs, model):
    page = client.get(at(model, "changelist")).content.decode()
    assert (ours.mark in page, theirs.mark in page) == (True, False)


@pytest.mark.promise("O10")
@pytest.mark.parametrize("view", ["change", "delete", "history"])
@pytest.mark.parametrize("model", MODELS)
def test_foreign_row_answers_as_a_row_that_is_not_there(client, theirs, model, view):
    foreign = client.get(at(model, view, theirs.rows[model].pk))
    absent = client.get(at(model, view, 999_999))
    # Where nothing can be removed at all, that is the answer for every row.
    expected = 403 if view == "delete" and model not in REMOVABLE else 404
    assert (foreign.status_code, told(foreign)) == (expected, told(absent))


@pytest.mark.parametrize("model", MODELS)
def test_own_row_opens_without_a_foreign_name_in_it(client, ours, theirs, model):
    answer = client.get(at(model, "change", ours.rows[model].pk))
    assert (answer.status_code, theirs.mark in answer.content.decode()) == (200, False)


@pytest.mark.parametrize("view", ["change", "delete"])
@pytest.mark.parametrize("model", MODELS)
def test_foreign_row_refuses_a_post(client, theirs, model, view):
    answer = client.post(at(model, view, theirs.rows[model].pk), {"post": "yes"})
    assert answer.status_code in {403, 404}
    assert count(type(theirs.rows[model]), pk=theirs.rows[model].pk) == 1


@pytest.mark.parametrize("model", sorted(REMOVABLE))
def test_own_row_can_be_removed(client, ours, model):
    client.post(at(model, "delete", ours.rows[model].pk), {"post": "yes"})
    assert count(type(ours.rows[model]), pk=ours.rows[model].pk) == 0


@pytest.mark.parametrize("model", sorted(set(MODELS) - REMOVABLE))
def test_what_others_hang_from_is_never_removed(client, ours, model):
    answer = client.post(at(model, "delete", ours.rows[model].pk), {"post": "yes"})
    assert (answer.status_code, count(type(ours.rows[model]), pk=ours.rows[model].pk)) == (403, 1)


@pytest.mark.parametrize("model", MODELS)
def test_add_form_names_no_foreign_row(client, theirs, model):
    page = client.get(at(model, "add"), follow=True).content.decode()
    assert theirs.mark not in page


@pytest.mark.parametrize("model", sorted(REMOVABLE))
def test_bulk_delete_leaves_foreign_rows(client, ours, theirs, model):
    chosen = [ours.rows[model].pk, theirs.rows[model].pk]
    client.post(at(model, "changelist"), {"action": "delete_selected", "_selected_action": chosen, "post": "yes"})
    kept = [count(type(entry.rows[model]), pk=entry.rows[model].pk) for entry in (ours, theirs)]
    assert kept == [0, 1]


@pytest.mark.promise("O10")
@pytest.mark.parametrize("fallen", ["scope", "filter"])
@pytest.mark.parametrize("model", MODELS)
def test_each_wall_holds_when_the_other_falls(client, theirs, model, fallen, monkeypatch):
    if fallen == "scope":
        monkeypatch.setattr("helplines.middleware.administered", lambda request: across_organisations())
    elif model != "staff":  # a person belongs to no single organisation, so only the filter knows whose they are
        monkeypatch.setattr("helplines.admin.wall.own", lambda request, rows: rows)
    listed = client.get(at(model, "changelist")).content.decode()
    answer = client.get(at(model, "change", theirs.rows[model].pk))
    assert (theirs.mark in listed, answer.status_code) == (False, 404)


def test_search_finds_no_foreign_row(client, theirs):
    page = client.get(at("line", "changelist"), {"q": theirs.line.slug}).content.decode()
    assert theirs.line.name not in page


@pytest.mark.parametrize(
    "guess",
    ["password__startswith=p", "memberships=1", "memberships__organisation=1", "is_superuser__exact=1", "email=x"],
)
def test_address_bar_cannot_ask_what_no_filter_asks(client, guess):
    assert client.get(f"{at('staff', 'changelist')}?{guess}").status_code == 400


def test_autocomplete_gives_no_row(client, theirs):
    given = {"term": "", "app_label": "helplines", "model_name": "closure", "field_name": "line"}
    answer = client.get(reverse("admin:autocomplete"), given)
    assert (answer.status_code, theirs.mark in answer.content.decode()) == (200, False)


def test_foreign_line_in_a_form_is_refused(client, theirs):
    given = {
        "line": theirs.line.pk,
        "kind": "planned",
        "starts_at_0": "2030-01-01",
        "starts_at_1": "10:00",
        "reason": "No",
    }
    answer = client.post(at("closure", "add"), given)
    assert list(answer.context["errors"]) != []
    assert count(Closure, reason="No") == 0


def test_posted_foreign_organisation_counts_for_nothing(client, ours, theirs):
    client.post(
        at("branch", "add"),
        {"organisation": theirs.organisation.pk, "name": "New", "email": "n@example.org", "position": "0"},
    )
    with across_organisations():
        assert Branch.objects.get(name="New").organisation == ours.organisation


def hours_form(line: Line, hours: OpeningHours) -> dict[str, Any]:
    prefix = "opening_hours"
    return {
        "name": line.name, "slug": line.slug, "kind": "chat", "is_active": "on", "position": "0",
        f"{prefix}-TOTAL_FORMS": "1", f"{prefix}-INITIAL_FORMS": "1",
        f"{prefix}-0-id": hours.pk, f"{prefix}-0-line": line.pk,
        f"{prefix}-0-weekday": "2", f"{prefix}-0-opens": "09:00", f"{prefix}-0-closes": "10:00",
    }  # fmt: skip


def test_inline_changes_own_row(client, ours):
    with across_organisations():
        hours = OpeningHours.objects.get(line=ours.line)
    client.post(at("line", "change", ours.line.pk), hours_form(ours.line, hours))
    with across_organisations():
        assert OpeningHours.objects.get(pk=hours.pk).opens == dt.time(9)


@pytest.mark.promise("O10")
def test_inline_leaves_a_foreign_row(client, ours, theirs):
    with across_organisations():
        hours = OpeningHours.objects.get(line=theirs.line)
    client.post(at("line", "change", ours.line.pk), hours_form(ours.line, hours))
    with across_organisations():
        kept = OpeningHours.objects.get(pk=hours.pk)
    assert (kept.opens, kept.line_id) == (dt.time(13), theirs.line.pk)


def test_operator_sees_every_organisation(ours, theirs):
    page = signed_in(StaffFactory(is_superuser=True)).get(at("line", "changelist")).content.decode()
    assert (ours.line.name in page, theirs.line.name in page) == (True, True)


def test_administrator_of_two_cannot_mix_them(ours, theirs):
    both = MembershipFactory(organisation=theirs.organisation, staff=ours.admin, role=Role.ADMINISTRATOR).staff
    given = {
        "organisation": ours.organisation.pk, "line": theirs.line.pk, "kind": "planned",
        "starts_at_0": "2030-01-01", "starts_at_1": "10:00", "reason": "Mixed",
    }  # fmt: skip
    answer = signed_in(both).post(at("closure", "add"), given)
    assert (answer.status_code, count(Closure, reason="Mixed")) == (200, 0)


def test_two_lines_of_one_address_are_refused_in_words(client, ours):
    given = {"name": "Twin", "slug": ours.line.slug, "kind": "chat", "position": "0"}
    given |= {"opening_hours-TOTAL_FORMS": "0", "opening_hours-INITIAL_FORMS": "0"}
    answer = client.post(at("line", "add"), given)
    assert (answer.status_code, count(Line, name="Twin")) == (200, 0)


# How much it asks of the database


MORE = {
    "branch": BranchFactory,
    "closure": ClosureFactory,
    "emergencynumber": EmergencyNumberFactory,
    "line": LineFactory,
    "membership": MembershipFactory,
    "policy": PolicyFactory,
}


@pytest.mark.parametrize("model", sorted(MORE))
def test_list_takes_as_many_queries_for_three_rows_as_for_one(client, ours, model):
    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            assert client.get(at(model, "changelist")).status_code == 200
        return len(found)

    queries()
    before = queries()
    for _more in range(2):
        MORE[model](organisation=ours.organisation)
    assert queries() == before


# What a browser is asked to do


@pytest.mark.parametrize("model", MODELS)
def test_pages_hold_nothing_that_the_content_policy_forbids(client, ours, model):
    for page in (at(model, "changelist"), at(model, "change", ours.rows[model].pk)):
        words = client.get(page).content.decode()
        assert [bad for bad in ("<style", " style=", " onclick=", "<script>") if bad in words] == []


def test_first_page_names_every_table_once(client):
    groups = client.get("/admin/").context["app_list"]
    named = sorted(model["object_name"].lower() for group in groups for model in group["models"])
    assert named == sorted(model._meta.model_name for model in admin.site._registry)
