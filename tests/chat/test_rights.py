"""The right of a desk: read once for all that say something in the same second, and never older than that second."""

import asyncio
from dataclasses import dataclass, field
from types import SimpleNamespace

import pytest

from chat import access
from chat import rights as rights_module
from chat.rights import AHEAD_SECONDS, FRESH_SECONDS, Readings, Right

pytestmark = pytest.mark.asyncio


@dataclass(eq=False)
class Desk:
    pk: int
    open_talks: list[int] = field(default_factory=list)
    organisation: int = 1

    @property
    def membership(self):
        return SimpleNamespace(pk=self.pk, organisation_id=self.organisation)

    def talks(self):
        return self.open_talks


@dataclass
class Database:
    """Who works here, what was asked of it, and how slow it is."""

    at_work: set[int] = field(default_factory=lambda: {1, 2, 3})
    asked: list[dict[int, list[int]]] = field(default_factory=list)
    may_answer: asyncio.Event = field(default_factory=asyncio.Event)

    async def read(self, _organisation, talks):
        self.asked.append({pk: sorted(talks[pk]) for pk in sorted(talks)})
        found = {
            pk: Right(SimpleNamespace(pk=pk), {talk: f"as asked {len(self.asked)}" for talk in some})
            for pk, some in talks.items()
            if pk in self.at_work
        }
        await self.may_answer.wait()
        return found

    async def at_work_now(self, _organisation, members):
        self.asked.append({pk: [] for pk in members})
        return {pk: SimpleNamespace(pk=pk) for pk in members & self.at_work}

    def way(self, work):
        return self.at_work_now if work is access.at_work_now else self.read


@pytest.fixture
def now(monkeypatch):
    clock = SimpleNamespace(seconds=100.0)
    monkeypatch.setattr(rights_module, "monotonic", lambda: clock.seconds)
    return clock


@pytest.fixture
def database(monkeypatch, now):
    made = Database()
    made.may_answer.set()
    monkeypatch.setattr(rights_module, "for_rights", made.way)
    return made


def house(*desks):
    readings = Readings()
    for desk in desks:
        readings.enter(desk)
    return readings


async def lets_in(readings, desk):
    _at, right = await readings.lately(desk)
    return right is not None


async def test_desks_that_say_something_in_one_second_cost_one_reading(database, now):
    desks = [Desk(1, [10, 11]), Desk(2, [20]), Desk(1, [12])]
    readings = house(*desks)
    found = await asyncio.gather(*(readings.lately(desk) for desk in desks * 10))
    assert database.asked == [{1: [10, 11, 12], 2: [20]}]
    assert {at for at, _right in found} == {100.0}
    now.seconds += AHEAD_SECONDS / 2
    assert await lets_in(readings, desks[0])
    assert len(database.asked) == 1


async def test_right_that_ended_is_over_within_the_second(database, now):
    desk = Desk(1)
    readings = house(desk)
    assert await lets_in(readings, desk)
    database.at_work.clear()
    now.seconds += FRESH_SECONDS + 0.01
    assert not await lets_in(readings, desk)


async def test_right_that_grows_old_is_read_before_anybody_waits(database, now):
    desk = Desk(1)
    readings = house(desk)
    await readings.lately(desk)
    database.may_answer.clear()
    now.seconds += AHEAD_SECONDS + 0.01
    assert await readings.lately(desk) == (100.0, Right(SimpleNamespace(pk=1), {}))
    await asyncio.sleep(0)
    assert len(database.asked) == 2
    database.may_answer.set()
    await asyncio.sleep(0)
    now.seconds += FRESH_SECONDS - AHEAD_SECONDS
    assert (await readings.lately(desk))[0] == 100.0 + AHEAD_SECONDS + 0.01


async def test_desk_that_comes_while_others_are_read_is_read_too(database):
    first, second = Desk(1), Desk(2)
    readings = house(first)
    database.may_answer.clear()
    looking = asyncio.ensure_future(readings.lately(first))
    while not database.asked:
        await asyncio.sleep(0)
    readings.enter(second)
    too = asyncio.ensure_future(lets_in(readings, second))
    await asyncio.sleep(0)
    database.may_answer.set()
    await looking
    assert await too
    assert database.asked == [{1: []}, {1: [], 2: []}]


async def test_reading_that_took_longer_than_a_second_is_made_again(database, now):
    desk = Desk(1)
    readings = house(desk)
    database.may_answer.clear()
    looking = asyncio.ensure_future(lets_in(readings, desk))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    database.at_work.clear()
    now.seconds += FRESH_SECONDS + 0.01
    database.may_answer.set()
    assert not await looking
    assert len(database.asked) == 2


async def test_reading_that_fails_is_told_and_tried_by_the_next(database, monkeypatch):
    desk = Desk(1)
    readings = house(desk)

    async def fails(*_arguments):
        raise ConnectionError("gone")

    with monkeypatch.context() as patch:
        patch.setattr(rights_module, "for_rights", lambda _read: fails)
        with pytest.raises(ConnectionError):
            await readings.lately(desk)
    assert await lets_in(readings, desk)


async def test_right_of_this_moment_is_never_one_of_before(database):
    desk = Desk(1, [10])
    readings = house(desk)
    await readings.lately(desk)
    assert (await readings.now(desk)).pk == 1
    database.at_work.clear()
    assert await readings.now(desk) is None
    assert database.asked[1:] == [{1: []}, {1: []}]


async def test_organisation_whose_desks_all_left_is_forgotten(database):
    desk = Desk(1)
    readings = house(desk)
    await readings.lately(desk)
    readings.leave(desk)
    assert (dict(readings.desks), readings.looks) == ({}, {})
