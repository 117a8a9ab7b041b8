"""The wall in the admin: own rows everywhere, foreign rows nowhere (O10, A2 of the security goals)."""

import datetime as dt
import re
from typing import Any

import pytest
import time_machine
from django.contrib import admin
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from helplines.models import Branch, Closure, Line, OpeningHours, Organisation, Role
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
from tests.helplines.admin_rooms import House, at, house, signed_in

pytestmark = pytest.mark.django_db
MODELS = sorted(model._meta.model_name for model in admin.site._registry)
REMOVABLE = {"branch", "closure", "emergencynumber", "extraopening"}
PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)


@pytest.fixture
def ours() -> House:
    return house("Ours")


@pytest.fixture
def theirs() -> House:
    return house("Theirs")


@pytest.fixture
def client(ours: House, theirs: House) -> Client:
    return signed_in(ours.admin)


def count(model: Any, **found: Any) -> int:
    with across_organisations():
        return int(model.objects.filter(**found).count())


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


# The organisation and its lines


def organisation_form(organisation: Organisation, **given: Any) -> dict[str, Any]:
    names = ("name", "legal_name", "country", "time_zone", "languages", "accent")
    mails = ("privacy_email", "complaints_email", "support_email")
    return {**{name: getattr(organisation, name) for name in (*names, *mails)}, **given}


def test_logo_is_kept_with_the_kind_that_its_bytes_tell(client, ours):
    logo = SimpleUploadedFile("logo.svg", PNG, "image/svg+xml")
    client.post(
        at("organisation", "change", ours.organisation.pk), organisation_form(ours.organisation, logo_file=logo)
    )
    with across_organisations():
        kept = Organisation.objects.get(pk=ours.organisation.pk)
    assert (bytes(kept.logo), kept.logo_type) == (PNG, "image/png")


@pytest.mark.parametrize("data", [b"<svg onload='x'/>", PNG + bytes(256 * 1024)], ids=["svg", "large"])
def test_logo_of_another_kind_or_size_is_refused(client, ours, data):
    logo = SimpleUploadedFile("logo.png", data, "image/png")
    client.post(
        at("organisation", "change", ours.organisation.pk), organisation_form(ours.organisation, logo_file=logo)
    )
    with across_organisations():
        assert Organisation.objects.get(pk=ours.organisation.pk).logo is None


def test_address_name_of_the_organisation_is_the_operators_to_change(client, ours):
    client.post(at("organisation", "change", ours.organisation.pk), organisation_form(ours.organisation, slug="taken"))
    with across_organisations():
        assert Organisation.objects.get(pk=ours.organisation.pk).slug == "ours"


def line_form(line: Line, **given: Any) -> dict[str, Any]:
    formset = {"opening_hours-TOTAL_FORMS": "0", "opening_hours-INITIAL_FORMS": "0"}
    return {
        "name": line.name,
        "slug": line.slug,
        "kind": "chat",
        "is_active": "on",
        "position": "0",
        **formset,
        **given,
    }


def test_sites_are_written_one_on_a_line(client, ours):
    sites = " https://www.example.org/ \n\nHTTPS://other.example.org\nhttps://www.example.org"
    client.post(at("line", "change", ours.line.pk), line_form(ours.line, origins=sites))
    with across_organisations():
        kept = Line.objects.get(pk=ours.line.pk).origins
    assert kept == ["https://www.example.org", "https://other.example.org"]


def test_site_that_is_none_is_refused_and_kept_in_the_form(client, ours):
    page = client.post(at("line", "change", ours.line.pk), line_form(ours.line, origins="www.example.org/chat"))
    assert "www.example.org/chat</textarea>" in page.content.decode()
    with across_organisations():
        assert Line.objects.get(pk=ours.line.pk).origins == []


@pytest.mark.promise("A06")
def test_line_is_closed_and_opened_by_hand(client, ours, theirs):
    chosen = [ours.line.pk, theirs.line.pk]
    client.post(at("line", "changelist"), {"action": "close_now", "_selected_action": chosen})
    with across_organisations():
        standing = list(Closure.objects.filter(kind="exceptional", ends_at=None).values_list("line", flat=True))
    client.post(at("line", "changelist"), {"action": "open_again", "_selected_action": chosen})
    assert standing == [ours.line.pk]
    assert count(Closure, kind="exceptional", ends_at=None) == 0


# Times


@pytest.mark.promise("A02")
@time_machine.travel(dt.datetime(2026, 6, 1, 9, tzinfo=dt.UTC), tick=False)
def test_timetable_shows_the_coming_fourteen_days_of_own_lines(ours, theirs):
    with across_organisations():
        Closure.objects.all().delete()
        Line.objects.get(pk=ours.line.pk).extra_openings.all().delete()
    page = signed_in(ours.admin).get(reverse("admin:timetable"))
    tables = page.context["timetables"]
    days = tables[0]["days"]
    assert [entry["line"] for entry in tables] == [ours.line]
    assert (len(days), days[0].date, days[0].spans, days[1].spans) == (14, dt.date(2026, 6, 1), ["13:00–17:00"], [])


def test_closure_is_entered_in_the_time_zone_of_the_organisation(client):
    given = {"kind": "planned", "starts_at_0": "2030-07-01", "starts_at_1": "13:00", "reason": "Summer"}
    client.post(at("closure", "add"), given)
    with across_organisations():
        assert Closure.objects.get(reason="Summer").starts_at == dt.datetime(2030, 7, 1, 11, tzinfo=dt.UTC)


@pytest.mark.promise("A06")
@time_machine.travel(dt.datetime(2026, 12, 1, 9, tzinfo=dt.UTC), tick=False)
def test_only_ticked_holidays_become_closures(ours, theirs):
    client = signed_in(ours.admin)
    client.post(reverse("admin:holidays"), {"organisation": ours.organisation.pk, "days": ["2026-12-25"]})
    with across_organisations():
        made = list(Closure.objects.filter(kind="holiday").values_list("organisation", "starts_at"))
    assert made == [(ours.organisation.pk, dt.datetime(2026, 12, 24, 23, tzinfo=dt.UTC))]
    assert "2026-12-25" not in client.get(reverse("admin:holidays")).content.decode()


def test_holidays_of_a_foreign_organisation_are_not_there(client, theirs):
    answer = client.post(reverse("admin:holidays"), {"organisation": theirs.organisation.pk, "days": ["2026-12-25"]})
    assert answer.status_code == 404


def test_holidays_need_a_tick(client, ours):
    answer = client.post(reverse("admin:holidays"), {"organisation": ours.organisation.pk})
    assert list(answer.context["forms"][0]["form"].errors) == ["days"]
    assert count(Closure, kind="holiday") == 0


# What a browser is asked to do


@pytest.mark.parametrize("model", MODELS)
def test_pages_hold_nothing_that_the_content_policy_forbids(client, ours, model):
    for page in (at(model, "changelist"), at(model, "change", ours.rows[model].pk)):
        words = client.get(page).content.decode()
        assert [bad for bad in ("<style", " style=", " onclick=", "<script>") if bad in words] == []


def test_first_page_names_every_table_once(client):
    groups = client.get("/admin/").context["app_list"]
    named = sorted(model["object_name"].lower() for group in groups for model in group["models"])
    assert named == MODELS
