"""The fields of a registration form as values: their shape, their limits, and what stays the same between versions (G01).

Pure: a list as it is stored or filled in goes in, `Field`s come out, and `ShapeError` lists all that is wrong.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

Texts = dict[str, str]
KINDS = ("choice", "tree", "age", "region", "role", "number", "report")
PICKED = frozenset({"choice", "age", "region", "role"})
# The five by which contacts are counted together. A form has at most one field for each.
DIMENSIONS = ("subject", "region", "age", "role", "outcome")
OF_KIND = {"age": "age", "region": "region", "role": "role"}
CAN_COUNT_AS = {"choice": ("", "subject", "outcome"), "tree": ("", "subject")}
# For whom a figure is needed; what nobody needs is not obligatory.
REPORTS = ("funder", "annual", "quality")
LANGUAGES = ("nl", "en", "fr", "de")
KEY = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
BAND = re.compile(r"(\d{1,3})-(\d{1,3})?")
MOST_FIELDS, MOST_OPTIONS, LONGEST_LABEL, MOST_NUMBERS = 20, 200, 200, 60
# So wide is a band of ages at least, and the last one begins at this age at the latest: a rare age tells who it is (L5).
NARROWEST_BAND, OLDEST_BAND = 3, 80


class Problem(NamedTuple):
    """What is wrong with one value; `code` and `params` let a form say it in plain words."""

    field: str
    code: str
    params: dict[str, Any]


class ShapeError(ValueError):
    """Raised with every problem at once."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__("; ".join(f"{problem.field}: {problem.code}" for problem in problems))


@dataclass(frozen=True)
class Option:
    """One answer that can be picked. Its key stays when its label is changed."""

    key: str
    label: Texts


@dataclass(frozen=True)
class Field:
    """One thing that is registered."""

    key: str
    kind: str
    label: Texts
    help: Texts
    required: bool = False
    reports: tuple[str, ...] = ()
    counts_as: str = ""
    options: tuple[Option, ...] = ()
    tree: str = ""
    low: int = 0
    high: int = 0
    step: int = 1

    @property
    def dimension(self) -> str:
        """As which of the five it counts, or ""."""
        return OF_KIND.get(self.kind, self.counts_as)


NAMES = tuple(Field.__dataclass_fields__)


def parse(raw: Any) -> tuple[Field, ...]:
    """Stored or filled-in fields, checked. Raises ShapeError."""
    problems: list[Problem] = []
    if not isinstance(raw, list | tuple) or not all(isinstance(entry, Mapping) for entry in raw):
        raise ShapeError([Problem("", "not_a_list", {})])
    if not raw or len(raw) > MOST_FIELDS:
        raise ShapeError([Problem("", "too_many" if raw else "no_fields", {"most": MOST_FIELDS})])
    fields = tuple(read(str(place), entry, problems) for place, entry in enumerate(raw))
    twice("", [field.key for field in fields], problems)
    for dimension in DIMENSIONS:
        if sum(field.dimension == dimension for field in fields) > 1:
            problems.append(Problem("", "two_of_one", {"dimension": dimension}))
    if sum(field.kind == "report" for field in fields) > 1:
        problems.append(Problem("", "two_reports", {}))
    if problems:
        raise ShapeError(problems)
    return fields


def dump(fields: Collection[Field]) -> list[dict[str, Any]]:
    """The fields as JSON can hold them; `parse` takes them back unchanged."""
    return [asdict(field) | {"options": [asdict(one) for one in field.options], "reports": list(field.reports)}
            for field in fields]  # fmt: skip


def read(place: str, raw: Mapping[str, Any], problems: list[Problem]) -> Field:
    """One field, within its limits and with what its kind needs."""
    problems += [Problem(f"{place}.{name}", "unknown", {}) for name in raw if name not in NAMES]
    kind = str(raw.get("kind"))
    if kind not in KINDS:
        problems.append(Problem(f"{place}.kind", "unknown_kind", {}))
    field = Field(
        key=read_key(f"{place}.key", raw.get("key"), problems),
        kind=kind,
        label=read_texts(f"{place}.label", raw.get("label"), problems, needed=True),
        help=read_texts(f"{place}.help", raw.get("help", {}), problems),
        required=raw.get("required") is True,
        reports=tuple(name for name in REPORTS if name in (raw.get("reports") or ())),
        counts_as=str(raw.get("counts_as", "")),
        options=read_options(f"{place}.options", raw.get("options", ()), problems),
        tree=str(raw.get("tree", "")),
        **{name: whole(f"{place}.{name}", raw.get(name, basic), problems) for name, basic in NUMBERS.items()},
    )
    for code, where in unfit(field):
        problems.append(Problem(f"{place}.{where}", code, {"key": field.key}))
    return field


NUMBERS = {"low": 0, "high": 0, "step": 1}


def unfit(field: Field) -> list[tuple[str, str]]:
    """What does not go together within one field: a code and the name of the value."""
    wrong = []
    if field.kind in PICKED and len(field.options) < 2:
        wrong.append(("too_few_options", "options"))
    if field.kind not in PICKED and field.options:
        wrong.append(("no_options_here", "options"))
    if (field.kind == "tree") != bool(field.tree):
        wrong.append(("tree_needed" if field.kind == "tree" else "no_tree_here", "tree"))
    if field.counts_as not in CAN_COUNT_AS.get(field.kind, ("",)):
        wrong.append(("cannot_count_as", "counts_as"))
    return wrong + unfit_reports(field) + (unfit_bands(field) if field.kind == "age" else unfit_number(field))


def unfit_reports(field: Field) -> list[tuple[str, str]]:
    """What is obligatory is needed for a report; a text of somebody's own is in none (L5)."""
    if field.kind == "report":
        return [("never_in_a_report", "reports")] if field.reports else []
    return [("required_for_what", "reports")] if field.required and not field.reports else []


def unfit_bands(field: Field) -> list[tuple[str, str]]:
    bands = [found for found in (BAND.fullmatch(one.key) for one in field.options) if found]
    narrow = any(found[2] and int(found[2]) - int(found[1]) + 1 < NARROWEST_BAND for found in bands)
    late = any(int(found[1]) > OLDEST_BAND for found in bands)
    return (
        [("narrow_band", "options")] * narrow
        + [("late_band", "options")] * late
        + ([("no_bands", "options")] if not bands else [])
    )


def unfit_number(field: Field) -> list[tuple[str, str]]:
    if field.kind != "number":
        return []
    fits = field.step >= 1 and field.low < field.high and (field.high - field.low) // field.step < MOST_NUMBERS
    return [] if fits else [("not_a_range", "high")]


def read_options(name: str, value: Any, problems: list[Problem]) -> tuple[Option, ...]:
    if not isinstance(value, list | tuple) or not all(isinstance(entry, Mapping) for entry in value):
        problems.append(Problem(name, "not_a_list", {}))
        return ()
    if len(value) > MOST_OPTIONS:
        problems.append(Problem(name, "too_many", {"most": MOST_OPTIONS}))
    options = tuple(
        Option(
            read_key(f"{name}.{place}.key", entry.get("key"), problems),
            read_texts(f"{name}.{place}.label", entry.get("label"), problems, needed=True),
        )
        for place, entry in enumerate(value[:MOST_OPTIONS])
    )
    twice(name, [option.key for option in options], problems)
    return options


def read_texts(name: str, value: Any, problems: list[Problem], *, needed: bool = False) -> Texts:
    if not isinstance(value, Mapping) or not all(isinstance(text, str) for text in value.values()):
        problems.append(Problem(name, "not_texts", {}))
        return {}
    texts = {str(code): " ".join(text.split()) for code, text in value.items() if text.strip()}
    if set(texts) - set(LANGUAGES):
        problems.append(Problem(name, "unknown_language", {}))
    if any(len(text) > LONGEST_LABEL for text in texts.values()):
        problems.append(Problem(name, "too_long", {"longest": LONGEST_LABEL}))
    if needed and not texts:
        problems.append(Problem(name, "empty", {}))
    return texts


def read_key(name: str, value: Any, problems: list[Problem]) -> str:
    if not isinstance(value, str) or not KEY.fullmatch(value):
        problems.append(Problem(name, "not_a_key", {}))
        return ""
    return value


def whole(name: str, value: Any, problems: list[Problem]) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not -1_000_000 <= value <= 1_000_000:
        problems.append(Problem(name, "not_a_number", {}))
        return 0
    return value


def twice(name: str, keys: list[str], problems: list[Problem]) -> None:
    found = sorted({key for key in keys if key and keys.count(key) > 1})
    problems += [Problem(name, "same_key", {"key": key}) for key in found]


def changed_meaning(before: Collection[Field], after: Collection[Field]) -> list[Problem]:
    """Keys that meant something else in an earlier version: figures over the year would add two things up (G01)."""
    meant = {field.key: (field.kind, field.dimension, field.tree) for field in before}
    return [
        Problem(str(place), "other_meaning", {"key": field.key})
        for place, field in enumerate(after)
        if meant.get(field.key, (field.kind, field.dimension, field.tree)) != (field.kind, field.dimension, field.tree)
    ]
