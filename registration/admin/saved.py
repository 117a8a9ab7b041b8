"""Saved reports: some tables of a fixed report, under a name of the organisation's own (G06)."""

import secrets
from typing import Any

from django import forms
from django.contrib import admin
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy

from helplines.admin.base import TenantAdmin, TenantForm
from registration import saved_reports
from registration.models import SavedReport


class SavedReportForm(TenantForm):
    """A name and ticks; what is ticked must be of one report."""

    tables = forms.MultipleChoiceField(
        label=capfirst(gettext_lazy("tables")),
        choices=saved_reports.offered,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=gettext_lazy("Only tables of one report. Every figure is as it is there."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        row = self.instance
        if "tables" in self.fields:
            self.fields["tables"].initial = [saved_reports.named(row.report, view) for view in row.views or []]

    def clean_tables(self) -> list[str]:
        names: list[str] = self.cleaned_data["tables"]
        self.instance.report, self.instance.views = saved_reports.chosen(names)
        self.instance.code = self.instance.code or secrets.token_hex(8)
        return names


@admin.register(SavedReport)
class SavedReportAdmin(TenantAdmin):
    """The saved reports of an organisation; who reads reports finds them beside the fixed ones."""

    form = SavedReportForm
    list_display = ("name", "organisation")
    list_select_related = ("organisation",)
    fields = ("organisation", "name", "tables")
    HELP = {
        "organisation": gettext_lazy("The organisation whose figures are shown."),
        "name": gettext_lazy("What it is for, such as the year report for the town. No names of people."),
    }
