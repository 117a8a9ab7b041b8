"""What can be counted, and which reports are made of it (G06): each app signs in its own, so that none imports another.

A source counts one month of an organisation in a few tables, exactly; nobody sees that. `registration.fixing` rounds it once the
month is over (`privacy.suppression`) and fixes it; reports add up and lay out what is fixed.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from helplines.models import Organisation
from privacy.suppression import Counts

Tables = Mapping[str, Counts]
# By column, what its codes mean.
Words = Mapping[str, Mapping[str, str]]
# What is published of a source, by month and table, for one audience (`registration.documents`); needs the organisation's scope.
Teller = Callable[[Organisation, str, str], Mapping[date, Tables]]
# In the place of an answer: it was not told, it was put together with others, or nothing at all is told of these.
UNTOLD, TOGETHER, NOTHING = "", "~", "-"


@dataclass(frozen=True, kw_only=True)
class Source:
    """Counts of one thing.

    `tables` tells of each table which columns its keys have; all begin with the same one, the place, and add up to the same in
    each place. `count(organisation, month)` gives the tables of one month (needs the organisation's scope). `first` is the month
    from which on there is something. A month is final `settles` days after it ended. Where one person may be counted
    in several places at once, these do not go `together`.
    """

    key: str
    tables: Mapping[str, tuple[str, ...]]
    count: Callable[[Organisation, date], Tables]
    first: Callable[[Organisation], date | None]
    words: Callable[[Organisation, str], Words]
    settles: Callable[[Organisation, datetime], int] = lambda _organisation, _now: 0
    together: bool = True


class View(NamedTuple):
    """One sheet of a report: a table of the source, added up to some of its columns."""

    key: str
    table: str
    columns: tuple[str, ...]
    title: Any
    description: Any = ""


@dataclass(frozen=True, kw_only=True)
class Report:
    """One of the fixed set, at its `place` among them. `counted` says what its figures count."""

    key: str
    place: int
    source: str
    title: Any
    description: Any
    counted: Any
    views: tuple[View, ...]


_sources: dict[str, Source] = {}
_reports: dict[str, Report] = {}
_heads: dict[str, Any] = {}
_tellers: list[Teller] = []


def sign_in(*, source: Source, reports: Iterable[Report], heads: Mapping[str, Any]) -> None:
    """Called by an app when it is ready; `heads` names columns. Raises ValueError for what does not fit together."""
    if len({columns[0] for columns in source.tables.values()}) != 1:
        raise ValueError(f"The tables of {source.key} must begin with the same column.")
    _sources[source.key] = source
    _heads.update(heads)
    for report in reports:
        for view in report.views:
            if report.source != source.key or not set(view.columns) <= set(source.tables[view.table]):
                raise ValueError(f"{view.key} asks for what {source.key} does not count.")
        _reports[report.key] = report
    lacking = {column for columns in source.tables.values() for column in columns} - set(_heads)
    if lacking:
        raise ValueError(f"Columns without a name: {sorted(lacking)}.")


def told_by(teller: Teller) -> None:
    """Called by the app that fixes figures, when it is ready."""
    _tellers[:] = [teller]


def told(organisation: Organisation, source: str, audience: str) -> Mapping[date, Tables]:
    """What is published of a source, by month (needs the organisation's scope).

    Whatever page tells figures of its own takes them from here: two roundings of the same people, laid side by side, tell more
    than one, and may bound a small number tighter than either.
    """
    return _tellers[0](organisation, source, audience)


def sources() -> list[Source]:
    return list(_sources.values())


def source(key: str) -> Source:
    """Raises KeyError."""
    return _sources[key]


def reports() -> list[Report]:
    return sorted(_reports.values(), key=lambda report: report.place)


def report(key: str) -> Report:
    """Raises KeyError."""
    return _reports[key]


def head(column: str) -> str:
    """What stands over a column, in the language of the reader."""
    return str(_heads[column])


def after(month: date) -> date:
    """The first day of the next month."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def bounds(organisation: Organisation, month: date) -> tuple[datetime, datetime]:
    """When a month begins and ends on the organisation's clock; the end belongs to the next one."""
    zone = ZoneInfo(organisation.time_zone)
    begin, end = (datetime(day.year, day.month, 1, tzinfo=zone) for day in (month, after(month)))
    return begin, end


def month_of(organisation: Organisation, at: datetime | None) -> date | None:
    """The first day of the month in which something was, on the organisation's clock."""
    return at.astimezone(ZoneInfo(organisation.time_zone)).date().replace(day=1) if at else None
