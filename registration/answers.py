"""What a counsellor filled in, held to the fields of the form: codes only, and one text that is nobody's figure. Pure."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from registration.shape import DIMENSIONS, PICKED, Field

MOST_MARKS = 10
REPORT_LENGTH = 1000
Answers = dict[str, str | int | list[str]]


@dataclass
class Checked:
    """Answers that fit the form, the text apart, and the keys of fields that are missing or cannot be."""

    answers: Answers = field(default_factory=dict)
    report: str = ""
    missing: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        return not self.missing and not self.wrong


def check(fields: Collection[Field], raw: Mapping[str, Any], nodes: Mapping[str, Collection[str]]) -> Checked:
    """`raw` by field key; `nodes` gives the codes that can be chosen now, by tree. What no field asks is left out."""
    found = Checked()
    for one in fields:
        value = raw.get(one.key)
        if value in (None, "", []):
            if one.required:
                found.missing.append(one.key)
        elif one.kind == "report":
            take_report(found, one, value)
        else:
            take(found, one, value, nodes)
    return found


def take(found: Checked, one: Field, value: Any, nodes: Mapping[str, Collection[str]]) -> None:
    read = READERS[one.kind](one, value, nodes)
    if read is None:
        found.wrong.append(one.key)
    else:
        found.answers[one.key] = read


def take_report(found: Checked, one: Field, value: Any) -> None:
    text = value.replace("\r\n", "\n").strip() if isinstance(value, str) else ""
    if not text or len(text) > REPORT_LENGTH:
        found.wrong.append(one.key)
    else:
        found.report = text


def picked(one: Field, value: Any, _nodes: Mapping[str, Collection[str]]) -> str | None:
    return value if isinstance(value, str) and value in {option.key for option in one.options} else None


def marked(one: Field, value: Any, nodes: Mapping[str, Collection[str]]) -> list[str] | None:
    """Codes of the tree, each once, the first of them the main one."""
    if not isinstance(value, list) or len(value) > MOST_MARKS:
        return None
    known = nodes.get(one.tree, ())
    return list(dict.fromkeys(value)) if all(isinstance(code, str) and code in known for code in value) else None


def counted(one: Field, value: Any, _nodes: Mapping[str, Collection[str]]) -> int | None:
    """A number, rounded down to the field's step."""
    if isinstance(value, str) and value.isascii() and value.lstrip("-").isdigit() and len(value) < 9:
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or not one.low <= value <= one.high:
        return None
    return one.low + (value - one.low) // one.step * one.step


Reader = Callable[[Field, Any, Mapping[str, Collection[str]]], str | int | list[str] | None]
READERS: dict[str, Reader] = {**dict.fromkeys(PICKED, picked), "tree": marked, "number": counted}


def dimensions(fields: Collection[Field], answers: Answers) -> dict[str, str]:
    """The five by which contacts are counted together; of several marks in a tree the first counts."""
    found = dict.fromkeys(DIMENSIONS, "")
    for one in fields:
        value = answers.get(one.key)
        if one.dimension and value is not None:
            found[one.dimension] = str(value[0] if isinstance(value, list) else value)
    return found


def options_of(value: Any) -> list[str]:
    """The options that an answer is counted under."""
    return [str(one) for one in value] if isinstance(value, list) else [str(value)]
