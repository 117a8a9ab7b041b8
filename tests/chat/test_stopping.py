"""A process that is told to stop: everybody goes to another node, nothing that was taken on is lost (security goal I2)."""

import asyncio
import threading
from uuid import uuid4

import pytest

from chat import stopping
from chat import writer as writer_module
from chat.doors import RESTART, Doors, doors
from tests.chat.sockets import staffed, stored, talk, visitor

pytestmark = pytest.mark.asyncio


class Guest:
    def __init__(self, kind):
        self.kind, self.closed = kind, []

    async def finish(self, code):
        self.closed.append(code)


async def test_everybody_inside_is_counted_and_sent_on():
    house, guests = Doors(), [Guest("visitor"), Guest("visitor"), Guest("desk")]
    for guest in guests:
        assert house.enter(guest)
    assert house.count() == {"visitor": 2, "desk": 1}
    assert await house.let_go(within=0.01) == 3
    assert [guest.closed for guest in guests] == [[RESTART]] * 3


async def test_nobody_comes_in_once_it_closes():
    house = Doors()
    await house.let_go(within=0)
    assert not house.enter(Guest("visitor"))
    assert house.count() == {}


async def test_sockets_are_let_go_over_a_while_and_not_at_once():
    house, guests = Doors(), [Guest("visitor") for _ in range(20)]
    for guest in guests:
        house.enter(guest)
    going = asyncio.ensure_future(house.let_go(within=0.2))
    await asyncio.sleep(0.1)
    gone = sum(bool(guest.closed) for guest in guests)
    await going
    assert 0 < gone < 20


@pytest.fixture
def open_again():
    yield
    doors.closing = False
    doors.guests.clear()


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("live", "open_again")
async def test_a_talk_goes_on_after_its_process_stopped():
    async with talk() as (line, client, counsellor, started):
        key = str(uuid4())
        await client.say("say", id=key, text="just before")
        await client.hear("stored", id=key)
        leaving = asyncio.ensure_future(stopping.leave(within=0))
        assert (await client.closed(), await counsellor.closed()) == (RESTART, RESTART)
        await client.disconnect(RESTART)
        await counsellor.disconnect(RESTART)
        await leaving
        async with visitor(line) as late:
            assert await late.closed() == RESTART
        doors.closing = False
        async with visitor(line) as again:
            await again.say("resume", code=started["code"], secret=started["secret"], since=2)
            assert (await again.hear("resumed"))["state"] == "active"
    assert (await stored(started["code"]))[1][-1] == (2, "visitor", "just before")


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("live", "open_again")
async def test_what_was_taken_on_is_stored_before_a_process_leaves(monkeypatch):
    """Its sockets are closed already; who wrote finds it stored on the next node, and need not send it again."""
    store, begun = writer_module.store, threading.Event()

    def slowly(batch):
        begun.set()
        # The sockets are closed within this time.
        threading.Event().wait(0.5)
        return store(batch)

    async with talk() as (_line, client, counsellor, started):
        monkeypatch.setattr(writer_module, "store", slowly)
        await client.say("say", id=str(uuid4()), text="the last words")
        await asyncio.to_thread(begun.wait, 30)
        monkeypatch.setattr(stopping, "GOODBYES", 0.0)
        await stopping.leave(within=0)
        assert (await stored(started["code"]))[1][-1] == (2, "visitor", "the last words")
        await client.disconnect(RESTART)
        await counsellor.disconnect(RESTART)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("live", "open_again")
async def test_leaving_ends_also_when_somebody_does_not_go(monkeypatch):
    monkeypatch.setattr(stopping, "GOODBYES", 0.05)
    line, _member = await staffed()
    async with visitor(line):
        await asyncio.wait_for(stopping.leave(within=0), 5)
    assert doors.closing
