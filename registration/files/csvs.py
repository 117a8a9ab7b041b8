"""A report as CSV: a zip with one file for each sheet, and what they mean as W3C "CSV on the Web" metadata. Pure."""

import io
import json
import re
from collections.abc import Iterator
from typing import Any

from defusedcsv import csv

from registration.documents import Document
from registration.files.tables import Table, Words, about, neutral, table
from registration.files.zips import packed

# As the other files of ours: what Excel opens as it should in Dutch, French and German.
BETWEEN, ENCODING = ";", "utf-8-sig"
METADATA = "csv-metadata.json"


def written(document: Document, words: Words) -> bytes:
    """The zip."""
    sheets = [table(sheet, words) for sheet in document.sheets]
    files = [(file_name(sheet), rows_of(sheet)) for sheet in sheets]
    return packed([(METADATA, metadata(document, sheets, words)), *files])


def file_name(sheet: Table) -> str:
    return f"{sheet.key}.csv"


def rows_of(sheet: Table) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=BETWEEN, lineterminator="\r\n")
    writer.writerow([*sheet.stub, *sheet.heads])
    writer.writerows(sheet.rows)
    return out.getvalue().encode(ENCODING)


def metadata(document: Document, sheets: list[Table], words: Words) -> bytes:
    """Title, number and rules of the whole, and for each file its columns; what is hidden is no value there."""
    described = {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": words.language}],
        "dc:title": neutral(document.title),
        "dc:identifier": neutral(document.number),
        "dc:publisher": neutral(document.organisation),
        "dc:issued": document.fixed_at.strftime("%Y-%m-%d"),
        "dc:temporal": f"{document.first:%Y-%m}/{document.last:%Y-%m}",
        "rdfs:comment": [f"{name}: {text}" for name, text in about(document, words)],
        "dialect": {"delimiter": BETWEEN, "encoding": "utf-8", "header": True, "lineTerminators": ["\r\n"]},
        "tables": [described_table(sheet, words) for sheet in sheets],
    }
    return json.dumps(described, ensure_ascii=False, indent=1).encode()


def described_table(sheet: Table, words: Words) -> dict[str, Any]:
    return {
        "url": file_name(sheet),
        "dc:title": sheet.title,
        "dc:description": sheet.description,
        "rdfs:comment": list(sheet.notes),
        "tableSchema": {"columns": list(columns(sheet, words))},
    }


def columns(sheet: Table, words: Words) -> Iterator[dict[str, Any]]:
    for place, title in enumerate(sheet.stub, 1):
        yield {"name": name(f"label{place}", title), "titles": title, "datatype": "string"}
    for place, title in enumerate(sheet.heads, 1):
        yield {
            "name": name(f"count{place}", title),
            "titles": title,
            "datatype": "integer",
            "null": [words.hidden],
        }


def name(place: str, title: str) -> str:
    """A name that a program can use; no two columns have the same."""
    return f"{place}_{re.sub('[^a-z0-9]+', '_', title.lower()).strip('_')}".rstrip("_")
