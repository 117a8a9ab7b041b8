"""Choices of an administrator among the sheets of a fixed report, kept under a name (G06). Pure but for its words.

They choose and count nothing: no new column, no filter, no period of their own. So they tell nothing that is not told already.
"""

from collections.abc import Collection

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from privacy import figures


def offered() -> list[tuple[str, list[tuple[str, str]]]]:
    """All sheets of the fixed set, by report: how each is named in a form, and its title."""
    return [
        (str(report.title), [(named(report.key, view.key), str(view.title)) for view in report.views])
        for report in figures.reports()
    ]


def named(report: str, view: str) -> str:
    return f"{report}:{view}"


def chosen(names: Collection[str]) -> tuple[str, list[str]]:
    """The one report of these sheets, and the sheets in its order. Raises ValidationError in plain words."""
    if not names:
        raise ValidationError(_("Choose at least one table."))
    for report in figures.reports():
        found = [view.key for view in report.views if named(report.key, view.key) in names]
        if len(found) == len(set(names)):
            return report.key, found
    raise ValidationError(_("Choose tables of one report."))
