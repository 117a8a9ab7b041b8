"""What every page of the admin has in common: own rows only, a role instead of permissions, help beside every field."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin import helpers
from django.contrib.admin.widgets import AdminSplitDateTime, RelatedFieldWidgetWrapper
from django.core.exceptions import ValidationError
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.utils.html import conditional_escape
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from helplines import policies, policy_words
from helplines.admin import wall
from helplines.admin.widgets import label_parts, write_in
from helplines.models import Organisation
from helplines.policies import PolicyValues

Texts = Mapping[str, Any]


class TenantForm(forms.ModelForm):  # type: ignore[type-arg]
    """Fills in the organisation where there is only one, and refuses rows of two organisations in one."""

    sole_organisation: int | None = None
    administrator: int | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.sole_organisation and "organisation" not in self.fields and has_organisation(self.instance):
            self.instance.organisation_id = self.instance.organisation_id or self.sole_organisation
        organisation = whose(self.instance)
        if organisation:
            write_in(self, organisation.languages)

    def _get_validation_exclusions(self) -> set[str]:
        """A hidden organisation still counts when a name must be unique in it."""
        excluded: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]
        return excluded - {"organisation"} if getattr(self.instance, "organisation_id", None) else excluded

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        given = {owner_of(value) for value in self.cleaned_data.values() if isinstance(value, models.Model)}
        kept = getattr(self.instance, "organisation_id", None) if "organisation" not in self.fields else None
        if len((given | {kept}) - {None}) > 1:
            raise ValidationError(_("These belong to different organisations."), code="organisations")
        return cleaned

    def hold_to(self, values: PolicyValues, names: Iterable[str]) -> None:
        """These texts say no other number than the promises (N04)."""
        texts = [(name, self.cleaned_data.get(name) or {}) for name in names]
        for problem in policies.numbers_unkept(values, texts):
            self.add_error(problem.field.partition(".")[0], policy_words.problem_said(problem))


def has_organisation(row: models.Model) -> bool:
    return hasattr(row, "organisation_id") and row._meta.get_field("organisation").editable


def whose(row: models.Model) -> Organisation | None:
    """The organisation of a row, as far as it is known yet."""
    if isinstance(row, Organisation):
        return row if row.pk else None
    return getattr(row, "organisation", None) if getattr(row, "organisation_id", None) else None


def owner_of(row: models.Model) -> int | None:
    """The key of the organisation that a row belongs to; None for a person, who may belong to several."""
    key: int | None = row.pk if isinstance(row, Organisation) else getattr(row, "organisation_id", None)
    return key


class OwnRelatedFilter(admin.RelatedFieldListFilter):
    """A filter of a list that offers own rows only."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        mine = wall.own(request, field.remote_field.model._default_manager.all())
        return [(str(row.pk), str(row)) for row in mine]

    def choices(self, changelist: Any) -> Any:
        """What is of no line in particular is of the organisation; a dash would tell nobody."""
        if self.field.name == "line":
            self.empty_value_display = conditional_escape(_("the organisation"))
        return super().choices(changelist)


class Walled:
    """Both walls of a page or inline: own rows only, and only own rows to choose from (O10)."""

    HELP: Texts = {}
    is_walled = True
    model: Any

    def get_queryset(self, request: HttpRequest) -> "models.QuerySet[Any]":
        return wall.own(request, super().get_queryset(request))  # type: ignore[misc]

    def get_field_queryset(self, db: str | None, db_field: Any, request: HttpRequest) -> "models.QuerySet[Any]":
        rows = super().get_field_queryset(db, db_field, request)  # type: ignore[misc]
        if rows is None:
            rows = db_field.remote_field.model._default_manager.all()
        return wall.own(request, rows)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]
        if field and db_field.name in self.HELP:
            field.help_text, field.label = self.HELP[db_field.name], capfirst(db_field.verbose_name)
        if field and isinstance(field.widget, RelatedFieldWidgetWrapper):
            # One thing on one page: no second window from within a form.
            field.widget = field.widget.widget
        if field and isinstance(field.widget, AdminSplitDateTime):
            label_parts(field)
        return field

    def sole_organisation(self, request: HttpRequest) -> int | None:
        """The organisation that need not be asked for."""
        keys = [] if wall.is_operator(request) else wall.own_organisations(request)
        return keys[0] if len(keys) == 1 else None

    def has_view_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return wall.may_enter(request) and (obj is None or wall.owns(request, obj))

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return self.has_view_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return self.has_view_permission(request, obj)

    def has_add_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return self.has_view_permission(request, obj)


class TenantAdmin(Walled, admin.ModelAdmin):  # type: ignore[type-arg]
    """A list and a form of rows of the organisations that the person administers."""

    form = TenantForm
    list_per_page = 50
    show_facets = admin.ShowFacets.NEVER
    view_on_site = False

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Named after what is in the list; what to do with it shows itself."""
        title = capfirst(self.opts.verbose_name_plural)
        if request.method == "POST":
            request.POST = self.with_real_choices(request.POST)  # type: ignore[assignment]
        return super().changelist_view(request, {"title": title, **(extra_context or {})})

    def with_real_choices(self, sent: QueryDict) -> QueryDict:
        """What was ticked in the list, without what is the key of no row at all: Django would answer that with a traceback."""
        sent = sent.copy()
        ticked = sent.getlist(helpers.ACTION_CHECKBOX_NAME)
        sent.setlist(helpers.ACTION_CHECKBOX_NAME, [key for key in ticked if self.is_key(key)])
        return sent

    def is_key(self, text: str) -> bool:
        try:
            self.opts.pk.to_python(text)
        except ValidationError:
            return False
        return True

    def has_module_permission(self, request: HttpRequest) -> bool:
        return wall.may_enter(request)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        # Help texts also stand beside what can only be read.
        form: Any = super().get_form(request, obj, change=change, **{"help_texts": dict(self.HELP), **kwargs})
        form.sole_organisation, form.administrator = self.sole_organisation(request), request.user.pk
        return form

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Without the organisation where there is only one."""
        fieldsets = super().get_fieldsets(request, obj)
        if not self.sole_organisation(request):
            return fieldsets
        return [(name, {**options, "fields": without_organisation(options["fields"])}) for name, options in fieldsets]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """A row never moves to another organisation."""
        fixed = tuple(super().get_readonly_fields(request, obj))
        return (*fixed, "organisation") if obj is not None and has_organisation(obj) else fixed

    def get_list_display(self, request: HttpRequest) -> Any:
        columns = super().get_list_display(request)
        return without_organisation(columns) if self.sole_organisation(request) else columns

    def get_list_filter(self, request: HttpRequest) -> Any:
        chosen = super().get_list_filter(request)
        if self.sole_organisation(request):
            chosen = without_organisation(chosen)
        return [self.own_filter(entry) for entry in chosen]

    def own_filter(self, entry: Any) -> Any:
        """A plain filter on a relation would offer rows of others."""
        if isinstance(entry, str) and self.model._meta.get_field(entry).is_relation:
            return (entry, OwnRelatedFilter)
        return entry

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Only what a filter of this list asks: no guessing at a column through the address bar."""
        named = {entry for entry in self.list_filter if isinstance(entry, str)} | {self.date_hierarchy}
        return lookup.split("__")[0] in named and super().lookup_allowed(lookup, value, request)

    def _get_obj_does_not_exist_redirect(self, request: HttpRequest, opts: Any, object_id: str) -> HttpResponse:
        """What is not theirs and what is not there give the same answer."""
        raise Http404


def without_organisation(names: Iterable[Any]) -> list[Any]:
    """A list of names, or of rows of names, without the organisation."""
    kept = [
        [part for part in name if part != "organisation"] if isinstance(name, list | tuple) else name for name in names
    ]
    return [name for name in kept if name not in ("organisation", [])]


class TenantFormSet(forms.BaseInlineFormSet):  # type: ignore[type-arg]
    """Rows of a parent."""

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        if "DELETE" in form.fields:
            form.fields["DELETE"].widget.attrs["aria-label"] = _("Delete")


class TenantInline(Walled):
    """Rows within the form of their parent."""

    form = TenantForm
    formset = TenantFormSet
    extra = 0
    show_change_link = False

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """In a table the head of a column says what a field is: read it aloud beside each field."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field:
            explained = f"{self.model._meta.model_name}-{db_field.name}-help"
            field.widget.attrs |= {"aria-label": str(field.label), "aria-describedby": explained}
        return field

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = super().get_fields(request, obj)  # type: ignore[misc]
        return without_organisation(fields) if self.sole_organisation(request) else fields

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        formset = super().get_formset(request, obj, **kwargs)  # type: ignore[misc]
        formset.form.sole_organisation, formset.form.administrator = self.sole_organisation(request), request.user.pk
        return formset


class TenantTable(TenantInline, admin.TabularInline):  # type: ignore[type-arg, misc]
    """Rows as a table, with what each column means written above it."""

    template = "helplines/admin/inline_table.html"
