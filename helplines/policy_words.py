"""A policy in plain words: each value as the sentence in which an administrator reads, changes and compares it."""

from collections.abc import Iterable, Mapping
from difflib import SequenceMatcher
from typing import Any, NamedTuple

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helplines import policies, wording
from helplines.fields import in_language
from helplines.models import Role
from helplines.policy_files import Unreadable

# "[]" stands where the value stands.
SENTENCES: Mapping[str, Any] = {
    "soft_minutes": gettext_lazy("A talk is meant to end after [] minutes. Both sides are told in time."),
    "rejoin_minutes": gettext_lazy("Who drops out of a talk can come back to it within [] minutes."),
    "block_hours": gettext_lazy("A visitor who is blocked can come back after [] hours."),
    "queue_length": gettext_lazy("If visitors may wait, at most [] of them wait at the same time."),
    "capacity": gettext_lazy("The number of talks that a counsellor has at the same time is at most []."),
    "retention_months": gettext_lazy("A talk is gone [] months after it ends."),
    "contact_limit": gettext_lazy("A visitor has at most [] talks in 24 hours."),
    "alert_seconds": gettext_lazy(
        "When a visitor waits longer than [] seconds, pausing colleagues and mentors see it too."
    ),
    "silent_minutes": gettext_lazy(
        "A talk ends when the visitor is silent for [] minutes. The visitor is asked twice before."
    ),
    "wrapup_minutes": gettext_lazy("After each talk a counsellor gets [] minutes in which no new visitor comes."),
    "registration_months": gettext_lazy("A registration is counted and then gone, at most [] months after the talk."),
    "registration_crowd": gettext_lazy(
        "Registrations are mixed in groups of at least [], so that none of them can be tied to a talk."
    ),
    "registration_days": gettext_lazy("A registration waits for such a group for [] days; then it tells less."),
    "report_inside": gettext_lazy("In reports for ourselves a group of fewer than [] people is not told."),
    "report_outside": gettext_lazy("In reports for others a group of fewer than [] people is not told."),
    "complaint_read_days": gettext_lazy("Who sends us a complaint or suggestion hears within [] days that we read it."),
    "complaint_answer_days": gettext_lazy("Our answer to it comes within [] days after it came."),
    "complaint_open_days": gettext_lazy("The answer can be read for [] days. Then what was said in it is gone."),
    "complaint_months": gettext_lazy("What is left of it, its kind and outcome, is gone [] months later."),
    "identity_holders": gettext_lazy("No counsellor sees the internet address of a visitor; []."),
    "opening_minutes": gettext_lazy("Who opened an address sees it for [] minutes. Then it is gone."),
}
# What stands there for a value that is chosen from a list.
CHOSEN: Mapping[str, Mapping[str, Any]] = {
    "identity_holders": {
        "administrator": gettext_lazy("only the administrator can open it"),
        "administrator-care": gettext_lazy("only the administrator can open it, to alert a care body or the police"),
        "management-dpo": gettext_lazy("only management and data protection officer together can open it"),
        "provider": gettext_lazy("only the provider can open it"),
        "nobody": gettext_lazy("nobody can open it, for it is not kept"),
    }
}
# For some of a list: what stands before them, and each of them.
SOME: Mapping[str, Any] = {
    "opening_grounds": gettext_lazy("A sealed address is opened only:"),
    "opening_askers": gettext_lazy("Who may ask to open it:"),
    "opening_recipients": gettext_lazy("Who may be told what was opened:"),
}
SOME_OF: Mapping[str, Mapping[str, Any]] = {
    "opening_grounds": {
        "danger-self": gettext_lazy("in grave danger to the visitor"),
        "danger-other": gettext_lazy("in grave danger to somebody else"),
        "order": gettext_lazy("on a written order of a judge or a prosecutor"),
        "consent": gettext_lazy("with a yes of the visitor in the talk"),
    },
    "opening_askers": dict(Role.choices),
    "opening_recipients": {
        "counsellor": gettext_lazy("another counsellor"),
        "emergency": gettext_lazy("emergency services"),
        "surroundings": gettext_lazy("somebody close to the visitor"),
        "care": gettext_lazy("a care body"),
        "police": gettext_lazy("the police"),
        "prosecutor": gettext_lazy("the public prosecutor"),
    },
}
# What is so whatever is chosen.
ALWAYS: Mapping[str, Any] = {
    "opening_askers": gettext_lazy("Who asks never opens it. Where two offices open it, those are two people.")
}
# The same for a number that is absent.
WITHOUT: Mapping[str, Any] = {
    "contact_limit": gettext_lazy("There is no limit to how often a visitor comes."),
    "silent_minutes": gettext_lazy("No talk ends by itself, however long a visitor is silent."),
    "wrapup_minutes": gettext_lazy("After a talk a counsellor can have a new visitor at once."),
}
FLAGS: Mapping[str, tuple[Any, Any]] = {
    "queue": (
        gettext_lazy("Visitors may wait when everybody is in a talk."),
        gettext_lazy("There is no waiting: when everybody is in a talk, visitors are asked to come back."),
    ),
    "may_ask_name": (
        gettext_lazy("A question before a talk may ask for a name or an address. Nobody has to answer it."),
        gettext_lazy("No question before a talk asks for a name or an address."),
    ),
    "show_frequency": (
        gettext_lazy("A counsellor sees how often a visitor came in 24 hours, and not who it is."),
        gettext_lazy("A counsellor does not see how often a visitor came."),
    ),
    "opening_discussed": (
        gettext_lazy("Who asks to open an address says whether the visitor was asked first."),
        gettext_lazy("Who asks to open an address need not say whether the visitor was asked first."),
    ),
}
# For a value that is one of a few words.
PICKS: Mapping[str, Mapping[str, Any]] = {
    "keyed_on": {
        "token": gettext_lazy(
            "Limits and blocks count for one tab of a browser. Who shares an address is not locked out."
        ),
        "address": gettext_lazy("Limits and blocks count for one internet address. Who shares it shares them."),
        "both": gettext_lazy("Limits and blocks count for one tab of a browser and for its internet address."),
    },
    "reading_along": {
        "nobody": gettext_lazy("Nobody reads along with a talk."),
        "told": gettext_lazy(
            "An experienced colleague may read along, to train or to check our work. "
            "Visitor and counsellor are told when it begins and ends."
        ),
        "beforehand": gettext_lazy(
            "An experienced colleague may read along, to train or to check our work. "
            "Visitors read this before they begin, and are not told when it happens."
        ),
    },
    "registration_moment": {
        "part": gettext_lazy("A registration tells the month and the part of the day, and no day and no hour."),
        "hour": gettext_lazy("A registration tells the month and the hour, and no day."),
    },
}
TITLES: Mapping[str, Any] = {
    "questions": gettext_lazy("Questions before a talk"),
    "greeting": gettext_lazy("Greeting"),
    "disclaimer": gettext_lazy("What we promise"),
}
KINDS: Mapping[str, Any] = {
    "nickname": gettext_lazy("name or nickname"),
    "text": gettext_lazy("open question"),
    "choice": gettext_lazy("choice from a list"),
    "age": gettext_lazy("age"),
}
PLACEHOLDERS: Mapping[str, Any] = {
    "hours": gettext_lazy("the opening hours of the line"),
    "retention": gettext_lazy("how long a talk is kept"),
    "contact_limit": gettext_lazy("how many talks a visitor may have in 24 hours"),
    "block_hours": gettext_lazy("how many hours a block lasts"),
    "soft_minutes": gettext_lazy("after how many minutes a talk is meant to end"),
    "rejoin_minutes": gettext_lazy("within how many minutes a visitor can come back"),
    "organisation": gettext_lazy("the name of the organisation"),
    "line": gettext_lazy("the name of the line"),
    "website": gettext_lazy("the website"),
    "privacy_email": gettext_lazy("the address for privacy questions"),
    "complaints_email": gettext_lazy("the address for complaints"),
    "support_email": gettext_lazy("the address for technical help"),
    "dpo_email": gettext_lazy("the address of the data protection officer"),
    "provider": gettext_lazy("who looks after the computers"),
    "legal_name": gettext_lazy("the legal name"),
}


# Under which heading each promise is read, where all of them are.
THEMES: Mapping[Any, tuple[str, ...]] = {
    gettext_lazy("The talk"): (
        "soft_minutes", "rejoin_minutes", "silent_minutes", "capacity", "alert_seconds", "wrapup_minutes",
        "retention_months",
    ),
    gettext_lazy("Waiting and coming back"): (
        "queue", "queue_length", "block_hours", "contact_limit", "keyed_on", "show_frequency",
    ),
    gettext_lazy("Questions before a talk"): ("may_ask_name", "questions"),
    gettext_lazy("Addresses of visitors, and reading along"): (
        "identity_holders", "opening_grounds", "opening_askers", "opening_recipients", "opening_discussed",
        "opening_minutes", "reading_along",
    ),
    gettext_lazy("Registrations and reports"): (
        "registration_months", "registration_moment", "registration_crowd", "registration_days", "report_inside",
        "report_outside",
    ),
    gettext_lazy("Complaints and suggestions"): (
        "complaint_read_days", "complaint_answer_days", "complaint_open_days", "complaint_months",
    ),
}  # fmt: skip


class Said(NamedTuple):
    """One promise in words: a list of paragraphs, with a title where the words need one."""

    title: str
    lines: list[str]


class Theme(NamedTuple):
    """Promises that are about the same."""

    title: str
    said: list[Said]


class ChangeSaid(NamedTuple):
    """What one promise was and will be; `before` is empty in a first version."""

    title: str
    before: list[str]
    after: list[str]


def say(field: str, value: Any) -> list[str]:
    """One promise as sentences."""
    if field in FLAGS:
        return [str(FLAGS[field][0 if value else 1])]
    if field in PICKS:
        return [str(PICKS[field][value])]
    if field in SOME:
        return some_said(field, value)
    if field == "questions":
        return [question_said(question) for question in value] or [_("Nothing is asked.")]
    if field in TITLES:
        return [text_said(code, text) for code, text in value.items()] or [_("There is no text.")]
    if value is None:
        return [str(WITHOUT[field])]
    shown = CHOSEN[field][value] if field in CHOSEN else value
    return [str(SENTENCES[field]).replace("[]", str(shown))]


def some_said(field: str, value: Iterable[str]) -> list[str]:
    words = ", ".join(str(SOME_OF[field][entry]) for entry in value)
    return [f"{SOME[field]} {words}.", *([str(ALWAYS[field])] if field in ALWAYS else [])]


def text_said(language: str, text: str) -> str:
    """A text apart from any line: each placeholder is the words for what stands there on a line, between brackets."""
    with translation.override(language):
        named = wording.fill(text, {name: f"[{meaning}]" for name, meaning in PLACEHOLDERS.items()})
    return f"{language.upper()}: {named}"


def question_said(question: policies.Question) -> str:
    """The question, its kind, why it is asked, and what can be picked."""
    words = f"{in_language(question.label)} ({KINDS[question.kind]}). {in_language(question.why)}"
    picks = ", ".join(in_language(choice.label) for choice in question.choices)
    return f"{words} [{picks}]" if picks else words


def title(field: str) -> str:
    return str(TITLES.get(field, ""))


def all_said(values: policies.PolicyValues, fields: Iterable[str] = policies.FIELDS) -> list[Said]:
    """These promises in words, as far as they mean anything beside the others."""
    return [Said(title(field), say(field, getattr(values, field))) for field in fields if applies(field, values)]


def applies(field: str, values: policies.PolicyValues) -> bool:
    """Whether a promise means anything beside the others: where nobody waits, no number of them does."""
    if field.startswith("opening_"):
        return values.identity_holders != "nobody"
    return field != "queue_length" or values.queue


def kept_said(values: policies.PolicyValues, fields: Iterable[str] = policies.FIELDS) -> list[Said]:
    """The promises that the program keeps, in words. The organisation's own texts are left to where they are filled in."""
    return all_said(values, [field for field in fields if field not in policies.TEXTS])


def themes_said(values: policies.PolicyValues) -> list[Theme]:
    """The promises that the program keeps, each under the heading of what it is about."""
    return [
        Theme(str(title), [one._replace(title="") for one in kept_said(values, fields)])
        for title, fields in THEMES.items()
    ]


def changes_said(before: policies.PolicyValues | None, after: policies.PolicyValues) -> list[ChangeSaid]:
    """What a new version changes; a first version has no before."""
    return [change_said(change, is_first=before is None) for change in policies.differences(before, after)]


def change_said(change: policies.Change, *, is_first: bool) -> ChangeSaid:
    """One promise as it was and as it will be; of long texts and lists only what differs."""
    if is_first:
        return ChangeSaid(title(change.field), [], say(change.field, change.after))
    old, new = parted(in_parts(change.field, change.before), in_parts(change.field, change.after))
    if change.field not in TITLES:
        old, new = say(change.field, change.before), say(change.field, change.after)
    return ChangeSaid(title(change.field), old, new)


def in_parts(field: str, value: Any) -> list[str]:
    """A value in the pieces that are compared: sentences, questions, or paragraphs with their language."""
    if field not in policies.TEXTS:
        return say(field, value)
    found = [text_said(code, part.strip()) for code, text in sorted(value.items()) for part in text.split("\n\n")]
    return found or say(field, value)


def parted(before: list[str], after: list[str]) -> tuple[list[str], list[str]]:
    """What differs between two lists, with a mark where both go on in the same way."""
    old: list[str] = []
    new: list[str] = []
    for kind, start, end, from_, to in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        old += ["…"] if kind == "equal" else before[start:end]
        new += ["…"] if kind == "equal" else after[from_:to]
    return old, new


MESSAGES: Mapping[str, Any] = {
    "not_a_number": gettext_lazy("Give a whole number from %(low)s to %(high)s."),
    "out_of_range": gettext_lazy("Give a whole number from %(low)s to %(high)s."),
    "too_long": gettext_lazy("This text is too long: at most %(longest)s characters."),
    "empty": gettext_lazy("Write this in at least one language."),
    "unknown_placeholder": gettext_lazy("We do not know {{ %(name)s }}. Choose a name from the list."),
    "no_contact_limit": gettext_lazy("The text names a limit to the number of talks, but there is none."),
    "number_not_kept": gettext_lazy(
        "“%(sentence)s” says %(said)s, and your promise says %(kept)s. Make them the same, or let the program fill it in."
    ),
    "asks_name": gettext_lazy("This asks for a name or an address, and you promise not to."),
    "unknown_choice": gettext_lazy("Choose one from the list."),
    "none_chosen": gettext_lazy("Choose at least one, or let nobody open an address."),
    "beyond_holders": gettext_lazy("You promise to open an address only to alert a care body or the police."),
    "two_nicknames": gettext_lazy("Ask for a name or nickname only once."),
    "same_key": gettext_lazy("“%(key)s” stands here twice. Each one needs a short name of its own."),
    "not_a_key": gettext_lazy("Use small letters, digits and dashes, such as age-group."),
    "too_few_choices": gettext_lazy("Give at least %(least)s answers to choose from."),
    "no_choices_here": gettext_lazy("This kind of question has no answers to choose from."),
    "language_not_ours": gettext_lazy("Your organisation does not write in this language."),
    "in_the_past": gettext_lazy("This moment has passed."),
    "needs_two": gettext_lazy("A second person must confirm this change."),
    "too_many": gettext_lazy("These are too many: at most %(most)s."),
    "unknown": gettext_lazy("There is no value with this name."),
    "not_yes_or_no": gettext_lazy("Write true or false."),
    "not_texts": gettext_lazy("Write one text for each language, such as nl: Welkom."),
    "unknown_language": gettext_lazy("This language is not one of nl, en, fr and de."),
    "not_an_object": gettext_lazy("This file is no policy: names and values are missing."),
}
UNREADABLE: Mapping[str, Any] = {
    "too_large": gettext_lazy("This file is too large: at most 256 kB."),
    "not_utf8": gettext_lazy("This file is no text. Save it as UTF-8."),
    "not_yaml": gettext_lazy("this is not YAML."),
    "twice": gettext_lazy("“%(name)s” stands there twice."),
    "alias": gettext_lazy("this stands for a value elsewhere (*). Write the value itself."),
}


def problem_named(problem: policies.Problem) -> str:
    """What is wrong with a value of a file, after the name that it has there."""
    words = str(MESSAGES.get(problem.code, gettext_lazy("This value cannot be used."))) % problem.params
    return f"{problem.field}: {words}" if problem.field else words


def unreadable_said(fault: Unreadable) -> str:
    """Why a file cannot be read, and on which line."""
    words = str(UNREADABLE[fault.code]) % {"name": fault.name}
    return _("Line %(line)s: %(words)s") % {"line": fault.line, "words": words} if fault.line else words


def problem_said(problem: policies.Problem) -> str:
    """What is wrong with a value, and for a text in which language."""
    words = str(MESSAGES.get(problem.code, gettext_lazy("This value cannot be used."))) % problem.params
    language = problem.field.rpartition(".")[2]
    where = [language.upper()] if language in policies.LANGUAGES else []
    # What does not go together with the version of a line names that line.
    return ": ".join([*([problem.params["line"]] if "line" in problem.params else []), *where, words])
