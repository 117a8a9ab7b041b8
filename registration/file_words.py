"""The words of a file, in the language that is active, and which kinds of file there are."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from registration.documents import INSIDE, OUTSIDE, Document
from registration.files import csvs, ods, pdf, xlsx
from registration.files.tables import Words


@dataclass(frozen=True)
class Kind:
    """One kind of file: how it ends, what a browser takes it for, and for what it is good.

    Of up to `quick` rows it is made while somebody waits, in about a second; of more it is a job.
    """

    name: str
    ending: str
    content_type: str
    written: Callable[[Document, Words], bytes]
    label: Any
    quick: int
    is_there: Callable[[], bool] = lambda: True


FOR_WHOM = {
    INSIDE: gettext_lazy("people of the organisation and its auditors"),
    OUTSIDE: gettext_lazy("people from outside, such as who pays, or everybody"),
}
KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind(
            "xlsx",
            "xlsx",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            xlsx.written,
            gettext_lazy("Workbook for Excel (XLSX)"),
            3000,
        ),
        Kind("ods", "ods", ods.KIND, ods.written, gettext_lazy("Workbook for LibreOffice (ODS)"), 2000),
        Kind(
            "csv",
            "zip",
            "application/zip",
            csvs.written,
            gettext_lazy("Tables for any program (CSV, with what the columns mean)"),
            15_000,
        ),
        Kind(
            "pdf", "pdf", "application/pdf", pdf.written, gettext_lazy("To read and to print (PDF)"), 150, pdf.is_there
        ),
    )
}


def words() -> Words:
    """In the active language."""
    return Words(
        language=(translation.get_language() or "nl").partition("-")[0],
        about=_("About this report"),
        number=_("Number"),
        organisation=_("Organisation"),
        period=_("Period"),
        audience=_("For"),
        fixed_at=_("Figures fixed on"),
        rules=_("To know"),
        hidden=_("too few"),
        in_table=_("The same figures stand in the table."),
    )
