"""Publishing a new version of a policy: fill in, look at what changes, say why, publish. Nothing filled in gets lost.

While somebody types, the page asks for what visitors will read (`look`); without JavaScript a button does (`preview`).
"""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import cached_property
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from helplines import policies, policy_files, policy_words, proposals, queries, second_factor, service
from helplines.admin import wall
from helplines.admin.policy_forms import ConfirmForm, PolicyForm, known_keys, question_formset
from helplines.admin.widgets import write_in
from helplines.gate import second_step_page, to_second_step
from helplines.models import Line, Organisation, Policy, PolicyProposal, ProposalState, Staff
from helplines.previews import chosen, places, preview, previews

ROOM = 1  # empty questions to begin with


class Publishing:
    """One administrator at work on the promises of an organisation, or of one of its lines."""

    def __init__(
        self, request: HttpRequest, site: admin.AdminSite, organisation: Organisation, line: Line | None
    ) -> None:
        self.request, self.site, self.organisation, self.line = request, site, organisation, line

    def answer(self) -> HttpResponse:
        steps = {
            "check": self.check,
            "more": self.more,
            "edit": self.edit,
            "publish": self.publish,
            "preview": self.show,
            "look": self.look,
            "file": self.download,
            "open": self.open_file,
        }
        step = self.request.POST.get("step", "") if self.request.method == "POST" else ""
        return steps.get(step, self.begin)()

    @cached_property
    def base(self) -> policies.PolicyValues:
        """What the organisation promises now."""
        return queries.organisation_policy(self.organisation)

    @cached_property
    def current(self) -> policies.PolicyValues:
        """What is in force now, for the organisation or for the line."""
        return queries.policy_for(self.line) if self.line else self.base

    @cached_property
    def is_first(self) -> bool:
        """Whether the organisation has not promised anything yet."""
        return not Policy.objects.filter(organisation=self.organisation, line=None).exists()

    # The steps

    def begin(self) -> HttpResponse:
        return self.form_page(*self.unbound(self.current))

    def more(self) -> HttpResponse:
        """Room for one question more."""
        data = self.request.POST.copy()
        shown = data.get("questions-TOTAL_FORMS", "")
        data["questions-TOTAL_FORMS"] = str(min(whole(shown), policies.MOST_QUESTIONS) + 1)
        return self.form_page(PolicyForm(data), question_formset(data, self.current, ROOM))

    def edit(self) -> HttpResponse:
        values = self.carried()
        return self.form_page(*self.unbound(values), shown=values) if values else self.begin()

    def check(self) -> HttpResponse:
        """On to the differences, or back to the form with what is wrong beside each value."""
        form, questions, values = self.filled_in()
        return self.review_page(values, ConfirmForm()) if values else self.form_page(form, questions)

    def show(self) -> HttpResponse:
        """The form as it was filled in, beside what visitors will read."""
        form, questions, values = self.filled_in()
        return self.form_page(form, questions, shown=values)

    def look(self) -> HttpResponse:
        """For the script of the form: what visitors will read, or what is wrong with which field."""
        form, questions, values = self.filled_in()
        if values is None:
            return JsonResponse({"preview": "", "errors": dict(wrong_in(form, *questions.forms))})
        template = "helplines/parts/policy_preview.html"
        return JsonResponse({"preview": render_to_string(template, self.preview(values), self.request), "errors": {}})

    def download(self) -> HttpResponse:
        """What is promised now, as a YAML file that `open_file` takes back; it asks the second step, as every file does."""
        if not second_factor.is_fresh(self.request):
            return to_second_step(self.request)
        subject = str(self.line or self.organisation)
        head = [
            _("The promises of %(subject)s, as they are now.") % {"subject": subject},
            _("Change a value and open the file on the same page. Nothing counts before it is published."),
        ]
        data = policy_files.written(self.current, head)
        name = "-".join(entry.slug for entry in (self.organisation, self.line) if entry)
        response = HttpResponse(data, content_type="application/yaml; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="{name}-policy.yaml"'
        return response

    def open_file(self) -> HttpResponse:
        """The values of a file, in the form, to look at and go on with; or all that is wrong with it, by name."""
        upload = self.request.FILES.get("file")
        values, wrong = self.values_of(upload) if upload else (None, [_("Choose a file first.")])
        if values is None:
            return self.form_page(*self.unbound(self.current), file_problems=wrong)
        messages.success(self.request, _("The form holds the values of the file now. Nothing is published yet."))
        return self.form_page(*self.unbound(values), shown=values)

    def values_of(self, upload: Any) -> tuple[policies.PolicyValues | None, list[str]]:
        try:
            values = policies.parse(policy_files.read(upload.read(policy_files.LARGEST + 1)))
            problems = self.problems(values)
        except policy_files.Unreadable as fault:
            return None, [policy_words.unreadable_said(fault)]
        except policies.PolicyError as error:
            problems = error.problems
        if not problems:
            return values, []
        return None, [policy_words.problem_named(problem) for problem in problems]

    def publish(self) -> HttpResponse:
        values, confirm = self.carried(), ConfirmForm(self.request.POST)
        if values is None:
            return self.begin()
        if self.request.POST.get("against") != self.against:
            messages.warning(
                self.request, _("Somebody else published a version just now. Look at the differences again.")
            )
            return self.review_page(values, confirm)
        if not second_factor.is_fresh(self.request):
            # Nothing filled in gets lost: the second step is shown beside this page.
            return self.review_page(values, confirm, second_step=second_step_page(self.request, reverse("start")))
        return self.publish_now(values, confirm) if confirm.is_valid() else self.review_page(values, confirm)

    def publish_now(self, values: policies.PolicyValues, confirm: ConfirmForm) -> HttpResponse:
        given: dict[str, Any] = {"organisation": self.organisation, "line": self.line, "values": self.stored(values)}
        try:
            if self.needs_two(values, confirm.cleaned_data["valid_from"]):
                return self.propose(confirm, **given)
            version = service.publish_policy(author=self.person, **given, **confirm.cleaned_data)
        except policies.PolicyError as error:
            return self.form_page(*self.unbound(values), problems=error.problems)
        except proposals.Refused as refusal:
            messages.error(self.request, str(proposals.REFUSALS[refusal.code]))
            return self.review_page(values, confirm)
        messages.success(self.request, _("Version %(number)s is published.") % {"number": version.number})
        return redirect("admin:helplines_policy_change", version.pk)

    def propose(self, confirm: ConfirmForm, **given: Any) -> HttpResponse:
        """Let the version wait for a second person; without a chosen moment it counts when it is confirmed."""
        given["valid_from"] = confirm.cleaned_data["valid_from"] if "valid_from" in confirm.changed_data else None
        proposals.propose(proposer=self.person, reason=confirm.cleaned_data["reason"], **given)
        messages.success(self.request, _("Your proposal waits for a second person. Nothing changed yet."))
        return redirect("admin:index")

    def needs_two(self, values: policies.PolicyValues, at: datetime) -> bool:
        return queries.needs_two(self.organisation, self.line, self.stored(values), at)

    @property
    def person(self) -> Staff:
        assert isinstance(self.request.user, Staff)  # noqa: S101  the site lets in nobody else
        return self.request.user

    # What they need

    def unbound(self, values: policies.PolicyValues) -> tuple[PolicyForm, Any]:
        return PolicyForm(initial=PolicyForm.start(values)), question_formset(None, values, ROOM)

    def filled_in(self) -> tuple[PolicyForm, Any, policies.PolicyValues | None]:
        """The forms as somebody sent them, with the values that they come to; None where something is wrong."""
        form, questions = PolicyForm(self.request.POST), question_formset(self.request.POST, self.current, ROOM)
        return form, questions, self.read(form, questions) if form.is_valid() & questions.is_valid() else None

    def read(self, form: PolicyForm, questions: Any) -> policies.PolicyValues | None:
        """The values together; where they do not go together, the forms say why."""
        try:
            values = policies.parse({**form.values(), "questions": questions.values(known_keys(self.current))})
            problems = self.problems(values)
        except policies.PolicyError as error:
            values, problems = policies.PolicyValues(), error.problems
        for problem in problems:
            if not questions.take(problem):
                form.take(problem)
        return None if problems else values

    def problems(self, values: policies.PolicyValues) -> list[policies.Problem]:
        """What publishing would have against these values."""
        stored = self.stored(values)
        pairing = service.pairing_problems(self.organisation, self.line, stored, timezone.now())
        beside = service.beside_problems(self.organisation, self.line, stored, timezone.now())
        return [*service.language_problems(self.organisation, stored), *pairing, *beside]

    def carried(self) -> policies.PolicyValues | None:
        """The values that a page took along; None when somebody tampered with them."""
        try:
            return policies.parse(json.loads(self.request.POST.get("values", "")))
        except (ValueError, RecursionError):
            return None

    def stored(self, values: policies.PolicyValues) -> dict[str, Any]:
        """All of an organisation; of a line only what it does otherwise, so that the rest follows the organisation."""
        return policies.dump(values) if self.line is None else policies.otherwise(self.base, values)

    @property
    def against(self) -> str:
        """Which versions the differences were made against."""
        versions = Policy.objects.filter(organisation=self.organisation).order_by("-pk")
        return str(versions.values_list("pk", flat=True).first() or 0)

    # The pages

    def form_page(
        self,
        form: PolicyForm,
        questions: Any,
        problems: Iterable[policies.Problem] = (),
        shown: policies.PolicyValues | None = None,
        file_problems: Iterable[str] = (),
    ) -> HttpResponse:
        """Fill in; `problems` are those that only publishing found. The preview is of `shown`, else of what is in force."""
        for part in (form, *questions.forms):
            write_in(part, self.organisation.languages)
        context = {
            "form": form,
            "questions": questions,
            "placeholders": policy_words.PLACEHOLDERS,
            "problems": [policy_words.problem_said(problem) for problem in problems],
            "file_problems": list(file_problems),
            "places": places(self.organisation, self.line),
            **self.preview(shown or self.current),
        }
        return self.page("policy_edit", context)

    def preview(self, values: policies.PolicyValues) -> dict[str, Any]:
        """What visitors of one line will read in one language, as the page asked."""
        place = chosen(places(self.organisation, self.line), self.request.POST.get("preview_of", ""))
        return {"place": place, "preview": preview(place, values) if place else None}

    def review_page(self, values: policies.PolicyValues, confirm: ConfirmForm, second_step: str = "") -> HttpResponse:
        context = {
            "changes": policy_words.changes_said(None if self.is_first else self.current, values),
            "is_first": self.is_first,
            "previews": list(previews(self.organisation, self.line, values)),
            "values": json.dumps(policies.dump(values)),
            "against": self.against,
            "confirm": confirm,
            "second_step": second_step,
            "two": self.needs_two(values, timezone.now()),
            "seconds": proposals.seconds(self.organisation, self.person),
        }
        return self.page("policy_review", context)

    def page(self, name: str, context: dict[str, Any]) -> HttpResponse:
        subject = self.line or self.organisation
        title = _("New version of the policy: %(subject)s") % {"subject": subject}
        shared = {**self.site.each_context(self.request), "title": title, "subject": subject, "line": self.line}
        return TemplateResponse(
            self.request, f"helplines/admin/{name}.html", {**shared, "opts": Policy._meta, **context}
        )


def whole(given: str) -> int:
    """The number that a page sent along; 0 for what is no number."""
    return int(given) if given.isdecimal() and len(given) < 10 else 0


def waiting_for(request: HttpRequest) -> "QuerySet[PolicyProposal]":
    """The proposals that wait for a second person, of the organisations that somebody administers."""
    found = PolicyProposal.objects.filter(state=ProposalState.OPEN)
    return wall.own(request, found.select_related("organisation", "line", "proposer"))


def wrong_in(*forms: Any) -> Iterator[tuple[str, list[str]]]:
    """What is wrong with each field, by the id that it has on the page."""
    for form in forms:
        for name, errors in form.errors.items():
            yield form[name].auto_id if name in form.fields else "", [str(error) for error in errors]
