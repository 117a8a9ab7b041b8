"""Fields as the admin shows them: a text in the languages that the organisation writes in."""

from collections.abc import Collection
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from helplines.fields import LocalisedFormField, LocalisedWidget


class OwnLanguages(LocalisedWidget):
    """One input for each of these languages, and for another only where it has a text already."""

    template_name = "helplines/admin/languages.html"

    def __init__(self, *, long: bool, languages: Collection[str], label: str) -> None:
        super().__init__(long=long)
        self.languages, self.label = languages, label

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        widget = context["widget"]
        widget["group_label"] = self.label
        widget["subwidgets"] = [
            part for part in widget["subwidgets"] if part["language_code"] in self.languages or part["value"]
        ]
        return context


def write_in(form: forms.BaseForm, languages: Collection[str]) -> None:
    """Let every text of this form be written in these languages."""
    for field in form.fields.values():
        if isinstance(field, LocalisedFormField) and isinstance(field.widget, LocalisedWidget):
            required = field.widget.is_required
            field.widget = OwnLanguages(long=field.widget.long, languages=languages, label=str(field.label or ""))
            field.widget.is_required = required


def label_parts(field: Any) -> None:
    """Say of a date and a time beside each other which is which."""
    for part, name in zip(field.widget.widgets, (_("date"), _("time")), strict=True):
        part.attrs["aria-label"] = f"{field.label}: {name}"
