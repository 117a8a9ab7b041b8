"""A talk over HTTP, where WebSockets are blocked: the same frames, and nothing is lost with a lost answer (A14)."""

import asyncio

import pytest

from chat import polling
from chat.polling import sessions
from tests.chat.polls import poller, settled
from tests.chat.sockets import UUID, desk, staffed, stored, visitor

pytestmark = [pytest.mark.asyncio, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("live")]


@pytest.mark.promise("A14")
async def test_a_whole_talk_goes_over_polling():
    line, member = await staffed()
    async with desk(member) as counsellor, poller(line) as client:
        await client.say("start", language="nl")
        started = await client.hear("started")
        await counsellor.say("take")
        await counsellor.hear("taken")
        await client.hear("state", state="active")
        await client.say("say", id=UUID, text="Hallo")
        assert (await client.hear("stored", id=UUID))["seq"] == 2
        assert (await counsellor.hear("said"))["text"] == "Hallo"
        await counsellor.say("say", talk=started["code"], id=UUID.replace("5", "6"), text="Dag")
        assert (await client.hear("said"))["text"] == "Dag"
        await client.say("leave")
        await client.hear("state", state="closed")
        assert await client.closed() == 1000
    row, said = await stored(started["code"])
    assert (row.state, [text for _seq, _party, text in said][1:3]) == ("closed", ["Hallo", "Dag"])


async def talk_of(client, counsellor):
    await client.say("start", language="nl")
    started = await client.hear("started")
    await counsellor.say("take")
    await counsellor.hear("taken")
    await client.hear("state", state="active")
    return started


@pytest.mark.promise("C02")
async def test_a_visitor_goes_on_over_polling_with_the_secret_of_a_socket():
    line, member = await staffed()
    async with desk(member) as counsellor:
        async with visitor(line) as first:
            started = await talk_of(first, counsellor)
        async with poller(line) as client:
            await client.say("resume", code=started["code"], secret=started["secret"], since=0)
            assert (await client.hear("resumed"))["state"] == "active"
            assert len((await client.hear("history"))["messages"]) == 1


async def test_what_was_not_acknowledged_is_told_again():
    line, _member = await staffed()
    async with poller(line) as client:
        await client.say("start", language="nl")
        await settled(lambda: len(client.session.going) == 2)
        first = await client.post("ask", cursor=0)
        assert [frame["kind"] for frame in first[1]["frames"]] == ["started", "waiting"]
        assert await client.post("ask", cursor=0) == first
        assert [frame["kind"] for frame in (await client.post("ask", cursor=1))[1]["frames"]] == ["waiting"]
        assert (await client.post("ask", cursor=0))[0] == 400


async def test_a_batch_sent_twice_is_taken_once():
    line, member = await staffed()
    async with desk(member) as counsellor, poller(line) as client:
        started = await talk_of(client, counsellor)
        batch = {"number": client.number + 1, "frames": [{"do": "say", "id": UUID, "text": "Hallo"}]}
        for _time in range(3):
            assert await client.post("send", **batch) == (200, {})
        await client.hear("stored")
        other = {"number": 1, "frames": [{"do": "leave"}]}
        assert await client.post("send", **other) == (200, {})
        await client.post("send", number=client.number + 2, frames=[{"do": "ping"}])
        assert await client.ask() == [{"kind": "pong"}]
    row, said = await stored(started["code"])
    assert (row.state, len(said)) == ("active", 2)


@pytest.mark.parametrize("number", [3, 2**31 - 1])
async def test_a_batch_after_a_gap_is_refused(number):
    line, _member = await staffed()
    async with poller(line) as client:
        await client.say("ping")
        assert await client.post("send", number=number, frames=[{"do": "ping"}]) == (400, {"why": "malformed"})


async def test_a_question_waits_until_there_is_something_to_tell():
    line, _member = await staffed()
    async with poller(line) as client:
        asking = asyncio.ensure_future(client.ask())
        await settled(lambda: client.session.reader is not None)
        assert client.session.patience is None
        await client.say("ping")
        assert await asking == [{"kind": "pong"}]


async def test_a_question_is_answered_with_nothing_after_a_while(monkeypatch):
    monkeypatch.setattr(polling, "HELD", 0.01)
    line, _member = await staffed()
    async with poller(line) as client:
        assert await client.ask() == []
        assert client.code is None


async def test_a_visitor_who_asks_no_more_counts_as_dropped(monkeypatch):
    line, member = await staffed()
    async with desk(member) as counsellor, poller(line) as client:
        started = await talk_of(client, counsellor)
        session = client.session
        monkeypatch.setattr(polling, "GONE", 0.05)
        session.wait_for_a_request()
        await counsellor.hear("peer", present=False, talk=started["code"])
        assert client.token not in sessions.known
        assert await client.post("ask", cursor=client.cursor) == (404, {"why": "unknown"})
    row, _said = await stored(started["code"])
    assert (row.state, row.visitor_connected) == ("active", False)


async def test_a_visitor_who_hangs_up_counts_as_dropped():
    line, member = await staffed()
    async with desk(member) as counsellor, poller(line) as client:
        started = await talk_of(client, counsellor)
        assert await client.post("close") == (200, {})
        await counsellor.hear("peer", present=False, talk=started["code"])


async def test_a_socket_with_the_secret_closes_the_polling_tab():
    line, member = await staffed()
    async with desk(member) as counsellor, poller(line) as client, visitor(line) as other:
        started = await talk_of(client, counsellor)
        await other.say("resume", code=started["code"], secret=started["secret"])
        await other.hear("resumed")
        assert await client.closed() == 4409
        # A lost answer loses no close code either.
        assert (await client.post("ask", cursor=client.cursor))[1]["closed"] == 4409


async def test_a_consumer_that_breaks_closes_the_line(caplog):
    line, _member = await staffed()
    async with poller(line) as client:
        client.session.coming.put_nowait({"type": "unknown"})
        assert await client.closed() == 1011
    assert "A talk over polling broke." in caplog.text


async def test_first_frame_must_come_in_time(monkeypatch):
    monkeypatch.setattr("chat.consumers.visitor.FIRST_FRAME_SECONDS", 0.01)
    line, _member = await staffed()
    async with poller(line) as client:
        assert await client.closed() == 4400


async def test_when_the_process_stops_every_visitor_drops():
    line, member = await staffed()
    async with desk(member) as counsellor, poller(line) as client:
        started = await talk_of(client, counsellor)
        await sessions.stop()
        assert sessions.known == {}
    row, _said = await stored(started["code"])
    assert (row.state, row.visitor_connected) == ("active", False)
