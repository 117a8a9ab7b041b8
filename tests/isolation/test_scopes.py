"""Outside a scope nothing of an organisation can be asked, in whatever way (O10); the wall is behind every manager."""

import asyncio
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from django.db import models
from django_scopes.exceptions import ScopeError

from helplines.models import Line, Organisation
from helplines.tenancy import inside, inside_all
from tests.factories.helplines import LineFactory, OrganisationFactory
from tests.isolation.world import our_models

pytestmark = pytest.mark.django_db
# A person belongs to nobody, and whether a backup was put back is a fact about the whole installation.
OF_NOBODY = {"helplines.Staff", "privacy.DataPulse", "privacy.KeysPulse"}
WALLED = [model for model in our_models() if model._meta.label not in OF_NOBODY]
# How to do it with each method of a query set; every other one is called with nothing.
CALLS: dict[str, Callable[[Any], Any]] = {
    "aggregate": lambda rows: rows.aggregate(models.Count("pk")),
    "alias": lambda rows: rows.alias(extra=models.F("pk")),
    "annotate": lambda rows: rows.annotate(extra=models.F("pk")),
    "bulk_update": lambda rows: rows.bulk_update([], ["pk"]),
    "complex_filter": lambda rows: rows.complex_filter({"pk": 1}),
    "contains": lambda rows: rows.contains(rows.model(pk=1)),
    "dates": lambda rows: rows.dates("pk", "year"),
    "datetimes": lambda rows: rows.datetimes("pk", "year"),
    "difference": lambda rows: rows.difference(rows),
    "earliest": lambda rows: rows.earliest("pk"),
    "exclude": lambda rows: rows.exclude(pk=0).exists(),
    "extra": lambda rows: rows.extra(where=["1=1"]).exists(),
    "get": lambda rows: rows.get(pk=1),
    "get_or_create": lambda rows: rows.get_or_create(pk=1),
    "in_bulk": lambda rows: rows.in_bulk([1]),
    "intersection": lambda rows: rows.intersection(rows),
    "latest": lambda rows: rows.latest("pk"),
    "raw": lambda rows: list(rows.raw("SELECT 1 AS id")),
    "union": lambda rows: rows.union(rows),
    "update": lambda rows: rows.update(pk=1),
    "update_or_create": lambda rows: rows.update_or_create(pk=1),
    "iterate": list,
    "aiterate": lambda rows: asyncio.run(read(rows)),
    "len": len,
    "bool": bool,
    "index": lambda rows: rows[0],
}
# These ask and tell nothing: they make a new row, say nothing at all, or only name a database.
HARMLESS = {"acreate", "abulk_create", "bulk_create", "create", "none", "using", "as_manager", "resolve_expression"}


async def read(rows: Any) -> list[Any]:
    return [row async for row in rows]


def asking(model: Any) -> list[str]:
    """Every public method of a query set, ours too, and the ways of asking that have no name."""
    kind = model.objects._queryset_class
    methods = {name for name in dir(kind) if not name.startswith("_") and callable(getattr(kind, name))}
    return sorted((methods | set(CALLS)) - HARMLESS)


def ask(rows: Any, name: str) -> Any:
    if name in CALLS:
        return CALLS[name](rows)
    plain = name[1:] if name.startswith("a") and hasattr(models.QuerySet, name[1:]) else name
    if plain != name:
        return asyncio.run(later(rows, name, plain))
    found = getattr(rows, name)()
    return list(found) if isinstance(found, models.QuerySet) or hasattr(found, "__next__") else found


async def later(rows: Any, name: str, plain: str) -> Any:
    given = {"get": {"pk": 1}, "get_or_create": {"pk": 1}, "update_or_create": {"pk": 1}, "update": {"pk": 1}}
    known = {
        "aggregate": [models.Count("pk")], "bulk_update": [[], ["pk"]], "contains": [rows.model(pk=1)],
        "earliest": ["pk"], "latest": ["pk"], "in_bulk": [[1]],
    }  # fmt: skip
    found = getattr(rows, name)(*known.get(plain, []), **given.get(plain, {}))
    if hasattr(found, "__aiter__"):
        return [entry async for entry in found]
    return await found


def test_every_table_of_an_organisation_has_the_wall():
    """A row with an organisation, or an organisation itself; only a person belongs to nobody."""
    open_tables = [
        f"{model._meta.label} has no wall: give it `objects = tenant_manager(...)`, or say here why it needs none."
        for model in WALLED
        if not hasattr(model.objects, "with_scopes_disabled")
    ]
    assert open_tables == []


def test_every_manager_of_such_a_table_is_walled():
    """Django asks the default and base managers too: related rows, forms, the admin."""
    wrong = [
        f"{model._meta.label}.{manager.name}"
        for model in WALLED
        for manager in model._meta.managers
        if not hasattr(manager, "with_scopes_disabled")
    ]
    assert wrong == []


@pytest.mark.promise("O10")
@pytest.mark.parametrize("model", WALLED, ids=lambda model: model._meta.label)
def test_nothing_can_be_asked_outside_a_scope(model):
    assert answered(model) == []


def answered(model: Any, ways: Iterable[str] = ()) -> list[str]:
    """The ways of asking this table that do not raise ScopeError; all are tried where none is named."""
    found = []
    for way in ways or asking(model):
        try:
            ask(model.objects if hasattr(model.objects, way) else model.objects.get_queryset(), way)
        except ScopeError:
            continue
        except Exception as error:
            found.append(f"{way}: {type(error).__name__}: {error}")
        else:
            found.append(way)
    return found


def test_scope_shows_own_rows_alone():
    ours, _theirs = LineFactory(), LineFactory()
    with inside(ours.organisation):
        assert (list(Line.objects.all()), list(Organisation.objects.all())) == ([ours], [ours.organisation])


def test_scope_of_none_shows_nothing():
    LineFactory()
    with inside_all([]):
        assert (Line.objects.count(), Organisation.objects.exists()) == (0, False)


@pytest.mark.parametrize("nobody", [Organisation(slug="not-stored"), None], ids=["not stored", "None"])
def test_scope_of_an_organisation_without_a_key_is_refused(nobody):
    """A scope of no value would lift the wall."""
    OrganisationFactory()
    with pytest.raises((ScopeError, ValueError, AttributeError)), inside(nobody):
        Organisation.objects.count()


def test_scope_ends_with_its_block():
    with inside(OrganisationFactory()):
        pass
    with pytest.raises(ScopeError):
        Line.objects.count()
