"""What one person waits for does not wait behind a picture of everybody: the database is asked in threads apart."""

import asyncio
import threading

import pytest
from django.db import connection

from chat import boards as boards_module
from chat import keeper as keeper_module
from chat import places as places_module
from chat import service
from chat.consumers.desk import DeskConsumer
from chat.keeper import keeper
from chat.signs import QUIET
from helplines.models import Membership
from helplines.tenancy import across_organisations
from tests.chat.sockets import PATIENCE, UUID, desk, in_database, staffed, visitor

pytestmark = [pytest.mark.asyncio, pytest.mark.usefixtures("live"), pytest.mark.django_db(transaction=True)]

on_postgresql = pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite lets in one who writes at a time")


class Clog:
    """Work that begins and does not come to its end before it is told to."""

    def __init__(self, work):
        self.work, self.begun, self.go_on = work, threading.Event(), threading.Event()

    def __call__(self, *arguments, **named):
        self.begun.set()
        assert self.go_on.wait(3 * PATIENCE)
        return self.work(*arguments, **named)

    async def stands(self):
        async with asyncio.timeout(PATIENCE):
            while not self.begun.is_set():
                await asyncio.sleep(0.001)


@pytest.fixture
def clogged(monkeypatch):
    """From when it is called on, this function stands still; at the end it goes on."""
    made = []

    def clog(module, name):
        made.append(Clog(getattr(module, name)))
        monkeypatch.setattr(module, name, made[-1])
        return made[-1]

    yield clog
    for one in made:
        one.go_on.set()


async def a_talk_goes_its_way(counsellor, client, clog):
    """Take, right, word, and a visitor who comes back: all of it while the clog stands."""
    await clog.stands()
    await counsellor.say("take")
    code = (await counsellor.hear("taken"))["talk"]["code"]
    await client.hear("state", state="active")
    await counsellor.say("open", talk=code, since=0)
    await counsellor.hear("history")
    await counsellor.say("say", talk=code, id=UUID, text="Hallo")
    await counsellor.hear("stored")
    assert (await client.hear("said", id=UUID))["text"] == "Hallo"
    assert not clog.go_on.is_set()


async def test_board_that_stands_still_delays_nobody_in_a_talk(clogged):
    line, member = await staffed()
    async with desk(member) as counsellor, visitor(line) as client:
        clog = clogged(boards_module, "read")
        await client.say("start", language="nl")
        started = await client.hear("started")
        await a_talk_goes_its_way(counsellor, client, clog)
        async with visitor(line) as again:
            await again.say("resume", code=started["code"], secret=started["secret"], since=0)
            assert (await again.hear("resumed"))["state"] == "active"
        assert not clog.go_on.is_set()
        clog.go_on.set()
        await counsellor.hear("desk")


async def test_places_that_stand_still_delay_nobody_in_a_talk(clogged):
    line, member = await staffed()
    async with desk(member) as counsellor, visitor(line) as client:
        clog = clogged(places_module, "read")
        await client.say("start", language="nl")
        await client.hear("started")
        await a_talk_goes_its_way(counsellor, client, clog)
        clog.go_on.set()


@pytest.mark.parametrize("name", ["allowed_of", "note", "look_after"])
async def test_round_of_the_keeper_that_stands_still_delays_nobody_in_a_talk(clogged, name):
    line, member = await staffed()
    async with desk(member) as counsellor, visitor(line) as client:
        await client.say("start", language="nl")
        await client.hear("started")
        clog = clogged(keeper_module, name)
        going = asyncio.ensure_future(keeper.round())
        await a_talk_goes_its_way(counsellor, client, clog)
        clog.go_on.set()
        await going


async def test_round_of_the_keeper_waits_for_no_picture(clogged):
    line, member = await staffed()
    async with desk(member) as counsellor, visitor(line) as client:
        clogs = [clogged(boards_module, "read"), clogged(places_module, "read")]
        await client.say("start", language="nl")
        await client.hear("started")
        for clog in clogs:
            await clog.stands()
        for kept in keeper.desks:
            kept.signs.heard_at -= QUIET
        await keeper.round()
        await counsellor.hear("knock")
        assert not any(clog.go_on.is_set() for clog in clogs)
        for clog in clogs:
            clog.go_on.set()


async def test_what_is_said_first_in_a_talk_that_was_taken_waits_for_no_look_up(monkeypatch):
    line, member = await staffed()
    await in_database(name)(member, "Robin")
    async with desk(member) as counsellor, visitor(line) as client:
        await client.say("start", language="nl")
        await client.hear("started")
        await counsellor.say("take")
        code = (await counsellor.hear("taken"))["talk"]["code"]
        monkeypatch.setattr(DeskConsumer, "look_up", None)
        await counsellor.say("say", talk=code, id=UUID, text="Hallo")
        assert (await client.hear("said", id=UUID))["name"] == "Robin"


def name(member, chosen):
    with across_organisations():
        Membership.objects.filter(pk=member.pk).update(public_name=chosen)


@on_postgresql
async def test_beginnings_that_wait_for_their_organisation_delay_nobody_in_a_talk(clogged):
    line, member = await staffed()
    async with desk(member) as counsellor, visitor(line) as client, visitor(line) as one, visitor(line) as other:
        await client.say("start", language="nl")
        await client.hear("started")
        clog = clogged(service, "start")
        for late in (one, other):
            await late.say("start", language="nl")
        await a_talk_goes_its_way(counsellor, client, clog)
        clog.go_on.set()


@on_postgresql
async def test_one_who_waits_for_the_database_delays_no_other(clogged):
    line, member = await staffed(capacity=2)
    async with desk(member) as counsellor, visitor(line) as client, visitor(line) as other:
        for one in (client, other):
            await one.say("start", language="nl")
            await one.hear("started")
        clog = clogged(service, "leave")
        await other.say("leave")
        await a_talk_goes_its_way(counsellor, client, clog)
        clog.go_on.set()
        await other.hear("state")
