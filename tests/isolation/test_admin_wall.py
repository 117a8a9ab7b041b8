"""Every page of the admin, with everything a person could type or send that is another organisation's (O10, A2)."""

from collections.abc import Iterator
from typing import Any

import pytest
from django import forms
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from helplines.admin.base import TenantAdmin, Walled
from helplines.models import AgreementAcceptance, Letter, Role, Staff
from helplines.tenancy import across_organisations
from tests.factories.helplines import MembershipFactory
from tests.isolation.knock import BACKEND, Visitor, digest, recording, undone
from tests.isolation.world import CANARY, House, rows_of

pytestmark = pytest.mark.django_db
TABLES = dict(sorted((model._meta.model_name, page) for model, page in admin.site._registry.items()))
# What fills in the form to add one, but for what is chosen from a list. None: nobody adds one in this way.
ADD: dict[str, dict[str, str] | None] = {
    "branch": {"name": "New", "email": "new@example.org", "position": "0"},
    "cannedreply": {"name": "New", "texts_nl": "New"},
    "closure": {"kind": "planned", "starts_at_0": "2030-01-01", "starts_at_1": "10:00", "reason": "New"},
    "closedyear": None,
    "confidentialityagreement": {"text_nl": "New"},
    "emergencynumber": {"number": "107", "label_nl": "New", "position": "0"},
    "extraopening": {"day": "2030-01-01", "opens": "10:00", "closes": "11:00", "reason": "New"},
    "form": None,
    "invitation": {"email": "new@example.org", "first_name": "New", "roles": "counsellor"},
    "line": {
        "name": "New", "slug": "new-line", "kind": "chat", "is_active": "on", "position": "0",
        "opening_hours-TOTAL_FORMS": "0", "opening_hours-INITIAL_FORMS": "0",
    },
    "membership": {"role": "auditor", "assignments-TOTAL_FORMS": "0", "assignments-INITIAL_FORMS": "0"},
    "organisation": None,
    "policy": None,
    "savedreport": {"name": "New", "tables": "contacts:regions"},
    "staff": None,
    "tree": {"code": "new-tree", "name_nl": "New"},
}  # fmt: skip


def at(model: str, view: str, *keys: Any) -> str:
    return reverse(f"admin:{TABLES[model].opts.app_label}_{model}_{view}", args=keys)


def strange(answer: Any) -> set[str]:
    """Words of the two other organisations."""
    return {found[0] for found in CANARY.finditer(answer.content.decode()) if found[2] != "alpha"}


def choices(answer: Any, parts: bool = True) -> Iterator[tuple[str, forms.ModelChoiceField]]:
    """Every list of rows to choose from on a page of the admin; with those of its parts."""
    context = answer.context
    shown = [context["adminform"].form] if "adminform" in context else [context["form"]] if "form" in context else []
    for formset in context.get("inline_admin_formsets", []) if parts else []:
        with across_organisations():  # the form to copy is made when it is asked for, behind no wall here
            shown += [*formset.formset.forms, formset.formset.empty_form]
    for form in shown:
        for name, entry in form.fields.items():
            # The hidden number of a row within a form is looked at where it is sent.
            if isinstance(entry, forms.ModelChoiceField) and name != "id":
                yield name, entry


@pytest.fixture
def of_two(houses: dict[str, House]) -> Client:
    """Somebody who administers two organisations, and so is asked which one; bravo is still foreign."""
    staff = houses["alpha"].people[Role.ADMINISTRATOR]
    MembershipFactory(organisation=houses["charlie"].organisation, staff=staff, role=Role.ADMINISTRATOR)
    client = Client()
    client.force_login(staff, backend=BACKEND)
    return client


def test_every_table_is_in_the_list_of_forms_to_add():
    assert sorted(ADD) == list(TABLES), "Say in ADD how somebody adds one, or None where nobody does."


def test_every_page_has_the_wall():
    open_pages = [name for name, page in TABLES.items() if not isinstance(page, TenantAdmin)]
    open_parts = [part for page in TABLES.values() for part in page.inlines if not issubclass(part, Walled)]
    assert (open_pages, open_parts) == ([], []), "Derive it from TenantAdmin, TenantTable or TenantStack."


def test_page_without_the_wall_is_not_taken_in():
    admin.site.register(AgreementAcceptance, admin.ModelAdmin)
    assert AgreementAcceptance not in admin.site._registry


@pytest.mark.parametrize("model", TABLES)
def test_list_keeps_to_own_rows_whatever_is_asked(administrator, houses, model):
    """Each filter with each choice and with foreign keys, each search, each way of ordering, and the popups."""
    client, page = administrator.client, at(model, "changelist")
    first = client.get(page)
    asked = {"", "?_popup=1", "?_to_field=id", "?all=", "?o=-1", "?e=1"}
    for spec in first.context["cl"].filter_specs:
        asked |= {str(choice["query_string"]) for choice in spec.choices(first.context["cl"])}
    foreign = houses["bravo"].rows
    for name in TABLES[model].list_filter:
        asked |= {f"?{name}__id__exact={row.pk}" for row in foreign.values()}
    words = {
        word[0] for word in CANARY.finditer(str([vars(row) for row in rows_of(houses["bravo"], TABLES[model].model)]))
    }
    found = {}
    for query in sorted(asked | {f"?q={word}" for word in words}):
        answer = client.get(f"{page}{query}")
        shown = {word for word in strange(answer) if word not in query}
        if shown or answer.status_code >= 500:
            found[query] = (answer.status_code, shown)
    assert found == {}


@pytest.mark.parametrize("model", TABLES)
def test_nothing_foreign_can_be_chosen(administrator, of_two, houses, model):
    foreign = {(type(row), row.pk) for row in houses["bravo"].rows.values()}
    foreign |= {(type(staff), staff.pk) for staff in houses["bravo"].people.values()}
    offered = []
    for client in (administrator.client, of_two):
        for page in (at(model, "add"), at(model, "change", houses["alpha"].rows[model].pk)):
            answer = client.get(page, follow=True)
            if answer.status_code == 200:
                with across_organisations():
                    rows = [(name, row) for name, entry in choices(answer) for row in entry.queryset]
                offered += [(page, name) for name, row in rows if (type(row), row.pk) in foreign]
    assert offered == []


@pytest.mark.parametrize("model", [name for name, given in ADD.items() if given])
def test_foreign_row_in_a_new_one_is_refused(administrator, of_two, houses, model):
    """With own rows the same form is accepted, so it is the foreign row that is refused."""
    table = TABLES[model].opts.db_table
    for client in (administrator.client, of_two):
        fields = dict(choices(client.get(at(model, "add")), parts=False))
        own = {name: choose(houses["alpha"], name) for name in fields}
        assert table in written(client, model, {**ADD[model], **own})
        for name in fields:
            assert table not in written(client, model, {**ADD[model], **own, name: choose(houses["bravo"], name)}), name


def choose(home: House, name: str) -> str:
    name = "line" if name == "lines" else name
    return str(home.people[Role.ADMINISTRATOR].pk if name == "staff" else home.rows[name].pk)


def written(client: Client, model: str, given: dict[str, str]) -> list[str]:
    with undone(), recording() as tables:
        client.post(at(model, "add"), given)
    return tables


@pytest.mark.parametrize("model", TABLES)
def test_no_action_touches_a_foreign_row(administrator, houses, model):
    page = TABLES[model]
    with across_organisations():
        keys = [row.pk for row in rows_of(houses["bravo"], page.model)]
    others = without_letters(digest(houses["alpha"]))
    for action in {"delete_selected", *(page.actions or ())}:
        sent = {"action": action, "_selected_action": keys, "select_across": "1", "post": "yes"}
        answer = administrator.client.post(at(model, "changelist"), sent)
        assert (without_letters(digest(houses["alpha"])), strange(answer)) == (others, set())
    assert written_to() & {row.pk for row in rows_of_bravo(houses, Staff)} == set()


def without_letters(found: dict[str, str]) -> dict[str, str]:
    """A letter about somebody's account is of no organisation; to whom they go is looked at apart."""
    return {label: mark for label, mark in found.items() if label != "helplines.Letter"}


def written_to() -> set[int]:
    with across_organisations():
        return {told["person"] for told in Letter.objects.values_list("told", flat=True) if "person" in told}


@pytest.mark.parametrize("model", [name for name, page in TABLES.items() if page.inlines])
def test_foreign_row_in_a_part_of_a_form_stays(administrator, houses, model):
    own = houses["alpha"].rows[model]
    page = at(model, "change", own.pk)
    others = digest(houses["alpha"])
    for formset in administrator.client.get(page).context["inline_admin_formsets"]:
        with across_organisations():
            prefix, fields = formset.formset.prefix, formset.formset.empty_form.fields
        for row in rows_of_bravo(houses, formset.opts.model):
            for more in ({}, {f"{prefix}-0-DELETE": "on"}):
                given = {f"{prefix}-0-{name}": getattr(row, f"{name}_id", getattr(row, name, "")) for name in fields}
                given = {name: str(value) for name, value in given.items() if value is not None}
                counts = {f"{prefix}-TOTAL_FORMS": "1", f"{prefix}-INITIAL_FORMS": "1", f"{prefix}-0-id": str(row.pk)}
                answer = administrator.client.post(page, {**given, **counts, **more})
                # What somebody typed comes back in the form; nothing else does.
                shown = {word for word in strange(answer) if word not in str(given)}
                assert (digest(houses["alpha"]), shown) == (others, set())


def rows_of_bravo(houses: dict[str, House], model: Any) -> list[Any]:
    with across_organisations():
        rows = rows_of(houses["bravo"], model)
    assert rows
    return rows


def test_autocomplete_tells_nothing(administrator):
    shown = []
    for name, page in TABLES.items():
        for entry in page.model._meta.get_fields():
            if entry.is_relation and entry.many_to_one:
                given = {"term": "", "app_label": "helplines", "model_name": name, "field_name": entry.name}
                answer = administrator.client.get(reverse("admin:autocomplete"), given)
                shown += (
                    [(name, entry.name, answer.status_code)] if strange(answer) or answer.status_code >= 500 else []
                )
    assert shown == []


@pytest.mark.parametrize("model", TABLES)
def test_history_of_an_own_row_names_nobody_else(administrator, houses, model):
    answer = administrator.client.get(at(model, "history", houses["alpha"].rows[model].pk))
    assert (answer.status_code, strange(answer)) == (404 if model == "staff" else 200, set())


def test_operator_is_no_member(houses):
    """Who sets up organisations does not enter their desks."""
    operator = Visitor.as_("operator", houses)
    assert operator.client.get(f"/desk/{houses['alpha'].organisation.slug}/").status_code == 404
