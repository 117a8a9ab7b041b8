"""A tab that is there keeps its talk from lines of its own that dropped and are seen to late (C02; security goals D3, I5)."""

from uuid import uuid4

import pytest
from django.utils import timezone

from chat import comebacks, service
from chat.bus import Told
from chat.consumers import aside
from chat.hub import hub
from chat.hub import visitor as visitor_topic
from chat.models import Conversation
from helplines.tenancy import across_organisations
from tests.chat.sockets import in_database, stored, talk, visitor

pytestmark = [pytest.mark.asyncio, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("live")]


@pytest.fixture
def patient(monkeypatch):
    """However slow the machine is, the end of the other line is seen."""
    monkeypatch.setattr(aside, "LOOKS", 1000)
    monkeypatch.setattr(aside, "EVERY", 0.01)


@in_database
def late_line(line, code, secret):
    """A line that was given up takes the talk all the same, and its end is noticed after that."""
    held = service.resume(line=line, code=code, secret=secret, socket="late", now=timezone.now())
    service.drop(conversation=held.conversation, socket="late", now=timezone.now())


@in_database
def holder(code):
    with across_organisations():
        row = Conversation.objects.get(code=code)
    return row.visitor_socket, row.visitor_connected


async def holds(client, code):
    """The tab is there, writes, and has the talk."""
    await client.say("say", id=str(uuid4()), text="still here")
    await client.hear("stored")
    while (await holder(code))[0] == "late":
        pass
    return (await holder(code))[1]


@pytest.mark.promise("C02")
async def test_line_that_dropped_and_is_seen_to_late_takes_no_talk_away(patient):
    async with talk() as (line, client, _counsellor, started):
        await late_line(line, started["code"], started["secret"])
        assert await holds(client, started["code"])
        await client.disconnect()
        async with visitor(line) as back:
            await back.say("resume", code=started["code"], secret=started["secret"], since=0)
            assert (await back.hear("resumed"))["state"] == "active"


@pytest.mark.promise("C02")
async def test_secret_that_the_tab_got_meanwhile_opens_the_talk_after(patient):
    async with talk() as (line, client, _counsellor, started):
        await client.disconnect()
        async with visitor(line) as back:
            await back.say("resume", code=started["code"], secret=started["secret"], since=0)
            fresh = (await back.hear("resumed"))["secret"]
            await late_line(line, started["code"], started["secret"])
            assert await holds(back, started["code"])
        async with visitor(line) as again:
            await again.say("resume", code=started["code"], secret=fresh, since=0)
            assert (await again.hear("resumed"))["state"] == "active"


async def test_what_was_read_before_a_tab_came_back_does_not_close_it():
    async with talk() as (line, client, _counsellor, started):
        state = {"kind": "state", "state": "active", "why": None, "by": "counsellor", "counsellor": None}
        stale = {"kind": "_standing", "seq": 1, "socket": "of before", "state": state}
        hub.tell([Told(visitor_topic(line.organisation_id, started["code"]), stale)])
        assert await holds(client, started["code"])


async def test_tab_that_was_left_behind_gets_no_talk_back(patient):
    """Somebody came with name and code: the old tab may be anybody's by now."""
    async with talk() as (line, _client, _counsellor, started):
        row, _said = await stored(started["code"])
        ticket = started["rejoin"]
        held = await in_database(comebacks.take_over)(
            line=line,
            talk=started["code"],
            name=ticket["name"],
            code=ticket["code"],
            socket="other",
            now=timezone.now(),
        )
        await in_database(service.drop)(conversation=held.conversation, socket="other", now=timezone.now())
        old = service.Held(row, held.contents, started["secret"])
        assert not await in_database(comebacks.hold_again)(held=old, socket=row.visitor_socket, now=timezone.now())
        assert await holder(started["code"]) == ("other", False)
