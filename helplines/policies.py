"""The promises of an organisation as values: their shape, their limits, and what changed between two versions.

Pure: dictionaries as they are stored go in, `PolicyValues` come out, and `PolicyError` lists all that is wrong.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, NamedTuple

from helplines import wording

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
}
# Numbers that may be absent: then there is no such rule.
OPTIONAL = frozenset({"contact_limit", "silent_minutes", "wrapup_minutes"})
FLAGS = ("queue", "may_ask_name")
# What nobody changes alone (issue 3, section 4). A value about identities or reading along joins them as soon as it exists.
TWO_PEOPLE = frozenset({"retention_months"})
TEXTS = ("greeting", "disclaimer")
LONGEST_TEXT, LONGEST_LABEL, MOST_QUESTIONS, MOST_CHOICES = 4000, 200, 20, 50
KEY = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
# Words that ask who somebody is or where to find them, in nl, en, fr and de, in small letters without accents (B03).
ASKS_WHO = re.compile(
    r"\b("
    r"(?!aangenaam)\w*naam|namen|hoe heet|heet (je|jij|u)|(je|jou|u) (noemen|aanspreken)|\w*adres(sen)?|huisnummer"
    r"|(welke|jouw|je|uw) straat|straat en|waar woon\w*"
    r"|(fore|nick|sur|user)?names?|are you called|call you|\w*address(es)?|(which|what|your) street|street and"
    r"|where do you live"
    r"|noms?|prenoms?|surnoms?|pseudo|pseudonyme|appell?e[sz]|adresses?|quelle rue|ou habit\w*"
    r"|(vor|nach|familien|spitz|ruf|benutzer)?namen?|heisst|heissen|\w*adressen?|anschrift|welche\w? strasse|wo wohn\w*"
    r")\b"
)


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
    may_ask_name: bool = True
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
    return read({**dump(base), **override})


def dump(values: PolicyValues) -> dict[str, Any]:
    """The values as JSON can hold them; `parse` takes them back unchanged."""
    stored = asdict(values)
    stored["questions"] = [{**question, "choices": list(question["choices"])} for question in stored["questions"]]
    return stored


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
    read_of = {name: READERS[name](name, raw[name], problems) for name in FIELDS if name in raw}
    if problems:
        raise PolicyError(problems)
    return PolicyValues(**read_of)


def check(values: PolicyValues) -> None:
    """The rules between values. Raises PolicyError."""
    problems = [*names_asked(values), *texts_unkept(values)]
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
    return question.kind == "nickname" or any(ASKS_WHO.search(plain(text)) for text in words)


def plain(text: str) -> str:
    """Small letters without accents."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


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
Reader = Callable[[str, Any, list[Problem]], Any]
READERS: dict[str, Reader] = {
    **dict.fromkeys(NUMBERS, read_number),
    **dict.fromkeys(FLAGS, read_flag),
    **dict.fromkeys(TEXTS, read_texts),
    "questions": read_questions,
}
