"""Query sets that are put into words once: the same statement, without what Django does each time to find its words.

Of a look-up by the ORM two thirds go into building the query and putting it into SQL, and only the rest into asking
(`docs/performance.md`). Where one is asked many times a second, `Worded` keeps its words:

    MINE = Worded(lambda member, now: Conversation.objects.not_gone(now).filter(counsellor=member))
    rows = MINE(member=membership.pk, now=now)

The rule stays a query set and stands once. It is put into words for made-up values, in whose places the given ones then go; so it
must hand every value on as it came, or, of an instant, so much earlier or later. What it does else with a value, and what it
finds out by itself (a look at the clock), would stay for ever as it was the first time: that is found out by doing it twice,
and refused with `ChangedValueError`.
"""

import copy
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from types import SimpleNamespace
from typing import Any
from weakref import WeakSet

from django.core.exceptions import EmptyResultSet
from django.db import connections, models, router, transaction
from django.db.models.sql import UpdateQuery
from django_scopes import get_scope, scope

# More values in a list than this, and its words are not kept.
LISTED = 1024
_all: "WeakSet[Worded]" = WeakSet()


class ChangedValueError(TypeError):
    """A rule that does not hand its values on as they came cannot be kept in words."""


@dataclass(frozen=True)
class Place:
    """What goes into one place of a statement: a given value, an instant so far from a given one, or a constant.

    `as_type` is what the database's driver wants of a number, such as one of eight bytes.
    """

    name: Any = None
    apart: timedelta | None = None
    constant: Any = None
    as_type: Callable[[Any], Any] | None = None


@dataclass(frozen=True)
class Draft:
    """A rule in words for made-up values, which `names` knows."""

    rows: Any
    compiler: Any
    sql: str
    values: tuple[Any, ...]
    names: dict[Any, Any]

    def place(self, value: Any) -> Place | None:
        """Where a value comes from by itself, if it is one that was made up."""
        key = marked(value)
        if key not in self.names:
            return None
        return Place(self.names[key], as_type=type(value) if type(value) is not int and key[0] is int else None)

    def instants(self) -> dict[Any, datetime]:
        return {name: value for (_kind, value), name in self.names.items() if isinstance(value, datetime)}


@dataclass(frozen=True)
class Words:
    """A statement for values of one kind: SQL, what goes into it, and how what comes back is read."""

    draft: Draft
    places: tuple[Place, ...]

    def filled(self, given: dict[Any, Any], connection: Any) -> tuple[str, tuple[Any, ...]]:
        """The statement with what goes into it."""
        adapt = connection.ops.adapt_datetimefield_value
        parameters = []
        for place in self.places:
            value = place.constant if place.name is None else given[place.name]
            if place.apart is not None:
                value += place.apart
            elif place.as_type is not None:
                value = place.as_type(value)
            parameters.append(adapt(value) if place.name is not None and isinstance(value, datetime) else value)
        return self.draft.sql, tuple(parameters)

    def answer(self, given: dict[Any, Any]) -> Iterator[Any]:
        rows = self.draft.rows
        compiler = copy.copy(self.draft.compiler)
        compiler.connection = connections[rows.db]
        said = self.filled(given, compiler.connection)
        compiler.as_sql = lambda *_args, **_options: said
        query = copy.copy(rows.query)
        query.get_compiler = lambda *_args, **_options: compiler
        # The wall of the database hears of the organisation of now, not of the made-up one.
        query.organisations = given[""]
        compiler.query = query
        asked: Any = SimpleNamespace(
            db=rows.db, query=query, _known_related_objects={}, _fields=rows._fields, _hints={}
        )
        return iter(rows._iterable_class(asked))


class Worded:
    """A rule whose words are kept: `make` gives a query set for values by name; called with values, it gives the rows.

    Words are kept for the scope of one organisation, and for numbers, texts, instants, and tuples for `__in` (which are filled up
    to the next power of two with their last value, so that there are few lengths). Elsewhere, and with anything else (None says
    something else in SQL), the rule is asked the ordinary way.
    """

    def __init__(self, make: Callable[..., Any]) -> None:
        self.make = make
        self.words: dict[Any, Words] = {}
        _all.add(self)

    def __call__(self, **given: Any) -> list[Any]:
        words, given = self.kept(given)
        return list(self.make(**given)) if words is None else list(words.answer(placed(given)))

    def first(self, **given: Any) -> Any:
        """The first of the rows, or None. The rule itself says how many it wants."""
        return next(iter(self(**given)), None)

    def kept(self, given: dict[str, Any]) -> tuple[Words | None, dict[str, Any]]:
        """The words for values of these names and kinds, where any are kept, and the values as they go in."""
        given = filled_up(given)
        kinds = {name: kind_of(value) for name, value in given.items()}
        if the_one_organisation() is None or None in kinds.values():
            return None, given
        key = tuple(kinds.items())
        if key not in self.words:
            self.words[key] = worded(partial(self.draft, given))
        return self.words[key], given

    def draft(self, given: dict[str, Any]) -> Draft:
        made, organisation = made_up_for(given), made_up(0)
        with scope(organisation=organisation):
            rows: models.QuerySet[Any] = self.make(**made)
        return drafted(rows, rows.query, made, organisation)


class WordedUpdate(Worded):
    """The same of a change: `make` gives the query set and what to set; called with values, it gives how many rows changed."""

    def __call__(self, **given: Any) -> int:  # type: ignore[override]
        words, given = self.kept(given)
        if words is None:
            rows, values = self.make(**given)
            return int(rows.update(**values))
        database = router.db_for_write(words.draft.rows.model)
        connection = connections[database]
        with transaction.mark_for_rollback_on_error(using=database), connection.cursor() as cursor:
            cursor.execute(*words.filled(placed(given), connection))
            return int(cursor.rowcount)

    def draft(self, given: dict[str, Any]) -> Draft:
        made, organisation = made_up_for(given), made_up(0)
        with scope(organisation=organisation):
            rows, values = self.make(**made)
        query = rows.query.chain(UpdateQuery)
        query.add_update_values(values)
        return drafted(rows, query, made, organisation)


def filled_up(given: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value + value[-1:] * ((1 << (len(value) - 1).bit_length()) - len(value))
        if type(value) is tuple and value
        else value
        for name, value in given.items()
    }


def placed(given: dict[str, Any]) -> dict[Any, Any]:
    """The values by where they come from, each of a list by its number; and the organisation of the scope."""
    flat = {(name, place): one for name, value in given.items() for place, one in enumerate(listed(value))}
    return {**flat, "": the_one_organisation()}


def the_one_organisation() -> int | None:
    """Whose wall we work behind, where it is one; a scope that was lifted meanwhile still has its name."""
    now = get_scope()
    organisation = now.get("organisation") if now.get("_enabled", True) else None
    return organisation if type(organisation) is int else None


def forget() -> None:
    """Keep no words: for tests that change what a query set says."""
    for each in list(_all):
        each.words.clear()


def kind_of(value: Any) -> Any:
    """What decides about the words; None for what has none that could be kept."""
    if type(value) is tuple:
        inner = {type(one) for one in value}
        return (inner.pop(), len(value)) if len(inner) == 1 and inner <= {int, str} and len(value) <= LISTED else None
    return type(value) if type(value) in {int, str} or isinstance(value, datetime) else None


def listed(value: Any) -> tuple[Any, ...]:
    return value if type(value) is tuple else (value,)


def worded(make_draft: Callable[[], Draft]) -> Words:
    """Put a rule into words, twice, and find out what comes from where. Raises ChangedValueError."""
    draft, other = make_draft(), make_draft()
    if draft.sql != other.sql or len(draft.values) != len(other.values):
        raise ChangedValueError(f"The words depend on the values: {draft.sql}")
    places = tuple(origin(draft, other, value, again) for value, again in zip(draft.values, other.values, strict=True))
    if unseen := {*draft.names.values()} - {""} - {place.name for place in places}:
        raise ChangedValueError(
            f"What becomes of {sorted(name for name, _at in unseen)} is not to be seen: {draft.sql}"
        )
    return Words(draft, places)


def made_up_for(given: dict[str, Any]) -> dict[str, Any]:
    return {
        name: tuple(made_up(one) for one in value) if type(value) is tuple else made_up(value)
        for name, value in given.items()
    }


def drafted(rows: Any, query: Any, made: dict[str, Any], organisation: int) -> Draft:
    compiler = query.get_compiler(using=router.db_for_write(rows.model) if isinstance(query, UpdateQuery) else rows.db)
    try:
        sql, values = compiler.as_sql()
    except EmptyResultSet:
        raise ChangedValueError("For made-up values it asks for nothing at all.") from None
    names = {marked(one): (name, at) for name, value in made.items() for at, one in enumerate(listed(value))}
    return Draft(rows, compiler, sql, tuple(values), {**names, marked(organisation): ""})


def made_up(value: Any) -> Any:
    """A value of the same kind that stands nowhere else, and whose distance to any other is another each time."""
    number = 1_000_000_000 + secrets.randbelow(1_000_000_000)
    if isinstance(value, datetime):
        return datetime(1990, 1, 1, tzinfo=UTC) + timedelta(microseconds=number * 997)
    return number if isinstance(value, int) else f"made-up-{number}"


def origin(draft: Draft, other: Draft, value: Any, again: Any) -> Place:
    here, there = draft.place(value), other.place(again)
    if here is not None and here == there:
        return here
    at, then = instant(value), instant(again)
    if at is not None and then is not None:
        mine, others = draft.instants(), other.instants()
        for name in mine:
            if at - mine[name] == then - others[name]:
                return Place(name, at - mine[name])
    if here is None and there is None and value == again:
        return Place(constant=value)
    raise ChangedValueError(f"A value is not handed on as it came ({value!r}, {again!r}): {draft.sql}")


def instant(value: Any) -> datetime | None:
    """The instant that a parameter is; SQLite gets it as a text without a zone."""
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found


def marked(value: Any) -> Any:
    at = instant(value)
    if at is not None:
        return datetime, at
    if isinstance(value, int):
        return int, int(value)
    return (str, value) if type(value) is str else (type(value), None)
