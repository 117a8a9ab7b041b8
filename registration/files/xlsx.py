"""A report as a workbook for Excel. Pure: no moment of now is in it, and no cell is anything but a text or a count."""

import io
import re
from typing import Any

from xlsxwriter import Workbook

from registration.documents import Document
from registration.files.tables import Table, Words, about, neutral, table

A4 = 9
LONGEST_NAME = 31
NOT_IN_A_NAME = re.compile(r"[\[\]:*?/\\']")
WIDEST, NARROWEST = 60, 8
OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def written(document: Document, words: Words) -> bytes:
    out = io.BytesIO()
    book = Workbook(out, OPTIONS)
    properties(book, document, words)
    styles = {
        "title": book.add_format({"bold": True, "font_size": 14}),
        "head": book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"}),
        "text": book.add_format({"text_wrap": True, "valign": "top"}),
        "total": book.add_format({"bold": True, "top": 1}),
    }
    names = sheet_names([words.about, *(sheet.title for sheet in document.sheets)])
    front(book.add_worksheet(names[0]), document, words, styles)
    for name, sheet in zip(names[1:], document.sheets, strict=True):
        one_sheet(book.add_worksheet(name), table(sheet, words), document, words, styles)
    book.close()
    return out.getvalue()


def properties(book: Workbook, document: Document, words: Words) -> None:
    """The number is in the properties of the file too, where it stays when a sheet is copied out."""
    book.set_properties(
        {
            "title": neutral(document.title),
            "subject": neutral(document.period),
            "author": neutral(document.organisation),
            "company": words.made_with,
            "comments": f"{words.number}: {neutral(document.number)}",
            "created": document.fixed_at.replace(microsecond=0, tzinfo=None),
        }
    )
    book.set_custom_property(words.number, neutral(document.number), "text")


def front(page: Any, document: Document, words: Words, styles: dict[str, Any]) -> None:
    set_up(page, document, words)
    page.set_column(0, 0, 24)
    page.set_column(1, 1, WIDEST)
    page.write_string(0, 0, neutral(document.title), styles["title"])
    for row, (name, text) in enumerate(about(document, words), 2):
        page.write_string(row, 0, name, styles["head"])
        page.write_string(row, 1, text, styles["text"])


def one_sheet(page: Any, sheet: Table, document: Document, words: Words, styles: dict[str, Any]) -> None:
    """Title, number and description on top; then the table, whose head stays in sight and comes back on every page."""
    set_up(page, document, words)
    page.write_string(0, 0, sheet.title, styles["title"])
    page.write_string(1, 0, f"{words.number}: {neutral(document.number)}")
    page.write_string(2, 0, sheet.description)
    head = 4
    for place, title in enumerate([*sheet.stub, *sheet.heads]):
        page.write_string(head, place, title, styles["head"])
        page.set_column(place, place, width(title, [row[place] for row in sheet.rows]))
    for number, (row, total) in enumerate(zip(sheet.rows, sheet.totals, strict=True), head + 1):
        write_row(page, number, row, styles["total"] if total else None)
    for number, note in enumerate(sheet.notes, head + len(sheet.rows) + 2):
        page.write_string(number, 0, note)
    page.freeze_panes(head + 1, len(sheet.stub))
    page.repeat_rows(head)


def write_row(page: Any, number: int, row: tuple[str | int, ...], style: Any) -> None:
    for place, value in enumerate(row):
        if isinstance(value, int):
            page.write_number(number, place, value, style)
        else:
            page.write_string(number, place, value, style)


def set_up(page: Any, document: Document, words: Words) -> None:
    page.set_paper(A4)
    page.set_landscape()
    page.fit_to_pages(1, 0)
    number = f"{words.number}: {neutral(document.number)}".replace("&", "&&")
    page.set_footer(f"&L{number}&R&P / &N")


def width(title: str, values: list[str | int]) -> int:
    return max(NARROWEST, min(WIDEST, 2 + max(map(len, map(str, [title, *values])))))


def sheet_names(titles: list[str]) -> list[str]:
    """Names that Excel takes: short, without some signs, and each another, however large its letters are."""
    found: list[str] = []
    for title in titles:
        plain = NOT_IN_A_NAME.sub(" ", title).strip()[:LONGEST_NAME].rstrip() or "-"
        place, taken = 1, {name.casefold() for name in found}
        name = plain
        while name.casefold() in taken:
            place += 1
            name = f"{plain[: LONGEST_NAME - 4]} {place}"
        found.append(name)
    return found
