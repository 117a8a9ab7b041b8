"""The questions after a talk, as values: what may be asked, what is an answer, and those that every organisation starts with.

Pure: what is stored goes in, `Question`s come out, and `QuestionError` says in a keyword what is wrong.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

Texts = dict[str, str]
KINDS = ("choice", "text")
MOST, MOST_CHOICES, LONGEST, LONGEST_ANSWER = 8, 10, 200, 1000


class QuestionError(ValueError):
    """`code` says what is wrong, `place` with which question."""

    def __init__(self, place: int, code: str) -> None:
        self.place, self.code = place, code
        super().__init__(f"{place}: {code}")


@dataclass(frozen=True)
class Choice:
    key: str
    label: Texts


@dataclass(frozen=True)
class Question:
    """One question; answering is never needed (I01)."""

    key: str
    kind: str
    label: Texts
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True)
class Answer:
    """One answer, without a name of who gave it or of the others that came with it."""

    question: str
    choice: str = ""
    text: str = ""


def read(raw: Any) -> tuple[Question, ...]:
    """Stored or filled-in questions, checked. Raises QuestionError."""
    if not isinstance(raw, list) or len(raw) > MOST:
        raise QuestionError(0, "too_many")
    found = tuple(read_one(place, entry) for place, entry in enumerate(raw))
    if len({one.key for one in found}) != len(found):
        raise QuestionError(0, "same_key")
    return found


def read_one(place: int, raw: Mapping[str, Any]) -> Question:
    kind = str(raw.get("kind", ""))
    if kind not in KINDS:
        raise QuestionError(place, "unknown_kind")
    choices = tuple(
        Choice(f"c{number}", read_label(place, label)) for number, label in enumerate(raw.get("choices", []))
    )
    if kind == "choice" and not 2 <= len(choices) <= MOST_CHOICES:
        raise QuestionError(place, "choices")
    return Question(f"q{place}", kind, read_label(place, raw.get("label")), choices if kind == "choice" else ())


def read_label(place: int, raw: Any) -> Texts:
    texts = {str(code): str(text).strip() for code, text in raw.items()} if isinstance(raw, Mapping) else {}
    texts = {code: text for code, text in texts.items() if text}
    if not texts:
        raise QuestionError(place, "empty")
    if any(len(text) > LONGEST for text in texts.values()):
        raise QuestionError(place, "too_long")
    return texts


def dump(questions: Iterable[Question]) -> list[dict[str, Any]]:
    """As JSON holds them; `read` takes them back unchanged."""
    return [
        {"kind": one.kind, "label": one.label, "choices": [choice.label for choice in one.choices]} for one in questions
    ]


def answers(questions: Iterable[Question], given: Mapping[str, str]) -> list[Answer]:
    """What somebody answered, each apart; what is empty, unknown or too long for a person is no answer."""
    found = []
    for question in questions:
        said = given.get(question.key, "").strip()
        if question.kind == "choice" and said in {choice.key for choice in question.choices}:
            found.append(Answer(question.key, choice=said))
        elif question.kind == "text" and said:
            found.append(Answer(question.key, text=said[:LONGEST_ANSWER]))
    return found


_DEGREES = [{"nl": "Ja", "en": "Yes"}, {"nl": "Een beetje", "en": "A little"}, {"nl": "Nee", "en": "No"}]
# With which an organisation starts (version 0); its own words follow in versions of its own.
FIRST = read(
    [
        {
            "kind": "choice",
            "label": {"nl": "Heeft het gesprek geholpen?", "en": "Did the talk help?"},
            "choices": _DEGREES,
        },
        {
            "kind": "choice",
            "label": {"nl": "Werd er goed geluisterd?", "en": "Did we listen well?"},
            "choices": _DEGREES,
        },
        {"kind": "choice", "label": {"nl": "Ging het chatten vlot?", "en": "Was chatting easy?"}, "choices": _DEGREES},
        {"kind": "text", "label": {"nl": "Wat kan beter?", "en": "What could be better?"}},
    ]
)
