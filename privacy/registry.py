"""What the apps hold about people, and how each of it goes (F01-F13).

Each app signs in its tables in `AppConfig.ready()` (its `holders.py`), so that retention, backups and erasure know every table
without importing one. A table about people that is not signed in fails the build (`tests/privacy/test_registry.py`).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    """The classes of data."""

    TALK = "talk"  # what a visitor said and is, and what was noted of it
    WORK = "work"  # how somebody of the staff is at work just now
    ACCOUNT = "account"  # somebody of the staff, and their rights
    PROMISE = "promise"  # who published what an organisation promises
    CONTACT = "contact"  # an address or number that an organisation makes known
    ACCESS = "access"  # who signs in, and who tried
    REPORT = "report"  # what somebody told an organisation of its help, or of a fault
    ANONYMOUS = "anonymous"  # what nobody can tie to a person any more, or what waits to become so
    LEDGER = "ledger"  # that something was kept longer, or destroyed


@dataclass(frozen=True, kw_only=True)
class Holding:
    """One table: its class, the instant from which its lifetime counts, and the one way in which it goes.

    `clock` names a field, `app.Model.field`. Of the last three exactly one is given: the name of an eraser; the table with which
    its rows are deleted; or who deletes it, for what has no clock but a person.
    """

    model: str
    kind: Kind
    clock: str
    lasts: str
    eraser: str = ""
    goes_with: str = ""
    removed_by: str = ""


@dataclass(frozen=True, kw_only=True)
class Eraser:
    """Erases what is past its time, a chunk at a time; safe to run twice, late, and after it was killed.

    `due` counts what would go now; `erase` takes at most `limit` of it and gives how many went, 0 when nothing is left.
    `prepare` does what must be done first and at once, such as destroying keys. `replay` erases again, after one of the two
    databases was put back from a backup, what the other shows to be erased, and gives how much that was. One that is not
    `each` works for the whole installation and gets 0 for the organisation.
    """

    name: str
    due: Callable[[int, datetime], int]
    erase: Callable[[int, datetime, int], int]
    prepare: Callable[[int, datetime], None] | None = None
    replay: Callable[[int], int] | None = None
    each: bool = True
    chunk: int = 1000


_holdings: dict[str, Holding] = {}
_erasers: dict[str, Eraser] = {}


def sign_in(*, holdings: Iterable[Holding] = (), erasers: Iterable[Eraser] = ()) -> None:
    """Called by each app when it is ready; done twice it changes nothing. Raises ValueError for what cannot be meant."""
    for eraser in erasers:
        _erasers[eraser.name] = eraser
    for holding in holdings:
        if [bool(holding.eraser), bool(holding.goes_with), bool(holding.removed_by)].count(True) != 1:
            raise ValueError(f"{holding.model} must go in one way: by an eraser, with another table, or by a person.")
        if holding.eraser and holding.eraser not in _erasers:
            raise ValueError(f"{holding.model} names an eraser that nobody signed in: {holding.eraser}.")
        _holdings[holding.model] = holding


def holdings() -> list[Holding]:
    return list(_holdings.values())


def erasers() -> list[Eraser]:
    return list(_erasers.values())


def eraser(name: str) -> Eraser:
    """Raises KeyError for a name that nobody signed in."""
    return _erasers[name]
