"""Registration forms: the versions, and publishing the next one field by field (G01)."""

from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helplines.admin.versions import VersionAdmin
from helplines.fields import LocalisedFormField, LocalisedWidget, in_language
from helplines.models import Line, Organisation, Staff
from registration import service, shape, shipped
from registration.admin.words import problem_said
from registration.models import Form
from registration.shape import ShapeError

KINDS = {
    "choice": gettext_lazy("choice from a list"),
    "tree": gettext_lazy("subjects of a tree, several"),
    "age": gettext_lazy("age band"),
    "region": gettext_lazy("region"),
    "role": gettext_lazy("role of who made contact"),
    "number": gettext_lazy("number"),
    "report": gettext_lazy("short report"),
}
REPORTS = {
    "funder": gettext_lazy("for who pays"),
    "annual": gettext_lazy("for the annual report"),
    "quality": gettext_lazy("to do the work better"),
}
COUNTS = {
    "": gettext_lazy("only by itself"),
    "subject": gettext_lazy("as the subject of the contact"),
    "outcome": gettext_lazy("as the outcome of the contact"),
}
# So many more fields can be filled in at once: to the first form, and to one that is there.
ROOM_AT_FIRST, ROOM = 8, 2


class FieldForm(forms.Form):
    """One field; the options stand one on a line, as key = label, with the same keys in each language."""

    position = forms.IntegerField(label=gettext_lazy("Order"), required=False)
    key = forms.CharField(
        label=gettext_lazy("Short name"),
        max_length=40,
        help_text=gettext_lazy("It keeps its meaning in every version."),
    )
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=list(KINDS.items()))
    label = LocalisedFormField(label=gettext_lazy("Label"), max_length=shape.LONGEST_LABEL)
    help = LocalisedFormField(label=gettext_lazy("Help"), max_length=shape.LONGEST_LABEL, required=False)
    options = LocalisedFormField(
        label=gettext_lazy("Options"),
        required=False,
        widget=LocalisedWidget(long=True),
        help_text=gettext_lazy("One on a line: key = label. Ages as 12-17 = 12 to 17. The same keys in each language."),
    )
    tree = forms.CharField(label=gettext_lazy("Tree of subjects"), max_length=40, required=False)
    low = forms.IntegerField(label=gettext_lazy("Lowest number"), required=False)
    high = forms.IntegerField(label=gettext_lazy("Highest number"), required=False)
    step = forms.IntegerField(label=gettext_lazy("Rounded down to"), required=False)
    counts_as = forms.ChoiceField(label=gettext_lazy("It counts"), choices=list(COUNTS.items()), required=False)
    required = forms.BooleanField(label=gettext_lazy("It must be filled in"), required=False)
    reports = forms.MultipleChoiceField(
        label=gettext_lazy("For which report"),
        choices=list(REPORTS.items()),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    is_unfit = False

    @property
    def is_open(self) -> bool:
        """Whether its part of the page shows at once: something in it must be mended."""
        return self.is_bound and bool(self.errors or self.is_unfit)

    @property
    def shown_name(self) -> str:
        given = self["label"].value() or {}
        texts = given if isinstance(given, dict) else dict(zip(self["label"].field.widget.codes, given, strict=True))
        return in_language(texts)

    @property
    def shown_kind(self) -> str:
        return str(KINDS.get(self["kind"].value(), ""))

    def field(self) -> dict[str, Any]:
        """As `shape.parse` takes it."""
        data = self.cleaned_data
        plain = {
            name: data[name] for name in ("key", "kind", "label", "help", "tree", "counts_as", "required", "reports")
        }
        numbers = {name: data[name] for name in ("low", "high", "step") if data[name] is not None}
        return {**plain, **numbers, "options": options_of(data["options"])}

    @staticmethod
    def start(field: shape.Field, place: int) -> dict[str, Any]:
        shown = {name: getattr(field, name) for name in shape.NAMES if name != "options"}
        if field.kind != "number":
            shown |= dict.fromkeys(("low", "high", "step"))
        codes = {code for option in field.options for code in option.label}
        lines = {code: "\n".join(f"{one.key} = {one.label.get(code, '')}" for one in field.options) for code in codes}
        return {**shown, "options": lines, "position": place}


def options_of(texts: dict[str, str]) -> list[dict[str, Any]]:
    """The options in the order of the first language that has them."""
    found: dict[str, dict[str, str]] = {}
    for code, text in texts.items():
        for line in filter(None, map(str.strip, text.splitlines())):
            key, _sign, label = line.partition("=")
            words = found.setdefault(key.strip(), {})
            if label.strip():
                words[code] = label.strip()
    return [{"key": key, "label": words} for key, words in found.items()]


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Why"), max_length=300, help_text=gettext_lazy("For yourself and your colleagues.")
    )


FieldFormSet: Any = forms.formset_factory(FieldForm, extra=ROOM, can_delete=True, max_num=shape.MOST_FIELDS)
FirstFieldFormSet: Any = forms.formset_factory(
    FieldForm, extra=ROOM_AT_FIRST, can_delete=True, max_num=shape.MOST_FIELDS
)


@admin.register(Form)
class FormAdmin(VersionAdmin):
    """The versions, to read; and a way to publish the next."""

    list_display = ("version", "published_at", "author", "reason", "organisation")
    list_select_related = ("organisation", "line", "author")
    change_list_template = "registration/admin/forms.html"
    version_template = "registration/admin/form_version.html"

    @admin.display(description=gettext_lazy("version"), ordering="number")
    def version(self, form: Form) -> str:
        return str(form)

    def described(self, version: Form) -> dict[str, Any]:
        return {"rows": [(field, KINDS[field.kind], words_of(field)) for field in version.asked]}

    def publishing(self, request: HttpRequest, organisation: Organisation, line: Line | None) -> HttpResponse:
        """Field by field; nothing that was filled in gets lost."""
        begins = {} if line else first_forms(organisation)
        if request.method == "POST" and request.POST.get("begin") in begins:
            return self.begun(request, organisation, begins[request.POST["begin"]])
        rows, reason = forms_of(request, organisation, line)
        wrong: list[str] = []
        if request.method == "POST" and rows.is_valid() and reason.is_valid():
            wrong = published(organisation, line, rows, reason, cast(Staff, request.user))
            if not wrong:
                messages.success(request, _("The form is published. It counts from now on."))
                return redirect("admin:registration_form_changelist")
        subject = line or organisation
        context = {"rows": rows, "reason": reason, "wrong": wrong, "subject": subject, "opts": self.opts}
        title = _("New version of the form: %(subject)s") % {"subject": subject}
        page = {**self.admin_site.each_context(request), **context, "title": title, "begins": words_of_all(begins)}
        return TemplateResponse(request, "registration/admin/form_edit.html", page)

    def begun(self, request: HttpRequest, organisation: Organisation, form: shipped.Shipped) -> HttpResponse:
        """With a form that is ready, whole; what does not fit is changed in the next version."""
        reason = _("The form that is ready: %(form)s") % {"form": in_language(form.name)}
        shipped.begin(
            organisation=organisation, form=form, reason=reason, author=cast(Staff, request.user), now=timezone.now()
        )
        messages.success(request, _("The form is published. It counts from now on."))
        return redirect("admin:registration_form_changelist")


def first_forms(organisation: Organisation) -> dict[str, shipped.Shipped]:
    """The forms that are ready, for an organisation that has none yet (needs the scope)."""
    return {} if Form.objects.filter(organisation=organisation).exists() else shipped.shipped()


def words_of_all(begins: dict[str, shipped.Shipped]) -> list[tuple[str, str, str]]:
    """By key: for what kind of helpline, and what is asked."""
    return [
        (one.key, in_language(one.name), " ".join(closed(in_language(label)) for label in one.labels))
        for one in begins.values()
    ]


def closed(label: str) -> str:
    """With a sign at its end, as a sentence."""
    return label if label.endswith((".", "?")) else f"{label}."


def forms_of(request: HttpRequest, organisation: Organisation, line: Line | None) -> tuple[Any, ReasonForm]:
    if request.method == "POST":
        return FieldFormSet(request.POST), ReasonForm(request.POST)
    versions = Form.objects.filter(organisation=organisation, line=line).newest_first()
    newest = versions.first() or Form.objects.filter(organisation=organisation, line=None).newest_first().first()
    if newest is None:
        return FirstFieldFormSet(), ReasonForm()
    return FieldFormSet(
        initial=[FieldForm.start(field, place) for place, field in enumerate(newest.asked, 1)]
    ), ReasonForm()


def published(organisation: Organisation, line: Line | None, rows: Any, reason: ReasonForm, author: Staff) -> list[str]:
    """Publish what is filled in; gives what is wrong with it, in words."""
    kept = [row for row in rows if row.has_changed() or row.initial]
    kept = [row for row in kept if row.cleaned_data.get("key") and not row.cleaned_data.get("DELETE")]
    kept.sort(key=lambda row: row.cleaned_data.get("position") or shape.MOST_FIELDS + 1)
    try:
        service.publish_form(
            organisation=organisation,
            line=line,
            fields=[row.field() for row in kept],
            reason=reason.cleaned_data["reason"],
            author=author,
            now=timezone.now(),
        )
    except ShapeError as error:
        for problem in error.problems:
            place = problem.field.partition(".")[0]
            if place.isdecimal():
                kept[int(place)].is_unfit = True
        return list(dict.fromkeys(problem_said(problem) for problem in error.problems))
    return []


def words_of(field: shape.Field) -> str:
    return ", ".join(in_language(option.label) for option in field.options) or field.tree
