"""Beside every field that somebody can change stands what it means."""

from typing import Any

import pytest
from django import forms
from django.contrib import admin
from django.forms.models import InlineForeignKeyField
from django.test import RequestFactory

from helplines.admin.embedding import PageForm, SitesForm
from helplines.admin.exchanging import FileForm
from helplines.admin.policy_forms import ConfirmForm, PolicyForm, question_formset
from helplines.policies import PolicyValues
from helplines.tenancy import across_organisations
from tests.factories.helplines import StaffFactory

pytestmark = pytest.mark.django_db
OWN_TO_DJANGO = {"DELETE", "id"}


def without_help(fields: dict[str, forms.Field]) -> list[str]:
    asked = {name: field for name, field in fields.items() if name not in OWN_TO_DJANGO}
    return [
        name for name, field in asked.items() if not isinstance(field, InlineForeignKeyField) and not field.help_text
    ]


@pytest.fixture
def operator() -> Any:
    """Whoever sees every field."""
    request = RequestFactory().get("/admin/")
    request.user = StaffFactory(is_superuser=True)
    return request


@pytest.mark.parametrize("model", list(admin.site._registry), ids=lambda model: model.__name__)
def test_every_field_of_a_form_has_help(operator, model):
    with across_organisations():
        page = admin.site._registry[model]
        can_be_changed = page.has_add_permission(operator) or page.has_change_permission(operator)
        inlines = [inline.get_formset(operator).form.base_fields for inline in page.get_inline_instances(operator)]
        found = [page.get_form(operator).base_fields, *inlines] if can_be_changed else []
        assert [without_help(fields) for fields in found] == [[] for _fields in found]


def test_every_field_of_our_own_forms_has_help():
    question = question_formset(None, PolicyValues(), 1).forms[0]
    assert "DELETE" in question.fields and question.fields["DELETE"].help_text
    ours = {form: form.fields for form in (question, PolicyForm(), ConfirmForm())}
    found = {type(form).__name__: without_help(fields) for form, fields in ours.items()}
    found |= {form.__name__: without_help(form.base_fields) for form in (SitesForm, PageForm, FileForm)}
    assert {name: missing for name, missing in found.items() if missing} == {}
