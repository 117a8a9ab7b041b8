"""Which organisation we work for right now; an unscoped query raises (O10).

Scope values are always primary keys, so that the same dimension works on a foreign key and on the bare number that
stands in the keys database.
"""

from collections.abc import Iterable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

from django.db import models
from django_scopes import ScopedManager, scope, scopes_disabled

if TYPE_CHECKING:
    from helplines.models import Organisation


def inside(organisation: "Organisation | int") -> AbstractContextManager[None]:
    """Work for one organisation: queries see its rows only."""
    return inside_all([organisation])


def inside_all(organisations: "Iterable[Organisation | int]") -> AbstractContextManager[None]:
    """Work for several organisations at once, as one person with a role in each does; for none, nothing is seen."""
    keys = [entry if isinstance(entry, int) else entry.pk for entry in organisations]
    context: AbstractContextManager[None] = scope(organisation=keys[0] if len(keys) == 1 else keys)
    return context


def across_organisations() -> AbstractContextManager[None]:
    """Lift the wall, for the few look-ups that find out whose wall to stand behind. Say why at each use."""
    context: AbstractContextManager[None] = scopes_disabled()
    return context


def tenant_manager(queryset: type[models.QuerySet[Any]], organisation: str = "organisation_id") -> Any:
    """A manager that raises outside a scope and filters inside one; `organisation` is the column it filters on."""
    return ScopedManager(models.Manager.from_queryset(queryset), organisation=organisation)
