"""The promises of an organisation as values: their shape, their limits, and what changed between two versions.

Pure: dictionaries as they are stored go in, `PolicyValues` come out, and `PolicyError` lists all that is wrong.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, NamedTuple

from helplines import asking_who, openings, told_numbers, wording

Texts = dict[str, str]
KINDS = ("nickname", "text", "choice", "age")
LANGUAGES = ("nl", "en", "fr", "de")
NUMBERS = {
    "soft_minutes": (5, 480),
    "rejoin_minutes": (1, 60),
    "block_hours": (1, 720),
    "queue_length": (1, 500),
    "capacity": (1, 10),
    "retention_months": (1, 120),
    "contact_limit": (1, 100),
    "alert_seconds": (30, 600),
    "silent_minutes": (5, 240),
    "wrapup_minutes": (1, 60),
    "opening_minutes": openings.MINUTES,
    "registration_months": (1, 120),
    "registration_crowd": (10, 200),
    "registration_days": (1, 31),
    "report_inside": (5, 50),
    "report_outside": (10, 200),
    "complaint_read_days": (1, 60),
    "complaint_answer_days": (1, 180),
    "complaint_open_days": (7, 90),
    "complaint_months": (1, 120),
}
# Numbers that may be absent: then there is no such rule.
OPTIONAL = frozenset({"contact_limit", "silent_minutes", "wrapup_minutes"})
# To whose keys the internet address of a visitor is sealed, from the outside in; all of them are needed to open it (D02, D03).
OFFICES = ("administrator", "management", "dpo", "provider")
IDENTITY_HOLDERS: dict[str, tuple[str, ...]] = {
    "administrator": ("administrator",),
    "administrator-care": ("administrator",),
    "management-dpo": ("management", "dpo"),
    "provider": ("provider",),
    "nobody": (),
}
FLAGS = ("queue", "may_ask_name", "show_frequency", "opening_discussed")
# By what a visitor who comes again is known: the browser's tab, the internet address, or either (question 4, goal K3).
KEYED_ON = ("token", "address", "both")
# Whether a mentor may read along with a talk, and whether both sides are told when that begins (C11).
READING_ALONG = ("nobody", "told", "beforehand")
PICKS = {"keyed_on": KEYED_ON, "reading_along": READING_ALONG, "registration_moment": ("part", "hour")}
# What nobody changes alone (issue 3, section 4).
TWO_PEOPLE = frozenset({
    "retention_months", "registration_months", "complaint_months",
    "report_inside", "report_outside", "reading_along", *openings.FIELDS,
})  # fmt: skip
TEXTS = ("greeting", "disclaimer")
LONGEST_TEXT, LONGEST_LABEL, MOST_QUESTIONS, MOST_CHOICES = 4000, 200, 20, 50
KEY = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")


class Problem(NamedTuple):
    """What is wrong with one value; `code` and `params` let a form say it in plain words."""

    field: str
    code: str
    params: dict[str, Any]


class PolicyError(ValueError):
    """Raised with every problem at once."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__("; ".join(f"{problem.field}: {problem.code}" for problem in problems))


@dataclass(frozen=True)
class Choice:
    """One answer that can be picked."""

    key: str
    label: Texts


@dataclass(frozen=True)
class Question:
    """Something asked before a talk, with why; answering is never needed (B01-B05)."""

    key: str
    kind: str
    label: Texts
    why: Texts
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True)
class PolicyValues:
    """All that an organisation promises, in the unit that each name tells."""

    soft_minutes: int = 60
    rejoin_minutes: int = 5
    block_hours: int = 8
    queue: bool = False
    queue_length: int = 10
    capacity: int = 1
    retention_months: int = 6
    contact_limit: int | None = None
    alert_seconds: int = 90
    silent_minutes: int | None = None
    wrapup_minutes: int | None = None
    registration_months: int = 12
    registration_crowd: int = 10
    registration_days: int = 7
    registration_moment: str = "part"
    report_inside: int = 5
    report_outside: int = 10
    complaint_read_days: int = 7
    complaint_answer_days: int = 42
    complaint_open_days: int = 30
    complaint_months: int = 24
    may_ask_name: bool = True
    identity_holders: str = "administrator"
    opening_grounds: tuple[str, ...] = openings.DANGERS
    opening_askers: tuple[str, ...] = openings.TALKERS
    opening_recipients: tuple[str, ...] = openings.PRESETS["administrator"]["opening_recipients"]
    opening_discussed: bool = True
    opening_minutes: int = 15
    keyed_on: str = "token"
    reading_along: str = "nobody"
    show_frequency: bool = False
    questions: tuple[Question, ...] = ()
    greeting: Texts = field(default_factory=dict)
    disclaimer: Texts = field(default_factory=dict)


class Change(NamedTuple):
    """One promise that differs between two versions; `before` is None in the first version."""

    field: str
    before: Any
    after: Any


FIELDS = tuple(entry.name for entry in fields(PolicyValues))


def parse(raw: Any) -> PolicyValues:
    """Stored or filled-in values, checked; what is left out keeps its default. Raises PolicyError."""
    values = read(raw)
    check(values)
    return values


def parse_override(raw: Any) -> dict[str, Any]:
    """What a line does otherwise, checked, with only the given fields in it. Raises PolicyError."""
    values = read(raw)
    return {name: value for name, value in dump(values).items() if name in raw}


def overlay(base: PolicyValues, override: Mapping[str, Any]) -> PolicyValues:
    """The organisation's values with those of a line laid over them. Raises PolicyError where a value has no meaning.

    Whether the two go together is for `check`; it is asked on publishing, so that reading never fails afterwards.
    """
    return read({**dump(base), **openings.laid_over(override)})


def dump(values: PolicyValues) -> dict[str, Any]:
    """The values as JSON can hold them; `parse` takes them back unchanged."""
    stored = asdict(values)
    stored["questions"] = [{**question, "choices": list(question["choices"])} for question in stored["questions"]]
    return {**stored, **{name: list(stored[name]) for name in openings.LISTS}}


def otherwise(base: PolicyValues, after: PolicyValues) -> dict[str, Any]:
    """What a line does otherwise, as it is stored; how an address is opened stands there whole, or not at all."""
    names = {change.field for change in differences(base, after)}
    names |= set(openings.FIELDS) if names & set(openings.FIELDS) else set()
    return {name: value for name, value in dump(after).items() if name in names}


def differences(before: PolicyValues | None, after: PolicyValues) -> list[Change]:
    """What differs, in the order of the fields; everything when there was no version before."""
    pairs = [(name, getattr(before, name, None), getattr(after, name)) for name in FIELDS]
    return [Change(name, old, new) for name, old, new in pairs if before is None or old != new]


def needs_two(before: PolicyValues, after: PolicyValues) -> bool:
    """Whether something differs that a second person must confirm."""
    return any(change.field in TWO_PEOPLE for change in differences(before, after))


def read(raw: Any) -> PolicyValues:
    """The values, each within its limits. Raises PolicyError."""
    if not isinstance(raw, Mapping):
        raise PolicyError([Problem("", "not_an_object", {})])
    problems = [Problem(str(name), "unknown", {}) for name in raw if name not in FIELDS]
    raw = openings.completed(raw, PolicyValues.identity_holders)
    read_of = {name: READERS[name](name, raw[name], problems) for name in FIELDS if name in raw}
    if problems:
        raise PolicyError(problems)
    return PolicyValues(**read_of)


def check(values: PolicyValues) -> None:
    """The rules between values. Raises PolicyError."""
    problems = [*names_asked(values), *texts_unkept(values), *numbers_unkept(values)]
    problems += [Problem(name, code, {}) for name, code in openings.wrong(values)]
    if problems:
        raise PolicyError(problems)


def names_asked(values: PolicyValues) -> list[Problem]:
    """Questions for a name or an address, where the organisation promises to ask for none (B03)."""
    if values.may_ask_name:
        return []
    return [
        Problem(f"questions.{place}", "asks_name", {"key": question.key})
        for place, question in enumerate(values.questions)
        if asks_who(question)
    ]


def asks_who(question: Question) -> bool:
    """Whether this question asks who somebody is or where to find them."""
    words = [*question.label.values(), *(text for choice in question.choices for text in choice.label.values())]
    return question.kind == "nickname" or any(map(asking_who.asks, words))


def texts_unkept(values: PolicyValues) -> list[Problem]:
    """Placeholders that mean nothing, or promise what this policy does not do."""
    problems = []
    for name in TEXTS:
        for language, text in getattr(values, name).items():
            where = f"{name}.{language}"
            problems += [Problem(where, "unknown_placeholder", {"name": entry}) for entry in wording.unknown(text)]
            if values.contact_limit is None and "contact_limit" in wording.used(text):
                problems.append(Problem(where, "no_contact_limit", {"name": "contact_limit"}))
    return problems


def numbers_unkept(values: PolicyValues, beside: Iterable[tuple[str, Texts]] | None = None) -> list[Problem]:
    """Sentences of the policy's own texts, or of those beside it, that say another number than it (N04)."""
    texts = [(name, getattr(values, name)) for name in TEXTS]
    texts += [(f"questions.{place}.why", question.why) for place, question in enumerate(values.questions)]
    return [
        Problem(f"{name}.{language}", "number_not_kept", found._asdict())
        for name, text in (texts if beside is None else beside)
        for language, said in text.items()
        for found in told_numbers.contradictions(said, language, values)
    ]


def read_number(name: str, value: Any, problems: list[Problem]) -> int | None:
    """A whole number within the limits of its field; some may be absent."""
    if value is None and name in OPTIONAL:
        return None
    low, high = NUMBERS[name]
    if not isinstance(value, int) or isinstance(value, bool):
        problems.append(Problem(name, "not_a_number", {"low": low, "high": high}))
    elif not low <= value <= high:
        problems.append(Problem(name, "out_of_range", {"low": low, "high": high, "value": value}))
    else:
        return value
    return None


def read_flag(name: str, value: Any, problems: list[Problem]) -> bool:
    if not isinstance(value, bool):
        problems.append(Problem(name, "not_yes_or_no", {}))
    return bool(value)


def read_identity_holders(name: str, value: Any, problems: list[Problem]) -> str:
    if not isinstance(value, str) or value not in IDENTITY_HOLDERS:
        problems.append(Problem(name, "unknown_choice", {}))
        return "nobody"
    return value


def read_pick(name: str, value: Any, problems: list[Problem]) -> str:
    """One of the few words of its field; any other is read as the first, the most careful one."""
    if not isinstance(value, str) or value not in PICKS[name]:
        problems.append(Problem(name, "unknown_choice", {}))
        return PICKS[name][0]
    return value


def read_some(name: str, value: Any, problems: list[Problem]) -> tuple[str, ...]:
    """Some of a list of words, in the order of that list."""
    if not isinstance(value, list | tuple) or not all(entry in openings.LISTS[name] for entry in value):
        problems.append(Problem(name, "unknown_choice", {}))
        return ()
    return tuple(entry for entry in openings.LISTS[name] if entry in value)


def read_texts(name: str, value: Any, problems: list[Problem], longest: int = LONGEST_TEXT) -> Texts:
    """One text per language; empty ones are left out."""
    if not isinstance(value, Mapping) or not all(isinstance(text, str) for text in value.values()):
        problems.append(Problem(name, "not_texts", {}))
        return {}
    # Browsers end a line in their own way; that is no other text.
    texts = {str(code): text.replace("\r\n", "\n").strip() for code, text in value.items() if text.strip()}
    for code, text in texts.items():
        if code not in LANGUAGES:
            problems.append(Problem(f"{name}.{code}", "unknown_language", {"language": code}))
        if len(text) > longest:
            problems.append(Problem(f"{name}.{code}", "too_long", {"longest": longest}))
    return texts


def read_label(name: str, value: Any, problems: list[Problem]) -> Texts:
    """A short text that must be there in at least one language."""
    known = len(problems)
    texts = read_texts(name, value, problems, LONGEST_LABEL)
    if not texts and len(problems) == known:
        problems.append(Problem(name, "empty", {}))
    return texts


def read_questions(name: str, value: Any, problems: list[Problem]) -> tuple[Question, ...]:
    """The questions in their order; keys differ, and at most one asks for a nickname."""
    entries = read_list(name, value, problems, MOST_QUESTIONS)
    questions = tuple(read_question(f"{name}.{place}", entry, problems) for place, entry in enumerate(entries))
    same_keys(name, [question.key for question in questions], problems)
    if sum(question.kind == "nickname" for question in questions) > 1:
        problems.append(Problem(name, "two_nicknames", {}))
    return questions


def read_question(name: str, value: Mapping[str, Any], problems: list[Problem]) -> Question:
    problems += [Problem(f"{name}.{entry}", "unknown", {}) for entry in value if entry not in QUESTION_FIELDS]
    kind = value.get("kind")
    if kind not in KINDS:
        problems.append(Problem(f"{name}.kind", "unknown_kind", {"kind": kind}))
    return Question(
        key=read_key(f"{name}.key", value.get("key"), problems),
        kind=str(kind),
        label=read_label(f"{name}.label", value.get("label"), problems),
        why=read_label(f"{name}.why", value.get("why"), problems),
        choices=read_choices(f"{name}.choices", value.get("choices", []), str(kind), problems),
    )


def read_choices(name: str, value: Any, kind: str, problems: list[Problem]) -> tuple[Choice, ...]:
    """What can be picked: needed for a choice, possible for an age (as bands), and nowhere else."""
    entries = read_list(name, value, problems, MOST_CHOICES)
    choices = tuple(
        Choice(
            key=read_key(f"{name}.{place}.key", entry.get("key"), problems),
            label=read_label(f"{name}.{place}.label", entry.get("label"), problems),
        )
        for place, entry in enumerate(entries)
    )
    same_keys(name, [choice.key for choice in choices], problems)
    if kind == "choice" and len(choices) < 2:
        problems.append(Problem(name, "too_few_choices", {"least": 2}))
    if kind in {"nickname", "text"} and choices:
        problems.append(Problem(name, "no_choices_here", {"kind": kind}))
    return choices


def read_list(name: str, value: Any, problems: list[Problem], most: int) -> list[Mapping[str, Any]]:
    if not isinstance(value, list | tuple) or not all(isinstance(entry, Mapping) for entry in value):
        problems.append(Problem(name, "not_a_list", {}))
        return []
    if len(value) > most:
        problems.append(Problem(name, "too_many", {"most": most}))
    return list(value[:most])


def read_key(name: str, value: Any, problems: list[Problem]) -> str:
    if not isinstance(value, str) or not KEY.fullmatch(value):
        problems.append(Problem(name, "not_a_key", {}))
        return ""
    return value


def same_keys(name: str, keys: list[str], problems: list[Problem]) -> None:
    twice = {key for key in keys if key and keys.count(key) > 1}
    problems += [Problem(name, "same_key", {"key": key}) for key in sorted(twice)]


QUESTION_FIELDS = tuple(entry.name for entry in fields(Question))
READERS: dict[str, Callable[[str, Any, list[Problem]], Any]] = {
    **dict.fromkeys(NUMBERS, read_number),
    **dict.fromkeys(FLAGS, read_flag),
    **dict.fromkeys(TEXTS, read_texts),
    **dict.fromkeys(openings.LISTS, read_some),
    "identity_holders": read_identity_holders,
    **dict.fromkeys(PICKS, read_pick),
    "questions": read_questions,
}
