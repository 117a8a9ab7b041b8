"""Between processes: a number that is missing, and a beat that is missing, make a process ask the database."""

import asyncio

import pytest
import pytest_asyncio

from chat import bus as bus_module
from chat.bus import BEAT, EVERY, FORGOTTEN, LOST, Bus, Told
from chat.hub import desks

pytestmark = pytest.mark.asyncio
TOLD = Told(desks(1), {"kind": "one"})


class Layer:
    """A channel layer in memory that can break or hang."""

    def __init__(self):
        self.sent, self.ears, self.fault = [], [], None

    async def new_channel(self):
        self.ears.append(asyncio.Queue())
        return len(self.ears) - 1

    async def group_add(self, _group, _channel):
        return None

    async def receive(self, channel):
        return await self.ears[channel].get()

    async def group_send(self, _group, message):
        if self.fault == "hangs":
            await asyncio.Event().wait()
        if self.fault:
            raise self.fault
        self.sent.append(message)
        for ear in self.ears:
            ear.put_nowait(message)


@pytest.fixture
def layer(monkeypatch):
    made = Layer()
    monkeypatch.setattr(bus_module, "get_channel_layer", lambda: made)
    return made


class Node:
    """A process that counts how often it asked the database."""

    def __init__(self, name):
        self.heard, self.asked = [], asyncio.Event()
        self.bus = Bus(name, self.heard.extend, self.ask)

    async def ask(self):
        self.asked.set()


@pytest_asyncio.fixture
async def nodes(layer, monkeypatch):
    monkeypatch.setattr(bus_module, "BEAT", 3600)
    made = [Node("one"), Node("two")]
    for node in made:
        node.bus.start()
    await until(lambda: len(layer.ears) == 2 and all(set(node.bus.peers) for node in made))
    for node in made:
        node.asked.clear()
    yield made
    for node in made:
        await node.bus.stop()


async def until(holds):
    """Let the loop go round until this holds."""
    for _turn in range(10_000):
        if holds():
            return
        await asyncio.sleep(0)
    raise AssertionError("It never came.")


async def test_the_other_process_hears_and_we_do_not_hear_ourselves(nodes):
    one, two = nodes
    one.bus.publish([TOLD])
    await until(lambda: two.heard)
    assert (two.heard, one.heard) == ([TOLD], [])
    assert not two.asked.is_set()


async def test_a_missing_number_makes_it_ask(nodes, layer):
    one, two = nodes
    layer.fault = ConnectionError("gone")
    one.bus.publish([TOLD])
    await until(lambda: one.bus.counts.failed)
    layer.fault = None
    one.bus.publish([TOLD])
    await asyncio.wait_for(two.asked.wait(), 5)
    assert two.bus.counts.missed == 1


async def test_a_publish_that_hangs_does_not_hold_up_the_next(nodes, layer, monkeypatch):
    monkeypatch.setattr(bus_module, "PATIENCE", 0.01)
    one, two = nodes
    layer.fault = "hangs"
    one.bus.publish([TOLD])
    await asyncio.wait_for(poll(lambda: one.bus.counts.failed == 1), 5)
    layer.fault = None
    one.bus.publish([TOLD])
    await until(lambda: two.heard)


async def poll(holds):
    while not holds():
        await asyncio.sleep(0.005)


async def test_a_redis_that_is_lost_is_noticed_within_two_seconds():
    # Nothing heard for LOST; it looks every BEAT; and asks at once, which the next test shows.
    assert LOST + BEAT <= 2.0


async def test_no_beat_of_its_own_makes_it_ask_again_and_again(nodes):
    bus = nodes[0].bus
    now = bus.own_heard
    bus.peers.clear()
    bus.asked = now
    bus.look(now + LOST - 0.1)
    assert not bus.behind.is_set()
    bus.look(now + LOST + 0.1)
    assert bus.behind.is_set()


async def test_no_beat_of_another_makes_it_ask_until_it_is_forgotten(nodes):
    bus = nodes[0].bus
    heard = bus.peers["two"].heard
    bus.own_heard = bus.asked = heard + LOST
    bus.look(heard + LOST + LOST)
    assert bus.behind.is_set()
    bus.look(heard + FORGOTTEN + 1)
    assert bus.peers == {}


async def test_now_and_then_it_asks_without_need(nodes):
    bus = nodes[0].bus
    bus.peers.clear()
    bus.own_heard = bus.asked + EVERY
    bus.look(bus.asked + EVERY - 0.1)
    assert not bus.behind.is_set()
    bus.look(bus.asked + EVERY)
    assert bus.behind.is_set()


async def test_who_says_goodbye_is_not_missed(nodes):
    one, two = nodes
    await one.bus.say_goodbye()
    await until(lambda: "one" not in two.bus.peers)
    two.bus.own_heard = two.bus.asked = two.bus.own_heard + LOST
    two.bus.look(two.bus.own_heard + 0.1)
    assert not two.bus.behind.is_set()


async def test_what_waits_while_redis_is_away_is_bounded():
    bus = Node("lone").bus
    bus.waiting.extend([TOLD] * (bus_module.MOST_WAITING + 10))
    assert len(bus.waiting) == bus_module.MOST_WAITING


async def test_a_forged_batch_changes_nothing(nodes, layer):
    one, two = nodes
    await layer.group_send("nodes", {"type": "node.told", "node": "forged", "sealed": b"\x01" + b"x" * 300})
    await until(lambda: one.bus.counts.dropped == 1)
    assert (two.heard, set(two.bus.peers)) == ([], {"one"})


async def test_a_catch_up_that_fails_is_tried_again(layer, monkeypatch):
    monkeypatch.setattr(bus_module, "BEAT", 0.001)
    tries = []

    async def ask():
        tries.append(1)
        if len(tries) < 3:
            raise ConnectionError("the database is away")

    bus = Bus("one", lambda _told: None, ask)
    bus.start()
    bus.behind.set()
    await asyncio.wait_for(poll(lambda: len(tries) >= 3), 5)
    await bus.stop()


@pytest.mark.parametrize("lost", [1, 3])
async def test_a_line_ends_also_when_the_library_below_loses_what_it_was_told(layer, lost):
    """`asyncio.wait_for` did, now and then, and a node that was told to stop hung."""
    under_way, times = asyncio.Event(), []

    async def group_send(_group, _message):
        under_way.set()
        while len(times) < lost:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                times.append(1)

    layer.group_send = group_send
    bus = Bus("a", [].extend, asyncio.Event().wait)
    bus.start()
    bus.publish([TOLD])
    await under_way.wait()
    async with asyncio.timeout(10):
        await bus.stop()
    assert len(times) >= lost
    assert not bus.running
