"""Delivery: inside a process at once, between processes sealed, and one broken socket harms no other."""

import asyncio
import json

import pytest
import pytest_asyncio
from asgiref.sync import sync_to_async
from channels.layers import get_channel_layer
from django.conf import settings
from django.test import override_settings

from chat.bus import GROUP, Told
from chat.hub import Hub, desks, member, visitor

pytestmark = pytest.mark.asyncio
needs_redis = pytest.mark.skipif(not settings.REDIS_URL, reason="tells between processes need Redis (REDIS_URL)")


class Ear:
    """A socket that remembers what it heard, and says when that was enough."""

    def __init__(self, socket, broken=False):
        self.socket, self.broken, self.heard, self.news = socket, broken, [], asyncio.Event()

    async def hear(self, frame, text):
        if self.broken:
            raise ConnectionError("gone")
        assert json.loads(text) == frame
        self.heard.append(frame)
        self.news.set()

    async def next(self):
        await asyncio.wait_for(self.news.wait(), 30)
        return self.heard


@pytest_asyncio.fixture
async def nodes():
    made = [Hub(), Hub()]
    yield made
    for node in made:
        await node.stop()


async def test_only_the_topic_hears_and_the_skipped_socket_does_not(nodes):
    hub = nodes[0]
    one, other, sender, foreign = Ear("one"), Ear("other"), Ear("sender"), Ear("foreign")
    for ear, topic in (
        (one, visitor(1, "a")),
        (other, member(1, 7)),
        (sender, visitor(1, "a")),
        (foreign, visitor(2, "a")),
    ):
        hub.join(topic, ear)
    hub.tell([Told(visitor(1, "a"), {"kind": "said"}, "sender"), Told(member(1, 7), {"kind": "peer"})])
    await other.next()
    assert (one.heard, other.heard, sender.heard, foreign.heard) == ([{"kind": "said"}], [{"kind": "peer"}], [], [])


async def test_a_broken_socket_does_not_silence_the_others(nodes):
    hub = nodes[0]
    good = Ear("good")
    hub.join(desks(1), Ear("broken", broken=True))
    hub.join(desks(1), good)
    hub.tell([Told(desks(1), {"kind": "one"}), Told(desks(1), {"kind": "two"})])
    await asyncio.wait_for(good.news.wait(), 30)
    await asyncio.sleep(0)
    assert good.heard == [{"kind": "one"}, {"kind": "two"}]


async def test_who_left_hears_nothing_and_the_room_is_gone(nodes):
    hub, ear = nodes[0], Ear("ear")
    hub.join(desks(1), ear)
    hub.leave(desks(1), ear)
    hub.leave(desks(1), ear)
    hub.tell([Told(desks(1), {"kind": "late"})])
    await asyncio.sleep(0)
    assert (ear.heard, dict(hub.rooms)) == ([], {})


async def test_one_process_publishes_nothing(nodes):
    hub, ear = nodes[0], Ear("ear")
    with override_settings(REDIS_URL=""):
        hub.join(desks(1), ear)
        hub.tell([Told(desks(1), {"kind": "said"})])
        await ear.next()
    assert hub.bus is None


@needs_redis
async def test_another_process_hears_once_and_ours_not_twice(nodes):
    here, there = nodes
    near, far = Ear("near"), Ear("far")
    here.join(desks(1), near)
    there.join(desks(1), far)
    await subscribed(here, there)
    here.tell([Told(desks(1), {"kind": "said", "text": "hello"}), Told(desks(2), {"kind": "elsewhere"})])
    assert await far.next() == [{"kind": "said", "text": "hello"}]
    there.tell([Told(desks(1), {"kind": "back"})])
    while len(near.heard) < 2:
        near.news.clear()
        await near.next()
    assert near.heard == [{"kind": "said", "text": "hello"}, {"kind": "back"}]


@needs_redis
@pytest.mark.promise("O06")
async def test_redis_sees_one_publish_a_batch_and_nothing_readable(nodes):
    layer = get_channel_layer()
    spy = await layer.new_channel()
    await layer.group_add(GROUP, spy)
    hub, ear = nodes[0], Ear("ear")
    hub.join(desks(1), ear)
    hub.tell(
        [Told(visitor(1, "code-of-the-talk"), {"kind": "said", "text": f"secret {number}"}) for number in range(50)]
    )
    message = await larger(layer, spy)
    raw = repr(message)
    assert set(message) == {"type", "node", "sealed"}
    assert not [word for word in ("secret", "said", "code-of-the-talk") if word in raw]
    hub.tell([Told(desks(1), {"kind": "end", "text": "secret " * 200})])
    await ear.next()
    assert (await larger(layer, spy))["sealed"] != message["sealed"]


async def larger(layer, spy):
    """The next message that is no mere beat."""
    while True:
        message = await asyncio.wait_for(layer.receive(spy), 30)
        if len(message["sealed"]) > 1000:
            return message


@needs_redis
async def test_a_forged_message_between_processes_is_dropped(nodes):
    here, there = nodes
    ear = Ear("ear")
    there.join(desks(1), ear)
    here.join(desks(9), Ear("other"))
    await subscribed(here, there)
    await get_channel_layer().group_send(GROUP, {"type": "node.told", "node": "forged", "sealed": b"\x01" + b"x" * 300})
    here.tell([Told(desks(1), {"kind": "real"})])
    assert await ear.next() == [{"kind": "real"}]


async def subscribed(*hubs):
    """Both processes listen when each has heard the other on a topic of its own."""
    ears = [Ear(f"probe {number}") for number in range(len(hubs))]
    for number, (node, ear) in enumerate(zip(hubs, ears, strict=True)):
        node.join(desks(1000 + number), ear)
    for number, ear in enumerate(ears):
        teller = hubs[number - 1]
        for _try in range(100):
            teller.tell([Told(desks(1000 + number), {"kind": "probe"})])
            try:
                await asyncio.wait_for(ear.news.wait(), 0.05)
                break
            except TimeoutError:
                continue
        assert ear.heard


async def test_a_node_that_leaves_tells_from_a_loop_of_its_own(monkeypatch):
    loops = []

    async def publish(_told):
        loops.append(asyncio.get_running_loop())

    monkeypatch.setattr("chat.hub.publish_alone", publish)
    with override_settings(REDIS_URL="redis://127.0.0.1:1/0"):
        # As a dropped socket does in its thread, when the hub of its process has stopped already.
        await sync_to_async(Hub().tell)([Told(desks(1), {"kind": "_changed"})])
    assert len(loops) == 1
    assert loops[0] is not asyncio.get_running_loop()
