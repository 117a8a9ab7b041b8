"""The forms in which an administrator writes a new version of a policy."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from django import forms
from django.utils import timezone
from django.utils.functional import lazy
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from helplines import openings, policies
from helplines.admin.widgets import label_parts
from helplines.fields import LocalisedFormField, LocalisedWidget, in_language
from helplines.policy_words import CHOSEN, FLAGS, KINDS, PICKS, SENTENCES, SOME, SOME_OF, problem_said

HELP: Mapping[str, Any] = {
    "soft_minutes": _("Nobody is cut off: it is a goal, not a limit."),
    "rejoin_minutes": _("For a visitor whose connection drops or who loads the page again."),
    "block_hours": _("A block lifts by itself. The visitor reads where else to find help."),
    "queue": _("Without a tick, nobody waits: the line says that it is busy."),
    "queue_length": _("Counts only if visitors may wait."),
    "capacity": _("One talk at a time gives a visitor all attention."),
    "retention_months": _("After this nobody can read it any more. A shorter time also counts for old talks."),
    "limited": _("Take the tick away if visitors may come as often as they need."),
    "contact_limit": _("Counted over the last 24 hours. Talks that nobody answered do not count."),
    "keyed_on": _(
        "Behind one address there can be a whole school: then choose the tab alone. Who opens a new tab is new to us then. "
        "We keep no address and no name for this, only marks that nobody can read back."
    ),
    "reading_along": _(
        "Only for training and for quality. Each time stands in the audit log, and the counsellor always sees who reads along."
    ),
    "show_frequency": _("Only the count of the last 24 hours. Nothing in it tells who somebody is."),
    "alert_seconds": _("The desks of those who are present sound from the first second."),
    "silent_minutes": _(
        "Leave it empty if no talk may end by itself. A word, typing or one press keeps the talk open."
    ),
    "wrapup_minutes": _("Leave it empty for no time by rule. Everybody may pause at any moment."),
    "registration_months": _(
        "Counted from the first day of the month of the talk. What was counted stays for reports, without registrations."
    ),
    "registration_crowd": _("At least 10. A larger group hides better, and is there later."),
    "registration_days": _("After this the line, the time and the length are left out, and it waits on."),
    "registration_moment": _("The part of the day is enough for most reports."),
    "report_inside": _("At least 5. Figures are multiples of it. Months that are published stay as they are."),
    "report_outside": _("At least 10. It counts as the next multiple of the number inside."),
    "complaint_read_days": _("From the day that it comes. Handlers are reminded in time."),
    "complaint_answer_days": _("From the day that it comes. A longer time does not count for what was sent before."),
    "complaint_open_days": _("Until then the sender can ask on. After it the report closes."),
    "complaint_months": _("Kind, dates and outcome, and your summary if you write one."),
    "may_ask_name": _("Without a tick, we refuse a question that asks for a name or an address."),
    "identity_holders": _("It is kept only while there is a key, and what was sealed before stays as it was sealed."),
    "opening_grounds": _(
        "Without a ground here nothing is opened, whoever asks. An order needs its paper with each request. "
        "The yes of a visitor counts only while the talk goes on."
    ),
    "opening_askers": _(
        "They ask it for a talk of their own, or with the code of a talk. They never open it themselves."
    ),
    "opening_recipients": _("Who asks names one of these, and nobody else may be told."),
    "opening_discussed": _("Asked and agreed, tried, or impossible: the request and the log say which."),
    "opening_minutes": _("Only for the one person who opened it, on that device."),
    "greeting": _("The first words in a talk. You can use the names from the list below."),
    "disclaimer": _("What visitors read before they start. You can use the names from the list below."),
}
ORDER = (
    "soft_minutes",
    "rejoin_minutes",
    "silent_minutes",
    "capacity",
    "wrapup_minutes",
    "alert_seconds",
    "queue",
    "queue_length",
    "block_hours",
    "limited",
    "contact_limit",
    "keyed_on",
    "show_frequency",
    "retention_months",
    "registration_months",
    "registration_moment",
    "registration_crowd",
    "registration_days",
    "report_inside",
    "report_outside",
    "complaint_read_days",
    "complaint_answer_days",
    "complaint_open_days",
    "complaint_months",
    "may_ask_name",
    "identity_holders",
    "opening_discussed",
    "opening_minutes",
    "reading_along",
)


class Sentence(NamedTuple):
    """A sentence with a value in it, to be changed in place; `end` is the full stop that stays beside the value."""

    before: str
    field: forms.BoundField
    end: str
    after: str


def range_said(low: int, high: int) -> str:
    return str(_("Give a whole number from %(low)s to %(high)s.")) % {"low": low, "high": high}


class NumberField(forms.IntegerField):
    """A number within the limits that the policy itself sets, with one clear answer to all that is not."""

    def __init__(self, name: str, **kwargs: Any) -> None:
        low, high = policies.NUMBERS[name]
        said = lazy(range_said, str)(low, high)
        errors = dict.fromkeys(("required", "invalid", "min_value", "max_value"), said)
        words = lazy(lambda: str(SENTENCES[name]).replace("[]", "…"), str)()
        super().__init__(
            min_value=low, max_value=high, label=words, help_text=HELP[name], error_messages=errors, **kwargs
        )


def yes_or_no(name: str, label: Any) -> forms.BooleanField:
    return forms.BooleanField(label=label, help_text=HELP[name], required=False)


def some_of(name: str) -> forms.MultipleChoiceField:
    """Boxes for a list of a policy; that one must be ticked is said by the policy, which knows when."""
    choices = [(entry, SOME_OF[name][entry]) for entry in openings.LISTS[name]]
    return forms.MultipleChoiceField(
        label=SOME[name],
        help_text=HELP[name],
        choices=choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )


def texts_field(label: Any, help_text: Any, **kwargs: Any) -> LocalisedFormField:
    return LocalisedFormField(label=label, help_text=help_text, required=False, **kwargs)


class PolicyForm(forms.Form):
    """All values of a policy but its questions."""

    soft_minutes = NumberField("soft_minutes")
    rejoin_minutes = NumberField("rejoin_minutes")
    capacity = NumberField("capacity")
    queue = yes_or_no("queue", FLAGS["queue"][0])
    queue_length = NumberField("queue_length")
    block_hours = NumberField("block_hours")
    limited = yes_or_no("limited", _("There is a limit to how often a visitor comes."))
    contact_limit = NumberField("contact_limit", required=False)
    retention_months = NumberField("retention_months")
    alert_seconds = NumberField("alert_seconds")
    silent_minutes = NumberField("silent_minutes", required=False)
    wrapup_minutes = NumberField("wrapup_minutes", required=False)
    registration_months = NumberField("registration_months")
    registration_crowd = NumberField("registration_crowd")
    registration_days = NumberField("registration_days")
    report_inside = NumberField("report_inside")
    report_outside = NumberField("report_outside")
    complaint_read_days = NumberField("complaint_read_days")
    complaint_answer_days = NumberField("complaint_answer_days")
    complaint_open_days = NumberField("complaint_open_days")
    complaint_months = NumberField("complaint_months")
    registration_moment = forms.ChoiceField(
        label=_("What a registration tells of the time"),
        choices=tuple(PICKS["registration_moment"].items()),
        help_text=HELP["registration_moment"],
    )
    keyed_on = forms.ChoiceField(
        label=_("By what we know who comes again"), choices=tuple(PICKS["keyed_on"].items()), help_text=HELP["keyed_on"]
    )
    reading_along = forms.ChoiceField(
        label=_("Reading along with a talk"),
        choices=tuple(PICKS["reading_along"].items()),
        help_text=HELP["reading_along"],
    )
    show_frequency = yes_or_no("show_frequency", FLAGS["show_frequency"][0])
    may_ask_name = yes_or_no("may_ask_name", FLAGS["may_ask_name"][0])
    identity_holders = forms.ChoiceField(
        label=lazy(lambda: str(SENTENCES["identity_holders"]).replace("[]", "…"), str)(),
        help_text=HELP["identity_holders"],
        choices=list(CHOSEN["identity_holders"].items()),
    )
    opening_grounds = some_of("opening_grounds")
    opening_askers = some_of("opening_askers")
    opening_recipients = some_of("opening_recipients")
    opening_discussed = yes_or_no("opening_discussed", FLAGS["opening_discussed"][0])
    opening_minutes = NumberField("opening_minutes")
    greeting = texts_field(_("Greeting"), HELP["greeting"], long=True)
    disclaimer = texts_field(_("What we promise"), HELP["disclaimer"], long=True)

    def clean(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        if cleaned.get("limited") and cleaned.get("contact_limit") is None and "contact_limit" not in self.errors:
            self.add_error("contact_limit", range_said(*policies.NUMBERS["contact_limit"]))
        return cleaned

    def sentences(self) -> Iterator[Sentence]:
        """The values in the order in which they are read; a yes or no stands before its words."""
        for name in ORDER:
            before, _gap, after = str(SENTENCES.get(name, "")).partition("[]")
            end = after[: len(after) - len(after.lstrip(".,;:"))]
            yield Sentence(before, self[name], end, after[len(end) :] if before or after else str(self[name].label))

    def lists(self) -> list[forms.BoundField]:
        return [self[name] for name in openings.LISTS]

    def texts(self) -> list[forms.BoundField]:
        return [self["greeting"], self["disclaimer"]]

    def values(self) -> dict[str, Any]:
        """As `policies.parse` takes them."""
        values = {name: self.cleaned_data[name] for name in policies.FIELDS if name != "questions"}
        return values if self.cleaned_data["limited"] else {**values, "contact_limit": None}

    def take(self, problem: policies.Problem) -> None:
        """Show what the policy has against a value, beside that value."""
        name = problem.field.partition(".")[0]
        self.add_error(name if name in self.fields else None, problem_said(problem))

    @staticmethod
    def start(values: policies.PolicyValues) -> dict[str, Any]:
        """What the form shows first."""
        return {**policies.dump(values), "limited": values.contact_limit is not None}


class QuestionForm(forms.Form):
    """One question; the answers to choose from stand one on a line, in the same order in each language."""

    key = forms.CharField(
        label=_("Short name"),
        max_length=40,
        help_text=_("For reports; visitors do not see it. Small letters, digits and dashes, such as age-group."),
    )
    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=[("", "–"), *KINDS.items()],
        help_text=_("What somebody can answer. Answering is never needed."),
    )
    label = texts_field(_("Question"), _("The question as visitors read it."), max_length=policies.LONGEST_LABEL)
    why = texts_field(
        _("Why we ask"), _("Say in one sentence what you do with the answer."), max_length=policies.LONGEST_LABEL
    )
    choices = texts_field(
        _("Answers to choose from"),
        _("One answer on a line. Use the same order in each language. Only for a choice or for age groups."),
        widget=LocalisedWidget(long=True),
    )

    def clean_choices(self) -> dict[str, list[str]]:
        """The lines of each language, as many in one as in another."""
        lines = {code: split(text) for code, text in self.cleaned_data["choices"].items()}
        if len({len(texts) for texts in lines.values()}) > 1:
            raise forms.ValidationError(_("Give the same number of answers in each language."), code="uneven")
        return lines

    def question(self, known: Mapping[str, str]) -> dict[str, Any]:
        """As `policies.parse` takes it; an answer that was there before keeps its key (`known`: label to key)."""
        data = self.cleaned_data
        columns = data["choices"]
        count = max((len(texts) for texts in columns.values()), default=0)
        labels = [{code: texts[place] for code, texts in columns.items()} for place in range(count)]
        choices = [{"key": key_of(label, known, place), "label": label} for place, label in enumerate(labels)]
        return {**{name: data[name] for name in ("key", "kind", "label", "why")}, "choices": choices}

    @staticmethod
    def start(question: policies.Question) -> dict[str, Any]:
        codes = {code for choice in question.choices for code in choice.label}
        columns = {code: "\n".join(choice.label.get(code, "-") for choice in question.choices) for code in codes}
        return {
            "key": question.key,
            "kind": question.kind,
            "label": question.label,
            "why": question.why,
            "choices": columns,
        }


def split(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def key_of(label: Mapping[str, str], known: Mapping[str, str], place: int) -> str:
    """The key of an answer: what it was, else made from its words."""
    before = next((known[text] for text in label.values() if text in known), "")
    return before or slugify(in_language(dict(label)))[:40] or f"answer-{place + 1}"


def known_keys(values: policies.PolicyValues) -> dict[str, dict[str, str]]:
    """For each question, the keys of its answers by their words in any language."""
    return {
        question.key: {text: choice.key for choice in question.choices for text in choice.label.values()}
        for question in values.questions
    }


class QuestionFormSet(forms.BaseFormSet):  # type: ignore[type-arg]
    """The questions before a talk, in their order."""

    def add_fields(self, form: forms.Form, index: int | None) -> None:
        super().add_fields(form, index)
        order, delete = form.fields["ORDER"], form.fields["DELETE"]
        order.label, order.help_text = _("Place"), _("Questions with a lower number come first.")
        delete.label, delete.help_text = _("Leave this question out"), _("Tick this to stop asking it.")

    def kept(self) -> list[QuestionForm]:
        """The filled forms that are not left out, in their order."""
        in_order: list[QuestionForm] = self.ordered_forms
        return in_order

    def values(self, known: Mapping[str, Mapping[str, str]]) -> list[dict[str, Any]]:
        return [form.question(known.get(form.cleaned_data["key"], {})) for form in self.kept()]

    def take(self, problem: policies.Problem) -> bool:
        """Show a problem with a question beside it; False where it is not about one question."""
        parts = problem.field.split(".")
        if len(parts) < 2 or not parts[1].isdigit():
            return False
        form = self.kept()[int(parts[1])]
        name = parts[2] if len(parts) > 2 and parts[2] in form.fields else None
        form.add_error(name, problem_said(problem))
        return True


def question_formset(data: Any, values: policies.PolicyValues, extra: int) -> Any:
    """The questions of a version, with room for new ones."""
    made = forms.formset_factory(
        QuestionForm,
        formset=QuestionFormSet,
        extra=extra,
        can_order=True,
        can_delete=True,
        max_num=policies.MOST_QUESTIONS,
    )
    formset: Any = made(data, prefix="questions", initial=[QuestionForm.start(entry) for entry in values.questions])
    return formset


class ConfirmForm(forms.Form):
    """What a version needs besides its values: why, and from when."""

    reason = forms.CharField(
        label=_("Why do you change this?"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("One sentence. It stays beside this version for ever, and colleagues can read it."),
        error_messages={"required": _("Say why you change this. Everything you filled in is still here.")},
    )
    valid_from = forms.SplitDateTimeField(
        label=_("From when does it count?"),
        widget=forms.SplitDateTimeWidget(
            date_attrs={"type": "date"}, time_attrs={"type": "time"}, date_format="%Y-%m-%d", time_format="%H:%M"
        ),
        required=False,
        help_text=_("Leave it empty to let it count at once. It cannot start in the past."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        label_parts(self.fields["valid_from"])

    def clean_valid_from(self) -> Any:
        chosen = self.cleaned_data["valid_from"]
        if chosen and chosen < timezone.now():
            raise forms.ValidationError(
                _("This moment has passed. Choose a later one, or leave it empty."), code="past"
            )
        return chosen or timezone.now()
