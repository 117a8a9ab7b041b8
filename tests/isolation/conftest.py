"""Three organisations, somebody who administers the first, and the program without its filters."""

from collections.abc import Iterator
from typing import Any

import pytest

from helplines import worded
from helplines.admin import wall
from helplines.models import Role
from tests.isolation.knock import Visitor
from tests.isolation.world import House, build, our_models


@pytest.fixture
def houses(settings) -> dict[str, House]:
    settings.DEMO_SITE_ORIGIN = "http://testserver"
    return build()


@pytest.fixture
def administrator(houses: dict[str, House]) -> Visitor:
    return Visitor.as_(Role.ADMINISTRATOR, houses)


@pytest.fixture
def stripped(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every manager gives all rows, whatever the scope; the admin no longer asks whose a row is."""
    for model in our_models():
        for manager in model._meta.managers:
            if hasattr(manager, "with_scopes_disabled"):
                monkeypatch.setattr(type(manager), "get_queryset", everything)
    monkeypatch.setattr(wall, "own", lambda request, rows: rows)
    # What was put into words has the filters still; and what is put into words now has none.
    worded.forget()
    yield
    worded.forget()


def everything(manager: Any) -> Any:
    return manager._queryset_class(model=manager.model, using=manager._db, hints=manager._hints)
