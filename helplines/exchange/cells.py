"""How one value stands in a cell: written in one way, read in every way in which a spreadsheet may have changed it."""

from datetime import UTC, datetime, time
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _

from helplines.exchange.tables import Column, Desk
from helplines.fields import LocalisedField
from helplines.models import Organisation
from helplines.policies import LANGUAGES

YES, NO = {"yes", "ja", "oui", "true", "1", "x"}, {"no", "nee", "non", "nein", "false", "0", ""}
HIGHEST = 32767
# Spreadsheets in our countries write the day first.
MOMENTS = [f"%d{mark}%m{mark}%Y {clock}" for mark in "/-." for clock in ("%H:%M", "%H:%M:%S")]


def text(name: str, help_text: Any) -> Column:
    """A plain text."""

    def put(row: Any, cell: str, desk: Desk) -> None:
        setattr(row, name, cell)

    return Column(name, name, help_text, lambda row, desk: str(getattr(row, name)), put)


def number(name: str, help_text: Any) -> Column:
    """A whole number from 0; empty is 0."""

    def put(row: Any, cell: str, desk: Desk) -> None:
        if cell and not (cell.isascii() and cell.isdigit() and len(cell) <= 6 and int(cell) <= HIGHEST):
            raise ValidationError(_("Give a whole number from %(low)s to %(high)s.") % {"low": 0, "high": HIGHEST})
        setattr(row, name, int(cell or 0))

    return Column(name, name, help_text, lambda row, desk: str(getattr(row, name)), put)


def flag(name: str, help_text: Any) -> Column:
    """Yes or no, in any of our languages."""

    def put(row: Any, cell: str, desk: Desk) -> None:
        if cell.casefold() not in YES | NO:
            raise ValidationError(_("Write yes or no."))
        setattr(row, name, cell.casefold() in YES)

    return Column(name, name, help_text, lambda row, desk: "yes" if getattr(row, name) else "no", put)


def texts(name: str, organisation: Organisation, help_text: Any) -> list[Column]:
    """One column for each language of the organisation; a text in another language stays as it is."""
    return [one_language(name, code, help_text) for code in organisation.languages]


def one_language(name: str, code: str, help_text: Any) -> Column:
    def write(row: Any, desk: Desk) -> str:
        return str((getattr(row, name) or {}).get(code, ""))

    def put(row: Any, cell: str, desk: Desk) -> None:
        field = row._meta.get_field(name)
        longest = field.text_length if isinstance(field, LocalisedField) else None
        if longest and len(cell) > longest:
            raise ValidationError(_("This text is too long: at most %(longest)s characters.") % {"longest": longest})
        others = {key: value for key, value in (getattr(row, name) or {}).items() if key != code}
        setattr(row, name, {**others, **({code: cell} if cell else {})})

    return Column(f"{name}_{code}", name, help_text, write, put)


def line(help_text: Any, *, is_needed: bool) -> Column:
    """A line of the organisation, by its address name."""

    def put(row: Any, cell: str, desk: Desk) -> None:
        if not cell and not is_needed:
            row.line = None
        elif cell in desk.lines:
            row.line = desk.lines[cell]
        else:
            raise ValidationError(_("Your organisation has no line with this address name."))

    return Column("line", "line", help_text, lambda row, desk: row.line.slug if row.line_id else "", put)


def choice(name: str, help_text: Any) -> Column:
    """One of a few words."""

    def put(row: Any, cell: str, desk: Desk) -> None:
        words = [str(value) for value, _label in row._meta.get_field(name).choices]
        if cell.casefold() not in words:
            raise ValidationError(_("Choose one of these: %(words)s.") % {"words": ", ".join(words)})
        setattr(row, name, cell.casefold())

    return Column(name, name, help_text, lambda row, desk: str(getattr(row, name)), put)


def weekday(help_text: Any) -> Column:
    """A day by its name, in any of our languages."""

    def put(row: Any, cell: str, desk: Desk) -> None:
        found = [day for code in LANGUAGES for day, name in day_names(code).items() if name == cell.casefold()]
        if not found:
            raise ValidationError(_("Write the name of a day, such as Monday."))
        row.weekday = found[0]

    def write(row: Any, desk: Desk) -> str:
        return day_names(desk.organisation.first_language)[row.weekday]

    return Column("weekday", "weekday", help_text, write, put)


def day_names(language: str) -> dict[int, str]:
    with translation.override(language):
        return {day: str(name).casefold() for day, name in WEEKDAYS.items()}


def clock(name: str, help_text: Any) -> Column:
    """A time of the day; 24:00 is midnight."""

    def put(row: Any, cell: str, desk: Desk) -> None:
        found = clock_in("00:00" if cell == "24:00" else cell)
        if found is None:
            raise ValidationError(_("Write a time such as 13:00."))
        setattr(row, name, found)

    return Column(name, name, help_text, lambda row, desk: f"{getattr(row, name):%H:%M:%S}".removesuffix(":00"), put)


def clock_in(cell: str) -> time | None:
    for form in ("%H:%M", "%H:%M:%S"):
        try:
            return datetime.strptime(cell, form).time()  # noqa: DTZ007  a time on the wall
        except ValueError:
            continue
    return None


def moment(name: str, help_text: Any, *, is_needed: bool) -> Column:
    """A day and a time on the clock of the organisation."""

    def put(row: Any, cell: str, desk: Desk) -> None:
        setattr(row, name, moment_in(cell, desk) if cell or is_needed else None)

    def write(row: Any, desk: Desk) -> str:
        value = getattr(row, name)
        return moment_said(value, desk) if value else ""

    return Column(name, name, help_text, write, put)


def moment_said(value: datetime, desk: Desk) -> str:
    """2026-12-24 09:00; with how far from UTC where the clock shows this time twice."""
    local = value.astimezone(desk.zone)
    bare = local.replace(tzinfo=None, fold=0)
    is_twice = bare.replace(tzinfo=desk.zone, fold=0).utcoffset() != bare.replace(tzinfo=desk.zone, fold=1).utcoffset()
    shown = (local if is_twice else bare).isoformat(" ", "auto")
    return shown.removesuffix(":00") if not is_twice else shown


def moment_in(cell: str, desk: Desk) -> datetime:
    found = parsed(cell)
    if found is None:
        raise ValidationError(_("Write a day and a time such as 2026-12-24 09:00."))
    try:
        here = (found if found.tzinfo else found.replace(tzinfo=desk.zone)).astimezone(UTC)
    except OverflowError:
        raise ValidationError(_("Write a day and a time such as 2026-12-24 09:00.")) from None
    if found.tzinfo:
        return here
    if here.astimezone(desk.zone).replace(tzinfo=None, fold=0) != found:
        raise ValidationError(_("This time does not exist: the clock goes forward then."))
    return here


def parsed(cell: str) -> datetime | None:
    try:
        return datetime.fromisoformat(cell)
    except ValueError:
        pass
    for form in MOMENTS:
        try:
            return datetime.strptime(cell, form)  # noqa: DTZ007  the zone is the organisation's
        except ValueError:
            continue
    return None
