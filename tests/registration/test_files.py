"""Reports as files: the same bytes each time, the number in them, no formula, and whole for who opens them (G06, group L)."""

import csv
import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as Tree

import pytest
from pypdf import PdfReader

from registration.files import csvs, ods, pdf, tables, xlsx
from tests.registration.sheets import CONTACTS, DOCUMENT, FORMULAS, OUTCOMES, WORDS, row, spoiled

WRITTEN = {"csv": csvs.written, "xlsx": xlsx.written, "ods": ods.written, "pdf": pdf.written}
CELL = re.compile(r"[=+\-@\t\r]")
ONE = """
import hashlib, sys
from registration.files import csvs, ods, pdf, xlsx
from tests.registration.sheets import DOCUMENT, WORDS
for made in (csvs, xlsx, ods, pdf):
    print(hashlib.sha256(made.written(DOCUMENT, WORDS)).hexdigest())
"""


def unpacked(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        return {name: file.read(name) for name in file.namelist()}


def rows_of(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=";"))


@pytest.mark.promise("G06")
@pytest.mark.parametrize("kind", WRITTEN)
def test_same_document_gives_the_same_bytes_at_another_moment(kind, time_machine):
    time_machine.move_to("2026-05-01 10:00")
    first = WRITTEN[kind](DOCUMENT, WORDS)
    time_machine.move_to("2031-12-31 23:59")
    assert WRITTEN[kind](DOCUMENT, WORDS) == first


@pytest.mark.parametrize("kind", WRITTEN)
def test_figures_are_fixed_at_no_round_moment_and_every_kind_can_be_made(kind):
    fixed = replace(DOCUMENT, fixed_at=DOCUMENT.fixed_at.replace(microsecond=123_456))
    assert WRITTEN[kind](fixed, WORDS) == WRITTEN[kind](DOCUMENT, WORDS)


def test_same_document_gives_the_same_bytes_in_another_process():
    """Where sets lie in another order, and another clock and user are about."""
    ours = [hashlib.sha256(written(DOCUMENT, WORDS)).hexdigest() for written in WRITTEN.values()]
    surroundings = {"PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo", "PATH": "", "HOME": "/nowhere", "USER": "somebody"}
    root = Path(__file__).resolve().parents[2]
    other = subprocess.run(
        [sys.executable, "-c", ONE], cwd=root, env=surroundings, capture_output=True, check=True, text=True, timeout=60
    )
    assert other.stdout.split() == [ours[0], ours[1], ours[2], ours[3]]


def test_entries_of_a_zip_tell_no_moment():
    for kind in ("csv", "xlsx", "ods"):
        with zipfile.ZipFile(io.BytesIO(WRITTEN[kind](DOCUMENT, WORDS))) as file:
            assert {entry.date_time for entry in file.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_csv_has_a_file_for_each_sheet_with_what_its_columns_mean():
    files = unpacked(csvs.written(DOCUMENT, WORDS))
    told = json.loads(files["csv-metadata.json"])
    columns = [
        [(one["titles"], one["datatype"], one.get("null")) for one in each["tableSchema"]["columns"]]
        for each in told["tables"]
    ]

    assert [*files] == ["csv-metadata.json", "contacts.csv", "outcomes.csv"]
    assert rows_of(files["contacts.csv"])[:3] == [
        ["Maand", "Lijn", "Contacten"],
        ["januari 2026", "Chat", "120"],
        ["januari 2026", "Telefoon", "minder dan 10"],
    ]
    assert told["@context"] == ["http://www.w3.org/ns/csvw", {"@language": "nl"}]
    assert (told["dc:title"], told["dc:identifier"], told["dc:issued"]) == ("Contacten", "2026-0007", "2026-04-02")
    assert [one["url"] for one in told["tables"]] == ["contacts.csv", "outcomes.csv"]
    assert columns[0] == [
        ("Maand", "string", None),
        ("Lijn", "string", None),
        ("Contacten", "integer", ["minder dan 10"]),
    ]


def test_csv_reads_back_as_the_sheet():
    rows = rows_of(unpacked(csvs.written(DOCUMENT, WORDS))["outcomes.csv"])
    assert rows == [
        ["Uitkomst", "januari 2026", "februari 2026", "Totaal"],
        ["Geholpen & gerust <b>", "40", "minder dan 10", "40"],
        ["Ça va – ﬁn – Žluť – مرحبا", "20", "10", "30"],
        ["Alles samen", "60", "10", "70"],
    ]


def texts_of(kind: str, data: bytes) -> list[str]:
    """Every text that a spreadsheet would show in a cell."""
    files = unpacked(data)
    if kind == "csv":
        return [cell for name in files if name.endswith(".csv") for row in rows_of(files[name]) for cell in row]
    if kind == "xlsx":
        return ["".join(each.itertext()) for each in Tree.fromstring(files["xl/sharedStrings.xml"])]
    return [
        "".join(each.itertext()) for each in Tree.fromstring(files["content.xml"]).iter() if each.tag.endswith("}p")
    ]


@pytest.mark.parametrize("kind", ["csv", "xlsx", "ods"])
@pytest.mark.parametrize("text", FORMULAS)
def test_no_text_begins_like_a_formula(kind, text):
    texts = texts_of(kind, WRITTEN[kind](spoiled(text), WORDS))
    assert any("1" in one or "calc" in one or "SUM" in one or "HYPERLINK" in one for one in texts)
    assert [one for one in texts if CELL.match(one.strip(" ")) or CELL.match(one) or "\x00" in one] == []


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_of_a_workbook_is_a_formula(text):
    sheets = unpacked(xlsx.written(spoiled(text), WORDS))
    cells = [sheet for name, sheet in sheets.items() if name.startswith("xl/worksheets/")]
    content = unpacked(ods.written(spoiled(text), WORDS))["content.xml"]

    assert len(cells) == 2
    assert [sheet for sheet in cells if b"<f>" in sheet or b"<hyperlink" in sheet] == []
    assert b"table:formula" not in content


@pytest.mark.parametrize("text", ["januari 2026", "12-17 jaar", "a=b", "80+", "'s avonds"])
def test_what_is_no_formula_stays_as_it_is(text):
    assert tables.neutral(text) == text


def test_number_stands_in_the_properties_of_every_file():
    files = {kind: unpacked(WRITTEN[kind](DOCUMENT, WORDS)) for kind in ("xlsx", "ods")}
    information = PdfReader(io.BytesIO(pdf.written(DOCUMENT, WORDS))).metadata

    assert b"2026-0007" in files["xlsx"]["docProps/core.xml"]
    assert b"2026-0007" in files["xlsx"]["docProps/custom.xml"]
    assert files["ods"]["meta.xml"].count(b"2026-0007") == 2
    assert information["/Keywords"] == "Nummer: 2026-0007"
    assert information["/CreationDate"] == "D:20260402093000Z"


def test_number_is_seen_on_every_sheet_and_every_page():
    book, sheet = unpacked(xlsx.written(DOCUMENT, WORDS)), ods.written(DOCUMENT, WORDS)
    long = replace(DOCUMENT, sheets=(replace(CONTACTS, rows=CONTACTS.rows[:1] * 150),))
    pages = PdfReader(io.BytesIO(pdf.written(long, WORDS))).pages

    footers = [book[name] for name in book if name.startswith("xl/worksheets/")]
    assert [b"Nummer: 2026-0007" in footer for footer in footers] == [True, True, True]
    assert texts_of("ods", sheet).count("Nummer: 2026-0007") == 2
    assert len(pages) > 3
    assert [page.extract_text().count("Maand") for page in pages[1:]] == [1] * (len(pages) - 1)
    assert [page.extract_text().count("Nummer: 2026-0007") for page in pages] == [2] + [1] * (len(pages) - 1)


def test_pdf_says_how_it_must_be_read_aloud():
    """Tags, a language, a title that is shown, heads that say of what they are, and a picture with words."""
    reader = PdfReader(io.BytesIO(pdf.written(DOCUMENT, WORDS)))
    root = reader.trailer["/Root"]
    found = list(tags(root["/StructTreeRoot"]))
    kinds = [tag for tag, _element in found]
    scopes = [element["/A"] for tag, element in found if tag == "/TH"]

    assert (root["/Lang"], root["/MarkInfo"]["/Marked"]) == ("nl", True)
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert b"pdfuaid" in root["/Metadata"].get_data()
    assert kinds.count("/Table") == 2
    assert kinds.count("/TH") == 7
    assert {tidy(scope)["/Scope"] for scope in scopes} == {"/Column"}
    assert [element["/Alt"] for tag, element in found if tag == "/Figure" and "/Alt" in element] == [
        "Hoeveel contacten er waren. Dezelfde cijfers staan in de tabel.",
        "Dezelfde cijfers staan in de tabel.",
    ]


def tidy(attributes):
    held = attributes.get_object()
    return held[0].get_object() if isinstance(held, list) else held


def tags(element):
    """Every element of the tree of tags, in the order of reading."""
    held = element.get("/K")
    children = held if isinstance(held, list) else [held] if held is not None else []
    for child in (one.get_object() for one in children):
        if hasattr(child, "get") and "/S" in child:
            yield child["/S"], child
            yield from tags(child)


def test_table_of_many_months_lies_on_its_side():
    wide = replace(CONTACTS, heads=("a", "b", *"123456789"), rows=(row("x", "y", counts=(20,) * 9),))
    pages = PdfReader(io.BytesIO(pdf.written(replace(DOCUMENT, sheets=(CONTACTS, wide, OUTCOMES)), WORDS))).pages
    assert [page.mediabox.width > page.mediabox.height for page in pages] == [False, True, False]


def test_pdf_says_what_is_missing(monkeypatch):
    monkeypatch.setattr(pdf, "find_spec", lambda name: None)
    with pytest.raises(pdf.Missing):
        pdf.written(DOCUMENT, WORDS)


@pytest.mark.parametrize("text", FORMULAS)
def test_pdf_is_made_of_any_text(text):
    assert pdf.written(spoiled(text), WORDS).startswith(b"%PDF-")


def test_pdf_is_refused_where_no_letter_is_there_for_a_sign():
    """A page with an empty box in it would tell less than none."""
    with pytest.raises(pdf.Unwritable):
        pdf.written(replace(DOCUMENT, title="Contacten \u0378"), WORDS)


def test_sheets_of_a_workbook_have_names_that_excel_takes():
    names = xlsx.sheet_names([OUTCOMES.title, OUTCOMES.title.upper(), "a/b", "", CONTACTS.title])
    assert names == [
        "Uitkomst  a b    wat  er kwam,",
        "UITKOMST  A B    WAT  ER KW 2",
        "a b",
        "-",
        "Contacten per maand en lijn",
    ]


OFFICE = shutil.which("soffice") or shutil.which("libreoffice")


@pytest.fixture
def office():
    """The spreadsheet; without it the test is left out, in CI not."""
    if OFFICE is None and os.environ.get("CI") == "true":
        pytest.fail("With CI=true LibreOffice must be there (apt install libreoffice-calc-nogui).")
    if OFFICE is None:
        pytest.skip("LibreOffice was not found (apt install libreoffice-calc-nogui).")
    return OFFICE


@pytest.mark.promise("G06")
def test_libreoffice_opens_them_without_a_formula(tmp_path, office):
    """A real spreadsheet reads what we wrote and writes it out again: the texts are the same, and nothing was calculated."""
    text = "=1+1"
    for kind in ("xlsx", "ods"):
        (tmp_path / f"{kind}.{kind}").write_bytes(WRITTEN[kind](spoiled(text), WORDS))
    sheet = unpacked(csvs.written(spoiled(text), WORDS))["contacts.csv"]
    (tmp_path / "csv.csv").write_bytes(sheet)
    # Each sheet to a file of its own (-1); `;` (59) between, quotes 34, UTF-8 (76).
    to = "csv:Text - txt - csv (StarCalc):59,34,76,1,,0,false,true,false,false,false,-1"
    asked = [office, f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", to, "--outdir"]
    sources = [str(tmp_path / name) for name in ("xlsx.xlsx", "ods.ods", "csv.csv")]
    subprocess.run(
        [*asked, str(tmp_path / "out"), "--infilter=CSV:59,34,76", *sources],
        check=True, capture_output=True, timeout=120, env={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    opened = {path.name: rows_of(path.read_bytes()) for path in (tmp_path / "out").iterdir()}
    cells = {name: [cell for row in rows for cell in row if cell] for name, rows in opened.items()}

    assert {name.partition("-")[0].partition(".")[0] for name in cells} == {"xlsx", "ods", "csv"}
    assert [name for name in cells if "'=1+1" not in cells[name]] == []
    assert [name for name in cells if "2" in cells[name] or text in cells[name]] == []
