"""A made-up report, with all that can go wrong in a file."""

from dataclasses import replace
from datetime import UTC, date, datetime

from registration.documents import Cell, Document, Row, Sheet
from registration.files.tables import Words

HIDDEN = Cell(None, hidden=True)
# What a spreadsheet would run, in the narrow and the wide signs, behind a space, and with what a program would execute.
FORMULAS = (
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(1;1)",
    "\t=1+1",
    "\r=1+1",
    "\x00=1+1",
    " =1+1",
    "＝1+1",
    "＋1",
    "－1",
    "＠SUM(1)",
    "|calc",
    "%0A=1+1",
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("https://evil.example.org";"x")',
    '";=1+1;"',
    "\u202e=1+1",
)
WORDS = Words(
    language="nl",
    about="Over dit rapport",
    number="Nummer",
    organisation="Organisatie",
    period="Periode",
    audience="Voor",
    fixed_at="Vastgelegd op",
    rules="Regel",
    hidden="minder dan 10",
    in_table="Dezelfde cijfers staan in de tabel.",
)


def row(*labels: str, counts: tuple[int | None, ...] = (20,), total: bool = False) -> Row:
    return Row(labels, tuple(HIDDEN if count is None else Cell(count) for count in counts), total)


CONTACTS = Sheet(
    key="contacts",
    title="Contacten per maand en lijn",
    description="Hoeveel contacten er waren.",
    heads=("Maand", "Lijn", "Contacten"),
    stub=2,
    rows=(
        row("januari 2026", "Chat", counts=(120,)),
        row("januari 2026", "Telefoon", counts=(None,)),
        row("februari 2026", "Chat", counts=(60,)),
        row("februari 2026", "Telefoon", counts=(0,)),
        row("Totaal", "", counts=(180,), total=True),
    ),
    notes=("Een contact telt één keer.",),
)
OUTCOMES = Sheet(
    key="outcomes",
    title="Uitkomst [a/b]: 'wat' er kwam, en nog veel meer woorden",
    description="",
    heads=("Uitkomst", "januari 2026", "februari 2026", "Totaal"),
    stub=1,
    rows=(
        row("Geholpen & gerust <b>", counts=(40, None, 40)),
        row("Ça va – ﬁn – Žluť – مرحبا", counts=(20, 10, 30)),
        row("Alles samen", counts=(60, 10, 70), total=True),
    ),
)
DOCUMENT = Document(
    organisation="De Hulplijn",
    title="Contacten",
    number="2026-0007",
    period="eerste kwartaal van 2026",
    first=date(2026, 1, 1),
    last=date(2026, 3, 31),
    audience="wie van buiten komt",
    fixed_at=datetime(2026, 4, 2, 9, 30, tzinfo=UTC),
    rounding=5,
    threshold=10,
    sheets=(CONTACTS, OUTCOMES),
    notes=("Getallen zijn afgerond op 5.",),
)


def spoiled(text: str) -> Document:
    """The same report with this text wherever words of an organisation stand."""
    sheet = replace(
        CONTACTS,
        title=text,
        description=text,
        heads=(text, text, text),
        rows=(row(text, text), row(text, text, counts=(None,), total=True)),
        notes=(text,),
    )
    return replace(
        DOCUMENT, organisation=text, title=text, number=text, period=text, audience=text, notes=(text,), sheets=(sheet,)
    )
