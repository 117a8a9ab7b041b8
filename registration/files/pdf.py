"""A report as a tagged PDF (PDF/UA-1), where Typst is installed; it is an extra, as it is large. Pure.

Typst refuses to make a file that breaks a rule of PDF/UA which a program can check. It writes with the letters that it brings
along, so one document gives the same bytes on every machine; only for a sign that these lack it looks at the machine's own.
"""

import json
from dataclasses import asdict
from datetime import UTC
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from registration.documents import Document, Sheet
from registration.files.tables import Words, about, harmless, neutral, table
from registration.pictures import pictures

TEMPLATE = Path(__file__).with_name("report.typ")
STANDARD = "ua-1"


class Missing(Exception):
    """Typst is not installed here."""


class Unwritable(Exception):
    """This text cannot be set in letters that this machine has."""


def is_there() -> bool:
    return find_spec("typst") is not None


def written(document: Document, words: Words) -> bytes:
    """The file. Raises Missing, Unwritable."""
    if not is_there():
        raise Missing
    import typst  # only where the extra is there

    given = {"report": json.dumps(as_given(document, words), ensure_ascii=False)}
    moment = document.fixed_at.astimezone(UTC).replace(microsecond=0)
    options: dict[str, Any] = {"sys_inputs": given, "pdf_standards": [STANDARD], "timestamp": moment}
    source = TEMPLATE.read_bytes()
    try:
        return bytes(typst.compile(source, ignore_system_fonts=True, **options))
    except typst.TypstError:
        return with_the_letters_here(source, options)


def with_the_letters_here(source: bytes, options: dict[str, Any]) -> bytes:
    import typst

    try:
        return bytes(typst.compile(source, ignore_system_fonts=False, **options))
    except typst.TypstError as fault:
        raise Unwritable(str(fault)) from fault


def as_given(document: Document, words: Words) -> dict[str, Any]:
    """What the template reads."""
    return {
        "title": neutral(document.title),
        "organisation": neutral(document.organisation),
        "language": words.language,
        "mark": f"{words.number}: {neutral(document.number)}",
        "about": [list(pair) for pair in about(document, words)],
        "sheets": [sheet_given(sheet, place, document, words) for place, sheet in enumerate(document.sheets)],
    }


def sheet_given(sheet: Sheet, place: int, document: Document, words: Words) -> dict[str, Any]:
    made = table(sheet, words)
    drawn = pictures(harmless(sheet), document.threshold, words.hidden, words.in_table, with_course=place == 0)
    rows = [{"cells": list(map(str, row)), "total": total} for row, total in zip(made.rows, made.totals, strict=True)]
    return {
        "title": made.title,
        "description": made.description,
        "stub": len(made.stub),
        "columns": len(made.stub) + len(made.heads),
        "heads": [*made.stub, *made.heads],
        "rows": rows,
        "notes": list(made.notes),
        "pictures": [asdict(picture) for picture in drawn],
    }
