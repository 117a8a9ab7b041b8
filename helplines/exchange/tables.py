"""Which lists can be exchanged, and what stands in their columns. Another app signs its own list in with `register`."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from django.utils.text import capfirst

from helplines.models import Line, Organisation


@dataclass
class Desk:
    """What is at hand while a file of one organisation is read or written."""

    organisation: Organisation
    lines: dict[str, Line] = field(default_factory=dict)

    @classmethod
    def of(cls, organisation: Organisation) -> "Desk":
        return cls(organisation, {line.slug: line for line in Line.objects.filter(organisation=organisation)})

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.organisation.time_zone)


@dataclass(frozen=True)
class Column:
    """One column: its name in the head, the field that it is about, and how a cell is written and taken in.

    `put` raises ValidationError in plain words for a cell that cannot be.
    """

    name: str
    field: str
    help: Any
    write: Callable[[Any, Desk], str]
    put: Callable[[Any, str, Desk], None]


@dataclass(frozen=True)
class Table:
    """One list. `key` tells by which columns a row is known again; `is_once` says that no two rows may share them."""

    slug: str
    title: Any
    model: type[models.Model]
    rows: Callable[[Organisation], "models.QuerySet[Any]"]
    columns: Callable[[Organisation], list[Column]]
    key: tuple[str, ...]
    is_once: bool = False


def title_of(table: Table, column: Column) -> str:
    """What the administration calls this column, in the active language; the name in the head is the same in every one."""
    title = str(capfirst(table.model._meta.get_field(column.field).verbose_name))  # type: ignore[union-attr]
    code = column.name.removeprefix(column.field).removeprefix("_")
    return f"{title} ({dict(settings.CONTENT_LANGUAGES)[code]})" if code else title


_tables: dict[str, Table] = {}


def register(table: Table) -> None:
    """Sign a list in; from `AppConfig.ready()`."""
    _tables[table.slug] = table


def tables() -> list[Table]:
    return list(_tables.values())


def table(slug: str) -> Table | None:
    return _tables.get(slug)
