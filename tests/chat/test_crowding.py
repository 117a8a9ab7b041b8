"""Too many sockets of one address or at one organisation, and too many beginnings: the others are let in (goals H2, H3)."""

import asyncio

import pytest

from chat.consumers import VisitorConsumer, base
from tests.chat.sockets import desk, in_database, socket, staffed, visitor
from tests.factories.chat import staffed_line

pytestmark = [
    pytest.mark.asyncio,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("live", "empty_rooms"),
]


@pytest.fixture
def empty_rooms():
    yield
    assert (base.addresses.inside, base.organisations.inside) == ({}, {}), "somebody stays counted who is gone"
    base.starts.buckets.clear()
    base.beginnings.buckets.clear()
    base.waiting.inside.clear()


def behind(line, address):
    """A visitor whom our proxy saw at this address."""
    headers = [(b"x-forwarded-for", address.encode())]
    return socket(f"/ws/{line.organisation.slug}/{line.slug}/visitor/", headers)


async def lets_in(client):
    await client.say("start", language="nl")
    return (await client.hear("started"))["state"] == "waiting"


async def test_one_address_has_so_many_sockets_and_the_next_one_waits(settings):
    settings.ADDRESS_SOCKETS, settings.TRUSTED_PROXIES = 2, 1
    line, _member = await staffed(queue=True)
    async with behind(line, "198.51.100.1") as first, behind(line, "198.51.100.1") as second:
        async with behind(line, "198.51.100.1") as third:
            assert await third.closed() == 4429
        async with behind(line, "203.0.113.7") as other:
            assert await lets_in(other)
        assert [await lets_in(client) for client in (first, second)] == [True, True]
    async with behind(line, "198.51.100.1") as again:
        assert await lets_in(again)


async def test_what_a_client_writes_of_its_address_is_not_believed(settings):
    settings.ADDRESS_SOCKETS, settings.TRUSTED_PROXIES = 1, 1
    line, _member = await staffed()
    async with behind(line, "198.51.100.1"), behind(line, "192.0.2.9, 198.51.100.1") as liar:
        assert await liar.closed() == 4429


async def test_no_address_is_kept_of_whom_is_counted(settings):
    settings.TRUSTED_PROXIES = 1
    line, _member = await staffed()
    async with behind(line, "198.51.100.1"):
        (kept,) = base.addresses.inside
        assert "198.51.100" not in kept


async def test_one_organisation_that_is_full_leaves_room_for_another(settings):
    settings.ORGANISATION_SOCKETS = 1
    line, _member = await staffed()
    other, _members = await in_database(staffed_line)()
    async with visitor(line):
        async with visitor(line) as second:
            assert await second.closed() == 4429
        async with visitor(other) as elsewhere:
            assert await lets_in(elsewhere)


async def test_talks_begin_at_a_pace_of_each_organisation(settings):
    settings.ORGANISATION_STARTS = 1
    line, _member = await staffed(queue=True)
    async with visitor(line) as first, visitor(line) as second:
        assert await lets_in(first)
        await second.say("start", language="nl")
        assert await second.closed() == 4429


async def test_talks_begin_at_a_pace_of_each_address(settings):
    settings.ADDRESS_STARTS, settings.TRUSTED_PROXIES = 1, 1
    line, _member = await staffed(queue=True)
    async with behind(line, "198.51.100.1") as first, behind(line, "198.51.100.1") as second:
        assert await lets_in(first)
        await second.say("start", language="nl")
        assert await second.closed() == 4429
    async with behind(line, "203.0.113.7") as other:
        assert await lets_in(other)


async def test_so_many_of_one_address_wait_at_once_and_who_is_helped_makes_room(settings):
    settings.ADDRESS_WAITING, settings.TRUSTED_PROXIES = 1, 1
    line, member = await staffed(queue=True)
    async with desk(member) as counsellor, behind(line, "198.51.100.1") as first:
        assert await lets_in(first)
        async with behind(line, "198.51.100.1") as second:
            await second.say("start", language="nl")
            assert await second.closed() == 4429
        await counsellor.say("take")
        await first.hear("state", state="active")
        async with behind(line, "198.51.100.1") as third:
            assert await lets_in(third)
        # Who hung up takes room for a moment yet.
        async with behind(line, "198.51.100.1") as fourth:
            await fourth.say("start", language="nl")
            assert await fourth.closed() == 4429


async def test_a_start_that_was_refused_does_not_count_as_waiting(settings):
    settings.ADDRESS_WAITING = 1
    line, _member = await staffed(capacity=1)
    async with visitor(line) as first, visitor(line) as second:
        base.waiting.inside.clear()
        assert await lets_in(first)
        base.waiting.inside.clear()
        await second.say("start", language="nl")
        assert (await second.hear("refused"))["why"] == "line_busy"
        assert base.waiting.inside == {}


async def test_a_connection_that_breaks_while_it_opens_stays_uncounted(monkeypatch):
    def broken(*_names):
        raise RuntimeError("the database is away")

    async def receive():
        return {"type": "websocket.connect"}

    async def send(_event):
        raise AssertionError("nothing is said")

    monkeypatch.setattr("chat.consumers.visitor.line_for_visitors", broken)
    names = {"organisation": "organisation", "line": "line"}
    scope = {"type": "websocket", "path": "/", "headers": [], "url_route": {"kwargs": names}}
    with pytest.raises(RuntimeError):
        await asyncio.wait_for(VisitorConsumer.as_asgi()(scope, receive, send), 10)
