"""The board of all desks: read once for everybody who looks at the same moment, and never older than the change one looks for."""

import asyncio
import threading
from functools import partial

import pytest

from chat import boards as boards_module
from chat.boards import FRESH_SECONDS, Boards

pytestmark = pytest.mark.asyncio


@pytest.fixture(autouse=True)
def no_database(monkeypatch):
    """The readings here ask no database; a way that tidies its connections would find one that an earlier test left open."""
    monkeypatch.setattr(boards_module, "for_pictures", lambda work: partial(asyncio.to_thread, work))


class Picture:
    def __init__(self, number):
        self.number, self.keys = number, {}


@pytest.fixture
def readings(monkeypatch):
    """Counts the readings; each waits until it may go on."""
    begun = []

    def read(_organisation, _known):
        go_on = threading.Event()
        begun.append(go_on)
        number = len(begun)
        assert go_on.wait(10)
        return Picture(number)

    monkeypatch.setattr(boards_module, "read", read)
    return begun


async def begin(readings, count):
    """Wait until so many readings are under way."""
    async with asyncio.timeout(30):
        while len(readings) < count:
            await asyncio.sleep(0.001)


async def test_who_looks_at_the_same_moment_shares_one_reading(readings, monkeypatch):
    # However slow the machine is, this is one moment.
    monkeypatch.setattr(boards_module, "monotonic", lambda: 1.0)
    boards = Boards()
    looks = [asyncio.ensure_future(boards.of(1)) for _desk in range(50)]
    await begin(readings, 1)
    readings[0].set()
    assert {board.number for board in await asyncio.gather(*looks)} == {1}
    assert (await boards.of(1)).number == 1
    assert len(readings) == 1


async def test_who_looks_for_a_change_gets_a_reading_that_began_after_it(readings):
    boards = Boards()
    before = asyncio.ensure_future(boards.of(1))
    await begin(readings, 1)
    boards.forget(1)
    after = [asyncio.ensure_future(boards.of(1)) for _desk in range(3)]
    await asyncio.sleep(0)
    readings[0].set()
    await begin(readings, 2)
    readings[1].set()
    assert (await before).number == 1
    assert {board.number for board in await asyncio.gather(*after)} == {2}


async def test_a_change_while_nobody_reads_makes_the_next_look_read(readings):
    boards = Boards()
    look = asyncio.ensure_future(boards.of(1))
    await begin(readings, 1)
    readings[0].set()
    await look
    boards.forget(1)
    again = asyncio.ensure_future(boards.of(1))
    await begin(readings, 2)
    readings[1].set()
    assert (await again).number == 2


async def test_a_board_is_fresh_by_when_its_reading_began(readings, monkeypatch):
    now = [100.0]
    monkeypatch.setattr(boards_module, "monotonic", lambda: now[0])
    boards = Boards()
    look = asyncio.ensure_future(boards.of(1))
    await begin(readings, 1)
    now[0] += FRESH_SECONDS + 0.01
    readings[0].set()
    await look
    again = asyncio.ensure_future(boards.of(1))
    await begin(readings, 2)
    readings[1].set()
    assert (await again).number == 2


async def test_organisations_do_not_wait_for_one_another(readings):
    boards = Boards()
    one, other = asyncio.ensure_future(boards.of(1)), asyncio.ensure_future(boards.of(2))
    await begin(readings, 1)
    for _ in range(2):
        for reading in list(readings):
            reading.set()
        await asyncio.sleep(0.01)
    for reading in list(readings):
        reading.set()
    assert {(await one).number, (await other).number} == {1, 2}


async def test_a_reading_that_fails_is_tried_by_the_next_look(monkeypatch):
    tries = []

    def read(_organisation, _known):
        tries.append(1)
        if len(tries) == 1:
            raise ConnectionError("gone")
        return Picture(2)

    monkeypatch.setattr(boards_module, "read", read)
    boards = Boards()
    with pytest.raises(ConnectionError):
        await boards.of(1)
    assert (await boards.of(1)).number == 2
