"""In the administration: how an organisation handles reports, what it asks after a talk, and the faults that visitors met."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from complaints import feedback, procedures, queries, questions
from complaints.models import Procedure
from helplines import admin_pages
from helplines.admin import wall
from helplines.admin.widgets import write_in
from helplines.admin_pages import Shortcut
from helplines.models import Organisation

WRONG = {
    "empty": gettext_lazy("Question %(place)s: write the question."),
    "choices": gettext_lazy("Question %(place)s: give two to ten answers, one on each line, as many in each language."),
    "too_long": gettext_lazy("Question %(place)s: a question or answer has at most 200 characters."),
}
ROWS = 6


def sign_in() -> None:
    admin_pages.sign_in(
        page_urls,
        [
            Shortcut(
                "handling",
                gettext_lazy("Complaints and feedback"),
                gettext_lazy("How it goes, and what you ask after a talk."),
            ),
            Shortcut(
                "faults",
                gettext_lazy("Technical faults"),
                gettext_lazy("What did not work for visitors, without their words."),
            ),
        ],
    )


class ProcedureForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Procedure
        fields = ("words", "elsewhere", "asks_feedback", "threshold")
        help_texts = {
            "words": gettext_lazy(
                "Visitors read this above the form. The terms that you promise stand there by themselves."
            ),
            "elsewhere": gettext_lazy("Such as an ombudsman, for who does not agree with your answer."),
            "asks_feedback": gettext_lazy("On the last screen of a talk. Answering is never needed."),
            "threshold": gettext_lazy("At least 10: fewer answers to a question are never shown."),
        }


class QuestionForm(forms.Form):
    """One question: the words in each language, and for a choice the answers, one on each line."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"),
        required=False,
        choices=[
            ("", gettext_lazy("No question")),
            ("choice", gettext_lazy("Choose one answer")),
            ("text", gettext_lazy("Write something")),
        ],
    )

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.languages = list(organisation.languages)
        for code in self.languages:
            self.fields[f"label_{code}"] = forms.CharField(
                label=_("Question (%(language)s)") % {"language": code}, required=False, max_length=200
            )
            self.fields[f"choices_{code}"] = forms.CharField(
                label=_("Answers, one on each line (%(language)s)") % {"language": code},
                required=False,
                max_length=2200,
                widget=forms.Textarea(attrs={"rows": 3, "lang": code}),
            )

    @property
    def asked(self) -> dict[str, Any] | None:
        """As `questions.read` takes it; None for no question."""
        given = self.cleaned_data
        if not given["kind"]:
            return None
        lists = {code: given[f"choices_{code}"].splitlines() for code in self.languages}
        lists = {code: [line.strip() for line in lines if line.strip()] for code, lines in lists.items()}
        lengths = {len(lines) for lines in lists.values() if lines}
        count = lengths.pop() if len(lengths) == 1 else 0
        choices = [{code: lines[at] for code, lines in lists.items() if lines} for at in range(count)]
        label = {code: given[f"label_{code}"] for code in self.languages}
        return {"kind": given["kind"], "label": label, "choices": choices}


class Questions(forms.BaseFormSet):  # type: ignore[type-arg]
    """All questions together are one version."""

    def clean(self) -> None:
        if any(self.errors):
            return
        self.asked = [form.asked for form in self.forms if form.asked]
        try:
            questions.read(self.asked)
        except questions.QuestionError as error:
            sentence = WRONG.get(error.code, WRONG["empty"])
            raise ValidationError(sentence % {"place": error.place + 1}) from None


def initial_of(asked: tuple[questions.Question, ...]) -> list[dict[str, str]]:
    """The questions that are asked now, as the form shows them."""
    rows = []
    for one in asked:
        row = {"kind": one.kind, **{f"label_{code}": text for code, text in one.label.items()}}
        for choice in one.choices:
            for code, text in choice.label.items():
                row[f"choices_{code}"] = f"{row.get(f'choices_{code}', '')}{text}\n"
        rows.append(row)
    return rows


def page_urls(site: admin.AdminSite) -> list[Any]:
    def organisations(request: HttpRequest) -> HttpResponse:
        rows = list(wall.own(request, Organisation.objects.all()))
        if len(rows) == 1:
            return redirect("admin:procedure", rows[0].pk)
        context = {"title": _("Complaints and feedback"), "organisations": rows, **site.each_context(request)}
        return TemplateResponse(request, "complaints/admin/organisations.html", context)

    def one(request: HttpRequest, organisation: int) -> HttpResponse:
        found = get_object_or_404(wall.own(request, Organisation.objects.all()), pk=organisation)
        return procedure_page(request, site, found)

    def faults(request: HttpRequest) -> HttpResponse:
        return faults_page(request, site)

    return [
        path("handling/", site.admin_view(organisations), name="handling"),
        path("handling/<int:organisation>/", site.admin_view(one), name="procedure"),
        path("faults/", site.admin_view(faults), name="faults"),
    ]


def procedure_page(request: HttpRequest, site: admin.AdminSite, organisation: Organisation) -> HttpResponse:
    """Two forms on one page: the procedure, and the questions."""
    made: Any = forms.formset_factory(QuestionForm, Questions, extra=0)
    version, asked = queries.newest_form(organisation)
    step = request.POST.get("step", "") if request.method == "POST" else ""
    rows = initial_of(asked)
    rows += [{} for _row in range(max(0, ROWS - len(rows)))]
    form = ProcedureForm(request.POST if step == "procedure" else None, instance=queries.procedure(organisation))
    write_in(form, organisation.languages)
    formset = made(
        request.POST if step == "questions" else None, initial=rows, form_kwargs={"organisation": organisation}
    )
    if step == "procedure" and form.is_valid():
        procedures.keep(procedure=form.instance, staff=request.user)
        messages.success(request, _("Saved. Visitors read it from now on."))
        return redirect(reverse("admin:procedure", args=[organisation.pk]))
    if step == "questions" and formset.is_valid():
        feedback.publish(organisation=organisation, asked=formset.asked, staff=request.user, now=timezone.now())  # type: ignore[arg-type]
        messages.success(request, _("These questions are asked from now on. Answers to the ones before stay apart."))
        return redirect(reverse("admin:procedure", args=[organisation.pk]))
    context = {
        "title": _("Complaints and feedback of %(name)s") % {"name": organisation.name},
        "organisation": organisation,
        "form": form,
        "formset": formset,
        "version": version,
        "terms": queries.terms(organisation),
        **site.each_context(request),
    }
    return TemplateResponse(request, "complaints/admin/procedure.html", context)


def faults_page(request: HttpRequest, site: admin.AdminSite) -> HttpResponse:
    """For the operator those of all organisations, for an administrator their own: when, where and what the check found."""
    organisations = [row.pk for row in wall.own(request, Organisation.objects.all())]
    rows = queries.faults_of(organisations)
    context = {"title": _("Technical faults"), "rows": rows, **site.each_context(request)}
    return TemplateResponse(request, "complaints/admin/faults.html", context)
