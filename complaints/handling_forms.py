"""The forms of who handles reports."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from complaints import steps
from complaints.forms import words
from complaints.models import Report, ReportKind, ReportOutcome
from complaints.steps import Kind
from helplines.personal_data import Known, found


class WordsForm(forms.Form):
    """A note or an answer of a handler."""

    text = words(gettext_lazy("Text"))


class CloseForm(forms.Form):
    """How it ended, and what is kept of it without anybody in it."""

    outcome = forms.ChoiceField(label=gettext_lazy("How did it end?"))
    summary = forms.CharField(
        label=gettext_lazy("Summary without anybody in it"),
        required=False,
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("Only if you want to keep one. No names, places or days: nobody may be known from it."),
    )

    def __init__(self, *args: Any, report: Report, known: Known, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = known
        fitting = {one.value for one in steps.OUTCOMES[Kind(report.kind)]}
        choices = [choice for choice in ReportOutcome.choices if choice[0] in fitting]
        self.fields["outcome"].choices = [("", gettext_lazy("Choose one")), *choices]  # type: ignore[attr-defined]

    def clean_summary(self) -> str:
        summary = str(self.cleaned_data["summary"]).strip()
        met = found(summary, self.known)
        if met:
            raise ValidationError(_("Leave this out: %(parts)s") % {"parts": ", ".join(met)})
        return summary


KINDS = dict(ReportKind.choices)
