"""Who is gone is noticed in time, and whose right ended is closed in time: also where the rounds themselves are slow (I7, D6)."""

import asyncio
import random
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from chat import keeper as keeper_module
from chat import signs as signs_module
from chat.consumers.desk import DeskConsumer
from chat.keeper import EVERY, KNOCKS_EVERY, NOT_ALLOWED, Keeper, Watch, Whereabouts, keeper
from chat.models import STALE
from chat.signs import EXCUSED, QUIET, Signs
from tests.chat.sockets import PATIENCE, talk
from tests.chat.test_lanes import Clog


# One desk
def test_a_desk_is_asked_when_it_is_quiet_and_once_only():
    signs = Signs(heard_at=100.0)
    assert [signs.is_quiet(100 + seconds) for seconds in (0, QUIET - 0.1, QUIET)] == [False, False, True]
    signs.ask(102.0)
    assert not signs.is_quiet(110.0)
    assert (signs.silent_for(102.5), signs.silent_for(110.0)) == (0.5, 8.0)
    signs.ask(110.0)
    assert signs.silent_for(110.0) == 8.0
    signs.hear(111.0)
    assert (signs.silent_for(112.0), signs.is_quiet(112.9), signs.is_quiet(113.0)) == (0.0, False, True)


def test_while_something_is_done_for_a_desk_it_is_not_silent_but_not_for_ever(monkeypatch):
    clock = SimpleNamespace(now=100.0)
    monkeypatch.setattr(signs_module, "time", SimpleNamespace(monotonic=lambda: clock.now))
    signs = Signs(heard_at=90.0)
    signs.ask(95.0)
    with signs.acting():
        assert signs.silent_for(100 + EXCUSED - 0.1) == 0.0
        assert signs.silent_for(100 + EXCUSED) == 5 + EXCUSED
        clock.now = 125.0
    # From then on its answer would have been heard.
    assert (signs.silent_for(125.2), signs.silent_for(128.0)) == (pytest.approx(0.2), 3.0)


@pytest.mark.asyncio
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("live")
@pytest.mark.promise("A10")
async def test_an_action_that_hangs_hides_no_answer(monkeypatch):
    """Frames of one desk are done one after the other: the answer to a knock waits behind what hangs."""
    async with talk() as (_line, _client, counsellor, started):
        [kept] = keeper.desks
        hangs = Clog(DeskConsumer.history)
        monkeypatch.setattr(DeskConsumer, "history", lambda *given: hangs(*given))  # noqa: PLW0108  a method
        await counsellor.say("open", talk=started["code"], since=0)
        await hangs.stands()
        await kept.knock()
        await counsellor.hear("knock")
        await counsellor.say("here")
        kept.signs.asked_at -= 25
        assert kept.whereabouts().silent == 0.0
        hangs.go_on.set()
        await counsellor.hear("history")
        async with asyncio.timeout(PATIENCE):
            while kept.signs.asked_at is not None:
                await asyncio.sleep(0.001)


# The watch
def test_a_watch_begins_again_after_a_standstill():
    watch = Watch(since=0.0, last=100.0)
    watch.wrote(104.0)
    assert watch.is_long_enough(104.0)
    watch.wrote(104.0 + Watch.PAUSE + 1)
    assert not watch.is_long_enough(118.0)
    for moment in range(120, 138, 4):
        watch.wrote(float(moment))
    assert [watch.is_long_enough(float(moment)) for moment in (120, 128, 134, 135)] == [False, False, False, True]


def test_nothing_is_trusted_that_was_written_before_a_standstill():
    """The process stood still, and what looks after goes on before what writes."""
    watch = Watch(since=0.0, last=100.0)
    assert watch.is_long_enough(101.0)
    assert not watch.is_long_enough(100.0 + Watch.PAUSE + 1)


def test_signs_that_come_slowly_are_no_standstill():
    watch = Watch(since=0.0, last=100.0)
    for moment in (109.0, 118.2, 127.6):
        watch.wrote(moment)
        assert watch.is_long_enough(moment)


# One round
class Kept:
    """A desk that only notes what is done with it."""

    def __init__(self, number):
        self.place, self.count, self.closed = Whereabouts(1, membership_id=number), 0, None

    def whereabouts(self):
        return self.place

    def is_quiet(self):
        return True

    async def knock(self):
        self.count += 1

    async def finish(self, code):
        self.closed = code


class Broken(Kept):
    """Whatever is done with it fails."""

    async def knock(self):
        raise RuntimeError("a line that broke in the middle")

    async def finish(self, code):
        raise RuntimeError("a line that broke in the middle")


def at_once(work):
    """A way to the database that goes nowhere."""

    async def way(*given):
        return work(*given)

    return way


def of(desks):
    return Keeper(sockets=set(desks), desks=set(desks))


@pytest.fixture
def no_database(monkeypatch):
    """Everybody may, and nothing follows."""
    for name in ("for_signs", "for_the_keeper"):
        monkeypatch.setattr(keeper_module, name, at_once)
    monkeypatch.setattr(keeper_module, "allowed_of", lambda _organisation, places: places)
    for name in ("note", "look_after"):
        monkeypatch.setattr(keeper_module, name, lambda *_given: None)


@pytest.mark.asyncio
async def test_one_socket_that_fails_keeps_no_other_from_being_knocked_at_or_closed(monkeypatch, no_database):
    monkeypatch.setattr(
        keeper_module, "allowed_of", lambda _organisation, places: [p for p in places if p.membership_id < 3]
    )
    looked_after = []
    monkeypatch.setattr(keeper_module, "look_after", lambda *given: looked_after.append(given))
    desks = [Broken(1), Kept(2), Broken(3), Kept(4)]
    await of(desks).round()
    assert (desks[1].count, desks[3].closed, len(looked_after)) == (1, NOT_ALLOWED, 1)


@pytest.mark.asyncio
@pytest.mark.parametrize("late", [1, 5], ids=["", "on a busy process"])
@pytest.mark.parametrize("count", [1, 50, 1000])
async def test_knocks_come_apart_and_before_the_next_look(monkeypatch, no_database, count, late):
    """Fifty answers in one moment hold up the messages of that moment."""
    pauses, clock = [], SimpleNamespace(now=0.0)

    async def pause(seconds):
        pauses.append(seconds)
        clock.now += seconds * late

    monkeypatch.setattr(keeper_module.asyncio, "sleep", pause)
    monkeypatch.setattr(keeper_module, "time", SimpleNamespace(monotonic=lambda: clock.now))
    desks = [Kept(number) for number in range(1, count + 1)]
    await of(desks).knock()
    assert [desk.count for desk in desks] == [1] * count
    assert clock.now <= KNOCKS_EVERY + late * 0.02
    assert late > 1 or len(pauses) == count - 1
    assert all(0 < seconds <= 0.0200001 for seconds in pauses)


# Whole days of it, on a clock that runs as fast as it can
class Swift(asyncio.SelectorEventLoop):
    """Where nothing is to be done before the next moment that somebody waits for, it is that moment already."""

    now = 1000.0

    def time(self):
        return self.now

    def _run_once(self):
        if not self._ready and self._scheduled:
            self.now = max(self.now, self._scheduled[0].when())
        super()._run_once()


@dataclass
class Slow:
    """What the rounds ask the database takes so many seconds each."""

    signs: float = 0.01
    rights: float = 0.01
    after: float = 0.01


@dataclass
class World:
    """Desks with their signs, what the database knows of them, and when each was found dead or closed."""

    loop: Swift
    slow: Slow
    seen: dict[int, float] = field(default_factory=dict)
    barred: set[int] = field(default_factory=set)
    found: dict[int, float] = field(default_factory=dict)
    closed: dict[int, float] = field(default_factory=dict)

    async def allowed_of(self, _organisation, places):
        allowed = [place for place in places if place.membership_id not in self.barred]
        await asyncio.sleep(self.slow.rights)
        return allowed

    async def note(self, _organisation, places, now):
        here = [place.membership_id for place in places if place.silent < keeper_module.ANSWERS_WITHIN]
        await asyncio.sleep(self.slow.signs)
        self.seen |= dict.fromkeys(here, now.timestamp())

    async def look_after(self, _organisation, trusted):
        limit = self.loop.time() - STALE.total_seconds()
        gone = (
            [number for number, at in self.seen.items() if at <= limit and number not in self.found] if trusted else []
        )
        await asyncio.sleep(self.slow.after)
        self.found |= dict.fromkeys(gone, self.loop.time())


class Living:
    """A desk that answers each knock after a moment, until it dies."""

    def __init__(self, world, number, answers=0.05):
        self.world, self.number, self.answers = world, number, answers
        self.signs = Signs(world.loop.time())
        self.died = None
        world.seen[number] = world.loop.time()

    def whereabouts(self):
        if self.number in self.world.closed:
            return None
        return Whereabouts(1, membership_id=self.number, silent=self.signs.silent_for(self.world.loop.time()))

    def is_quiet(self):
        return self.signs.is_quiet(self.world.loop.time())

    async def knock(self):
        self.signs.ask(self.world.loop.time())
        self.world.loop.call_later(self.answers, self.say)

    def say(self):
        if self.died is None:
            self.signs.hear(self.world.loop.time())

    def die(self):
        self.died = self.world.loop.time()

    async def finish(self, _code):
        self.world.closed[self.number] = self.world.loop.time()


@pytest.fixture
def world(monkeypatch):
    loop = Swift()
    made = World(loop, Slow())
    monkeypatch.setattr(keeper_module, "time", SimpleNamespace(monotonic=loop.time))
    monkeypatch.setattr(
        keeper_module, "timezone", SimpleNamespace(now=lambda: datetime.fromtimestamp(loop.time(), UTC))
    )
    for name in ("for_signs", "for_the_keeper"):
        monkeypatch.setattr(keeper_module, name, lambda work: work)
    for name in ("allowed_of", "note", "look_after"):
        monkeypatch.setattr(keeper_module, name, getattr(made, name))
    yield made
    loop.close()


def live_through(world, desks, seconds, what_happens=None):
    """Let the keeper run for so many seconds with these desks; `what_happens` is (after how many seconds, what) each."""

    async def days():
        kept = Keeper(watch=Watch(world.loop.time(), world.loop.time()))
        for desk in desks:
            kept.add_desk(desk)
        kept.watch = Watch(world.loop.time(), world.loop.time())
        for moment, what in what_happens or ():
            world.loop.call_later(moment, what)
        await asyncio.sleep(seconds)
        await kept.stop()

    world.loop.run_until_complete(days())


SLOWNESS = [
    Slow(),
    Slow(after=2.7),
    Slow(signs=3.9, after=2.0),
    Slow(signs=8.0, after=1.0),
    Slow(signs=0.5, rights=1.8, after=2.5),
]


@pytest.mark.promise("A10")
@pytest.mark.parametrize("slow", SLOWNESS, ids=str)
def test_a_death_is_noticed_within_thirty_seconds_also_where_rounds_are_slow(world, slow):
    world.slow = slow
    chance = random.Random(7)
    desks = [Living(world, number) for number in range(1, 201)]
    deaths = [(chance.uniform(40, 300), desk.die) for desk in desks[::2]]
    live_through(world, desks, 400, deaths)
    late = {desk.number: world.found[desk.number] - desk.died for desk in desks[::2]}
    assert max(late.values()) <= 30
    # Nor is anybody found who lives.
    assert set(world.found) == set(late)


@pytest.mark.parametrize("signs", [8.0, 9.0, 9.3, 9.5, 10.0, 14.0, 60.0])
def test_who_lives_is_never_taken_for_gone_however_slow_the_signs_are_written(world, signs):
    world.slow = Slow(signs=signs)
    live_through(world, [Living(world, number) for number in range(1, 51)], 600)
    assert world.found == {}


def test_who_died_is_found_in_the_end_where_signs_are_written_every_nine_seconds(world):
    """Not in time any more; that nobody is ever found would be worse."""
    world.slow = Slow(signs=9.0, after=9.0)
    dead = Living(world, 1)
    live_through(world, [dead, Living(world, 2)], 200, [(50, dead.die)])
    assert world.found.keys() == {1}
    assert world.found[1] - dead.died < 50


def test_desks_that_answer_after_most_of_a_second_live(world):
    live_through(world, [Living(world, number, answers=0.9) for number in range(1, 101)], 600)
    assert world.found == {}


def test_who_talks_all_the_time_is_not_knocked_at(world):
    busy, quiet = Living(world, 1), Living(world, 2)
    knocks = []
    for desk in (busy, quiet):
        desk.knock = lambda desk=desk, knock=desk.knock: knocks.append(desk.number) or knock()
    live_through(world, [busy, quiet], 100, [(moment, busy.say) for moment in range(100)])
    assert 1 not in knocks
    assert 30 <= knocks.count(2) <= 50


@pytest.mark.parametrize("slow", SLOWNESS, ids=str)
def test_a_right_that_ended_closes_the_desk_within_five_seconds_also_where_rounds_are_slow(world, slow):
    """D6: however long signs of life and what follows from them take."""
    world.slow = slow
    chance = random.Random(11)
    desks = [Living(world, number) for number in range(1, 101)]
    ends = {desk.number: chance.uniform(10, 90) for desk in desks[::2]}
    began = world.loop.time()
    live_through(
        world, desks, 100, [(moment, lambda number=number: world.barred.add(number)) for number, moment in ends.items()]
    )
    assert world.closed.keys() == ends.keys()
    assert max(world.closed[number] - began - moment for number, moment in ends.items()) <= 5


def test_a_round_that_fails_ends_nothing(world, monkeypatch):
    turns = []

    async def fails(*_given):
        turns.append(world.loop.time())
        raise RuntimeError("the database is away")

    for name in ("allowed_of", "note", "look_after"):
        monkeypatch.setattr(keeper_module, name, fails)
    live_through(world, [Living(world, 1)], 41)
    assert len(turns) == 10 + 13 + 13


@pytest.mark.asyncio
async def test_a_desk_that_was_closed_stands_for_nobody():
    desk = DeskConsumer()
    desk.finished = True
    assert (desk.whereabouts(), desk.is_quiet()) == (None, False)
    assert time.monotonic() - desk.signs.heard_at < EVERY
