"""The live parts of a process, begun and ended with each test that uses them."""

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from chat.boards import boards
from chat.consumers.base import wrong_tries
from chat.hub import hub
from chat.keeper import keeper
from chat.marks import marks
from chat.places import places
from chat.polling import sessions
from chat.rights import rights
from chat.statuses import statuses
from chat.writer import writer


@pytest.fixture(autouse=True)
def nothing_remembered() -> Iterator[None]:
    statuses.forget()
    boards.known.clear()
    places.known.clear()
    rights.looks.clear()
    wrong_tries.buckets.clear()
    yield
    writer.stop()


@pytest_asyncio.fixture
async def live() -> AsyncIterator[None]:
    """Hub, keeper and writer of this process; they stop before the database is emptied."""
    yield
    await sessions.stop()
    await places.come_to_rest()
    await marks.stop()
    await keeper.stop()
    await hub.stop()
    writer.stop()
