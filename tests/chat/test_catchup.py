"""What other processes could not tell is asked of the database, and nothing is shown twice (security goals I1, I3)."""

import json
from uuid import uuid4

import pytest
from django.utils import timezone

from chat import announce, marks, service, writer
from chat.catchup import catch_up
from chat.doors import doors
from chat.hub import hub
from chat.models import Conversation
from chat.sealed import Contents
from helplines.models import Membership
from helplines.tenancy import across_organisations
from privacy import keys
from tests.chat.sockets import desk, in_database, staffed, talk, visitor

pytestmark = [pytest.mark.asyncio, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("live")]


@pytest.fixture
def silence(monkeypatch):
    """From here on nothing is told: as if it all happened in another process, behind a dead line."""

    def begin():
        for place in (hub, announce.hub, writer.hub):
            monkeypatch.setattr(place, "tell", lambda _batch: None)

    return begin


@in_database
def elsewhere(code, *texts):
    """The counsellor writes on another process."""
    with across_organisations():
        row = Conversation.objects.get(code=code)
        contents = Contents.of(row, keys.conversation_key(row.organisation_id, code))
    sayings = [
        writer.Saying(row.pk, contents, row.counsellor_id or 0, "Sam", uuid4(), text, "elsewhere") for text in texts
    ]
    writer.store(sayings)
    return row


@in_database
def ended_elsewhere(code):
    with across_organisations():
        row = Conversation.objects.get(code=code)
        member = Membership.objects.get(pk=row.counsellor_id)
    service.close(conversation=row, membership=member, why="finished", now=timezone.now())


async def pending(client):
    """Everything that is on its way to a socket now."""
    frames = []
    while not await client.receive_nothing(0.05):
        event = await client.receive_output()
        frames.append(json.loads(event["text"]) if event["type"] == "websocket.send" else event)
    return frames


async def test_a_visitor_hears_what_was_said_elsewhere_once(silence):
    async with talk() as (_line, client, _counsellor, started):
        await client.hear("said")
        silence()
        await elsewhere(started["code"], "are you there", "I wait")
        await catch_up(hub)
        heard = await client.hear("history")
        assert [message["text"] for message in heard["messages"]] == ["are you there", "I wait"]
        await catch_up(hub)
        assert [frame for frame in await pending(client) if frame.get("kind") in {"history", "said"}] == []


async def test_a_visitor_hears_the_last_words_before_the_end(silence):
    async with talk() as (_line, client, _counsellor, started):
        await client.hear("said")
        silence()
        await elsewhere(started["code"], "take care")
        await ended_elsewhere(started["code"])
        await catch_up(hub)
        assert [message["text"] for message in (await client.hear("history"))["messages"]] == ["take care"]
        assert (await client.hear("state"))["state"] == "closed"
        assert await client.closed() == 1000


async def test_a_visitor_who_waits_hears_that_somebody_came_elsewhere(silence):
    line, member = await staffed()
    async with desk(member) as counsellor, visitor(line) as client:
        await client.say("start", language="nl")
        await client.hear("started")
        silence()
        await counsellor.say("take")
        await counsellor.hear("taken")
        await catch_up(hub)
        assert (await client.hear("state"))["state"] == "active"


async def test_a_tab_that_was_replaced_elsewhere_steps_aside(silence):
    async with talk() as (line, client, _counsellor, started):
        silence()
        async with visitor(line) as other:
            await other.say("resume", code=started["code"], secret=started["secret"], since=0)
            await other.hear("resumed")
            await catch_up(hub)
            assert await client.closed() == 4409


async def test_a_desk_hears_how_far_its_talks_are_and_asks(silence):
    async with talk() as (_line, _client, counsellor, started):
        silence()
        await elsewhere(started["code"], "from my other desk")
        await catch_up(hub)
        latest = await counsellor.hear("latest")
        assert (latest["talk"], latest["seq"]) == (started["code"], 2)
        before = doors.replays
        await counsellor.say("since", talk=started["code"], seq=1)
        assert [message["seq"] for message in (await counsellor.hear("history"))["messages"]] == [2]
        assert doors.replays == before + 1


async def test_a_visitor_who_missed_something_asks_and_is_counted():
    async with talk() as (_line, client, _counsellor, _started):
        before = doors.replays
        await client.say("since", seq=0)
        assert [message["seq"] for message in (await client.hear("history"))["messages"]] == [1]
        assert doors.replays == before + 1


async def test_a_desk_looks_again_at_who_waits(silence):
    line, member = await staffed()
    async with desk(member) as counsellor:
        silence()
        async with visitor(line) as client:
            await client.say("start", language="nl")
            await client.hear("started")
            await catch_up(hub)
            while len((await counsellor.hear("desk"))["waiting"]) != 1:
                pass


async def test_a_visitor_hears_what_was_read_elsewhere(silence):
    async with talk() as (_line, client, _counsellor, started):
        await client.hear("said")
        silence()
        row = await elsewhere(started["code"], "are you there")
        seen = marks.Seen(row.organisation_id, row.pk, row.code, counsellor=2, author=row.counsellor_id)
        await in_database(marks.store)([seen])
        await catch_up(hub)
        assert (await client.hear("seen"))["seq"] == 2
