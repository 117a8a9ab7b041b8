"""Three organisations, and somebody who administers the first."""

import pytest

from helplines.models import Role
from tests.isolation.knock import Visitor
from tests.isolation.world import House, build


@pytest.fixture
def houses(settings) -> dict[str, House]:
    settings.DEMO_SITE_ORIGIN = "http://testserver"
    return build()


@pytest.fixture
def administrator(houses: dict[str, House]) -> Visitor:
    return Visitor.as_(Role.ADMINISTRATOR, houses)
