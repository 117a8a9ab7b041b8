"""Which organisation we work for right now; an unscoped query raises (O10).

Scope values are always primary keys, so that the same dimension works on a foreign key and on the bare number that
stands in the keys database.
"""

from collections.abc import Iterable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

from django.db import models
from django_scopes import ScopedManager, get_scope, scope, scopes_disabled
from django_scopes.manager import DisabledQuerySet

if TYPE_CHECKING:
    from helplines.models import Organisation

# What may be done without a wall: it reads no row that is there already.
HARMLESS = {"create", "acreate", "bulk_create", "abulk_create", "none", "using", "resolve_expression", "as_manager"}


def inside(organisation: "Organisation | int") -> AbstractContextManager[None]:
    """Work for one organisation: queries see its rows only."""
    return inside_all([organisation])


def inside_all(organisations: "Iterable[Organisation | int]") -> AbstractContextManager[None]:
    """Work for several organisations at once, as one person with a role in each does; for none, nothing is seen.

    Raises ValueError for an organisation that is not stored yet: a scope without a key would lift the wall.
    """
    keys = [entry if isinstance(entry, int) else entry.pk for entry in organisations]
    if None in keys:
        raise ValueError("An organisation that is not stored yet has no wall to work behind.")
    context: AbstractContextManager[None] = scope(organisation=keys[0] if len(keys) == 1 else keys)
    return context


def across_organisations() -> AbstractContextManager[None]:
    """Lift the wall, for the few look-ups that find out whose wall to stand behind. Say why at each use."""
    context: AbstractContextManager[None] = scopes_disabled()
    return context


def tenant_manager(queryset: type[models.QuerySet[Any]], organisation: str = "organisation_id") -> Any:
    """A manager that raises outside a scope and filters inside one; `organisation` is the column it filters on."""
    walled: Any = type(ScopedManager(models.Manager.from_queryset(queryset), organisation=organisation))
    shut = shut_queryset(queryset)

    class TenantManager(walled):  # type: ignore[misc]
        def get_queryset(self) -> models.QuerySet[Any]:
            rows: models.QuerySet[Any] = super().get_queryset()
            if isinstance(rows, DisabledQuerySet):
                unasked: models.QuerySet[Any] = shut(self.model, using=self._db, missing_scopes=rows.missing_scopes)
                return unasked
            known = getattr(self, "_override_scope", None) or get_scope()
            if known.get("_enabled", True):
                # It may be read when the scope is over; the wall of the database asks who it was made for (`config.postgresql`).
                rows.query.organisations = known.get("organisation")  # type: ignore[attr-defined]
            return rows

    return TenantManager()


def shut_queryset(queryset: type[models.QuerySet[Any]]) -> type[Any]:
    """A query set that raises ScopeError whatever it is asked.

    That of django-scopes leaves a dozen ways open, `exists` and `exclude` among them, and knows no methods of ours.
    """
    public = {name for name in dir(queryset) if not name.startswith("_") and callable(getattr(queryset, name))}
    refusals = dict.fromkeys([*(public - HARMLESS), "__aiter__"], DisabledQuerySet.error)
    return type("ShutQuerySet", (DisabledQuerySet,), refusals)
