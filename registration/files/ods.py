"""A report as a spreadsheet for LibreOffice: OpenDocument 1.3, written part by part. Pure.

By hand and not with a library: the one that is kept needs seconds for two thousand rows, and puts the moment, its own styles and
a thumbnail in the file. Every cell says its type, so nothing is a formula; every table tells which rows are its head.
"""

from collections.abc import Iterable
from xml.etree import ElementTree as Tree

from registration.documents import Document
from registration.files.tables import Table, Value, Words, about, neutral, table
from registration.files.xlsx import sheet_names
from registration.files.zips import packed

KIND = "application/vnd.oasis.opendocument.spreadsheet"
OASIS = "urn:oasis:names:tc:opendocument:xmlns:"
SPACES = {
    **{short: f"{OASIS}{short}:1.0" for short in ("office", "table", "text", "style", "meta", "manifest")},
    "fo": f"{OASIS}xsl-fo-compatible:1.0",
    "dc": "http://purl.org/dc/elements/1.1/",
}
VERSION = "1.3"
PARTS = ("content.xml", "meta.xml", "styles.xml")


def written(document: Document, words: Words) -> bytes:
    made = (content(document, words), meta(document, words), styles(words))
    files = [("mimetype", KIND.encode()), *zip(PARTS, map(as_xml, made), strict=True)]
    # The mimetype comes first and is not pressed, so that a program knows the file by its first bytes.
    return packed([*files, ("META-INF/manifest.xml", as_xml(manifest()))], plain=frozenset({"mimetype"}))


def as_xml(root: Tree.Element) -> bytes:
    return bytes(Tree.tostring(root, encoding="utf-8", xml_declaration=True))


def root(name: str) -> Tree.Element:
    """The first element of a part, with every name space under its short name."""
    given = {f"xmlns:{short}": space for short, space in SPACES.items() if short != "manifest"}
    return Tree.Element(name, {**given, "office:version": VERSION})


def add(parent: Tree.Element, name: str, text: str = "", **given: str) -> Tree.Element:
    """A child; in the names of attributes `__` stands for `:` and `_` for `-`."""
    attributes = {key.replace("__", ":").replace("_", "-"): value for key, value in given.items()}
    child = Tree.SubElement(parent, name, attributes)
    child.text = text or None
    return child


def content(document: Document, words: Words) -> Tree.Element:
    top = root("office:document-content")
    looks(add(top, "office:automatic-styles"))
    sheets = add(add(top, "office:body"), "office:spreadsheet")
    tables = [table(sheet, words) for sheet in document.sheets]
    names = sheet_names([words.about, *(sheet.title for sheet in tables)])
    front = [(neutral(document.title),), (), *about(document, words)]
    plain_sheet(sheets, names[0], front)
    for name, sheet in zip(names[1:], tables, strict=True):
        one_sheet(sheets, name, sheet, f"{words.number}: {neutral(document.number)}")
    return top


def looks(styles_: Tree.Element) -> None:
    for name in ("head", "total"):
        style = add(styles_, "style:style", style__name=name, style__family="table-cell")
        add(style, "style:text-properties", fo__font_weight="bold")


def plain_sheet(sheets: Tree.Element, name: str, rows: Iterable[tuple[str, ...]]) -> None:
    page = add(sheets, "table:table", table__name=name)
    add(page, "table:table-column", table__number_columns_repeated="2")
    for values in rows:
        row(page, values)


def one_sheet(sheets: Tree.Element, name: str, sheet: Table, number: str) -> None:
    """Title, number and description; then the table with its head."""
    page = add(sheets, "table:table", table__name=name)
    wide = len(sheet.stub) + len(sheet.heads)
    add(page, "table:table-column", table__number_columns_repeated=str(wide))
    for words in ((sheet.title,), (number,), (sheet.description,), ()):
        row(page, words, "head" if words == (sheet.title,) else "")
    row(add(page, "table:table-header-rows"), (*sheet.stub, *sheet.heads), "head")
    for values, total in zip(sheet.rows, sheet.totals, strict=True):
        row(page, values, "total" if total else "")
    for note in ("", *sheet.notes):
        row(page, (note,))


def row(page: Tree.Element, values: Iterable[Value], style: str = "") -> None:
    line = add(page, "table:table-row")
    look = {"table__style_name": style} if style else {}
    for value in values or ("",):
        if isinstance(value, int):
            cell = add(line, "table:table-cell", office__value_type="float", office__value=str(value), **look)
        else:
            cell = add(line, "table:table-cell", office__value_type="string", **look)
        add(cell, "text:p", str(value))


def meta(document: Document, words: Words) -> Tree.Element:
    """The number is in the properties of the file too."""
    top = root("office:document-meta")
    told = add(top, "office:meta")
    add(told, "meta:generator", words.made_with)
    add(told, "dc:title", neutral(document.title))
    add(told, "dc:subject", neutral(document.period))
    add(told, "dc:description", f"{words.number}: {neutral(document.number)}")
    add(told, "meta:initial-creator", neutral(document.organisation))
    add(told, "meta:creation-date", document.fixed_at.strftime("%Y-%m-%dT%H:%M:%S"))
    add(told, "dc:language", words.language)
    add(told, "meta:user-defined", neutral(document.number), meta__name=words.number, meta__value_type="string")
    return top


def styles(words: Words) -> Tree.Element:
    """The language of the cells, and A4 on its side."""
    top = root("office:document-styles")
    common = add(add(top, "office:styles"), "style:default-style", style__family="table-cell")
    add(common, "style:text-properties", fo__language=words.language, fo__country="none")
    page = add(add(top, "office:automatic-styles"), "style:page-layout", style__name="a4")
    add(
        page,
        "style:page-layout-properties",
        fo__page_width="297mm",
        fo__page_height="210mm",
        style__print_orientation="landscape",
        style__scale_to_X="1",
        style__scale_to_Y="0",
    )
    pages = add(top, "office:master-styles")
    add(pages, "style:master-page", style__name="Default", style__page_layout_name="a4")
    return top


def manifest() -> Tree.Element:
    space = {"xmlns:manifest": SPACES["manifest"], "manifest:version": VERSION}
    top = Tree.Element("manifest:manifest", space)
    for path, kind in (("/", KIND), *((part, "text/xml") for part in PARTS)):
        add(top, "manifest:file-entry", manifest__full_path=path, manifest__media_type=kind)
    return top
