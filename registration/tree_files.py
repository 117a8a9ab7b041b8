"""Trees of subjects as files: CSV for a spreadsheet, JSON for a program; read back with every fault named by its place. Pure.

A tree has thousands of subjects in several levels and languages. In CSV each row names the subject above it; in JSON the subjects
below stand within. A fault in JSON counts the subjects from the top, as they stand in the file.
"""

import csv
import io
import json
from collections.abc import Collection, Iterable, Iterator
from typing import Any, NamedTuple

from defusedcsv import csv as defused

from registration.shape import KEY, LANGUAGES, LONGEST_LABEL

LARGEST = 4 * 1024 * 1024
MOST, DEEPEST = 20_000, 8
YES, NO = {"yes", "ja", "oui", "true", "1", "x", ""}, {"no", "nee", "non", "nein", "false", "0"}
NAMES = ("code", "parent", "in_use")
PARTS = ("code", "label", "in_use", "below")


class Entry(NamedTuple):
    """One subject of a file: where it stands, its code, the code above it, its words, and whether it can be chosen."""

    row: int
    code: str
    parent: str
    label: dict[str, str]
    is_active: bool


class Fault(NamedTuple):
    """What is wrong in one place; row 0 is the file as a whole."""

    row: int
    column: str
    code: str
    params: dict[str, Any] = {}


class FaultyFile(Exception):
    """Raised with every fault at once, in the order of the rows."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = sorted(faults, key=lambda fault: fault.row)
        super().__init__("; ".join(f"{fault.row} {fault.column}: {fault.code}" for fault in self.faults))


def read(data: bytes, name: str, known: Collection[str] = ()) -> list[Entry]:
    """The subjects of a file, every one right and none twice; a parent may be one that is `known` already. Raises FaultyFile."""
    if len(data) > LARGEST:
        raise FaultyFile([Fault(0, "", "too_large")])
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise FaultyFile([Fault(0, "", "not_utf8")]) from None
    faults: list[Fault] = []
    entries = list(of_json(text, faults) if name.lower().endswith(".json") else of_csv(text, faults))
    if not entries and not faults:
        faults.append(Fault(0, "", "empty"))
    if len(entries) > MOST:
        faults.append(Fault(0, "", "too_many", {"most": MOST}))
    faults += [*faults_within(entries), *faults_between(entries, known)]
    if faults:
        raise FaultyFile(faults)
    return entries


def of_csv(text: str, faults: list[Fault]) -> Iterator[Entry]:
    first = text.lstrip().partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";" if first.count(";") >= first.count(",") else ",")
    try:
        rows = [(number, [plain(cell) for cell in row]) for number, row in enumerate(reader, 1) if any(row)]
    except csv.Error:
        faults.append(Fault(0, "", "not_csv"))
        return
    if not rows:
        return
    head = [cell.casefold() for cell in rows[0][1]]
    known = (*NAMES, *(f"label_{code}" for code in LANGUAGES))
    faults += [Fault(1, name, "unknown_column", {"known": ", ".join(known)}) for name in head if name not in known]
    faults += [Fault(1, name, "column_missing") for name in ("code", "parent") if name not in head]
    faults += [Fault(1, name, "column_twice") for name in sorted({one for one in head if head.count(one) > 1})]
    if faults:
        return
    for number, cells in rows[1:]:
        if any(cells[len(head) :]):
            faults.append(Fault(number, "", "too_many_cells"))
        found = dict(zip(head, cells, strict=False))
        yield entry_of(number, found, faults)


def entry_of(number: int, cells: dict[str, str], faults: list[Fault]) -> Entry:
    used = cells.get("in_use", "").casefold()
    if used not in YES | NO:
        faults.append(Fault(number, "in_use", "yes_or_no"))
    words = {code: " ".join(cells.get(f"label_{code}", "").split()) for code in LANGUAGES}
    label = {code: text for code, text in words.items() if text}
    return Entry(number, cells.get("code", ""), cells.get("parent", ""), label, used not in NO)


def plain(cell: str) -> str:
    """Without space around, and without the quote that keeps a spreadsheet from running it."""
    cell = cell.strip()
    return cell[1:] if cell[:1] == "'" and cell[1:2] in ("=", "+", "-", "@", "|", "%") else cell


def of_json(text: str, faults: list[Fault]) -> Iterator[Entry]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        faults.append(Fault(0, "", "not_json"))
        return
    subjects = found.get("subjects") if isinstance(found, dict) else found
    if not isinstance(subjects, list):
        faults.append(Fault(0, "", "no_subjects"))
        return
    waiting = [(subject, "") for subject in reversed(subjects)]
    number = 0
    while waiting:
        subject, parent = waiting.pop()
        number += 1
        if not isinstance(subject, dict):
            faults.append(Fault(number, "", "no_subject"))
            continue
        entry = subject_of(number, subject, parent, faults)
        yield entry
        below = subject.get("below", [])
        if not isinstance(below, list):
            faults.append(Fault(number, "below", "no_subjects"))
        else:
            waiting += [(one, entry.code) for one in reversed(below)]


def subject_of(number: int, subject: dict[str, Any], parent: str, faults: list[Fault]) -> Entry:
    unknown, known = set(subject) - set(PARTS), {"known": ", ".join(PARTS)}
    faults += [Fault(number, name, "unknown_column", known) for name in sorted(unknown)]
    code, label = subject.get("code"), subject.get("label")
    if not isinstance(label, dict) or not all(isinstance(text, str) for text in label.values()):
        faults.append(Fault(number, "label", "no_words"))
        label = {}
    faults += [Fault(number, f"label_{one}", "unknown_language") for one in label if one not in LANGUAGES]
    words = {one: " ".join(text.split()) for one, text in label.items() if one in LANGUAGES and text.strip()}
    if not isinstance(subject.get("in_use", True), bool):
        faults.append(Fault(number, "in_use", "yes_or_no"))
    return Entry(number, code if isinstance(code, str) else "", parent, words, subject.get("in_use", True) is not False)


def faults_within(entries: list[Entry]) -> Iterator[Fault]:
    for entry in entries:
        if not KEY.fullmatch(entry.code):
            yield Fault(entry.row, "code", "not_a_key")
        if not entry.label:
            yield Fault(entry.row, "label", "no_words")
        for language, text in entry.label.items():
            if len(text) > LONGEST_LABEL:
                yield Fault(entry.row, f"label_{language}", "too_long", {"longest": LONGEST_LABEL})


def faults_between(entries: list[Entry], known: Collection[str]) -> Iterator[Fault]:
    """Codes that stand there twice, parents that are not there, circles, and too many levels."""
    seen: dict[str, Entry] = {}
    for entry in entries:
        if entry.code in seen:
            yield Fault(entry.row, "code", "twice", {"other": seen[entry.code].row})
        seen.setdefault(entry.code, entry)
    for entry in entries:
        if entry.parent and entry.parent not in seen and entry.parent not in known:
            yield Fault(entry.row, "parent", "no_parent", {"parent": entry.parent})
        else:
            yield from faults_above(entry, seen)


def faults_above(entry: Entry, seen: dict[str, Entry]) -> Iterator[Fault]:
    path, at = [entry.code], entry.parent
    while at in seen and at not in path and len(path) <= DEEPEST:
        path.append(at)
        at = seen[at].parent
    if at in path:
        yield Fault(entry.row, "parent", "circle")
    elif len(path) > DEEPEST:
        yield Fault(entry.row, "parent", "too_deep", {"most": DEEPEST})


def as_csv(entries: Iterable[Entry], languages: Iterable[str]) -> bytes:
    """A file that Excel opens as it should: `;` between the cells and the mark first; formulas are made harmless."""
    names = list(languages)
    out = io.StringIO()
    writer = defused.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow([*NAMES, *(f"label_{code}" for code in names)])
    for entry in entries:
        used = "yes" if entry.is_active else "no"
        writer.writerow([entry.code, entry.parent, used, *(entry.label.get(code, "") for code in names)])
    return out.getvalue().encode("utf-8-sig")


def as_json(entries: Iterable[Entry]) -> bytes:
    """Each subject with those below it, in order."""
    made: dict[str, dict[str, Any]] = {}
    top: list[dict[str, Any]] = []
    rows = list(entries)
    for entry in rows:
        made[entry.code] = {"code": entry.code, "label": entry.label, "in_use": entry.is_active, "below": []}
    for entry in rows:
        (made[entry.parent]["below"] if entry.parent in made else top).append(made[entry.code])
    return json.dumps({"subjects": top}, ensure_ascii=False, indent=1).encode()
