"""A counsellor whose line drops, and who is back: the visitor is told, and not of a page that is only loaded again."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from chat import presence
from chat.keeper import AWAY_AFTER, keeper
from chat.models import STALE, Presence
from helplines.tenancy import across_organisations
from tests.chat.sockets import desk, in_database, staffed, visitor
from tests.factories.chat import ActiveConversationFactory, PresenceFactory

pytestmark = [pytest.mark.asyncio, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("live")]


@pytest.fixture
def clock():
    with time_machine.travel(timezone.now(), tick=True) as traveller:
        yield traveller


async def passes(clock, seconds):
    clock.shift(seconds)
    await keeper.round()


async def told(client, do="ping", kind="pong"):
    """What of the counsellor's line was said until now."""
    await client.say(do)
    heard = []
    while not heard or heard[-1]["kind"] != kind:
        heard.append(await client.receive_json_from(timeout=30))
    return [frame["present"] for frame in heard if frame["kind"] == "peer"]


async def begin(counsellor, client):
    await client.say("start", language="nl")
    await client.hear("started")
    await counsellor.say("take")
    await counsellor.hear("taken")
    await client.hear("state", state="active")


async def test_visitor_is_told_that_the_counsellors_line_dropped_and_that_it_is_back(clock):
    assert AWAY_AFTER < STALE / 2, "well before the talk goes on with somebody else"
    line, member = await staffed()
    async with visitor(line) as client:
        async with desk(member) as counsellor:
            await begin(counsellor, client)
        await passes(clock, 2)
        assert await told(client) == []
        await passes(clock, AWAY_AFTER.total_seconds())
        assert (await client.hear("peer"))["present"] is False
        await passes(clock, 4)
        assert await told(client) == []
        async with desk(member):
            assert (await client.hear("peer"))["present"] is True


async def test_desk_that_is_loaded_again_and_a_second_tab_frighten_nobody(clock):
    line, member = await staffed()
    async with visitor(line) as client:
        async with desk(member) as counsellor:
            await begin(counsellor, client)
        async with desk(member) as again:
            clock.shift(1)
            async with desk(member):
                pass
            await again.say("here")
            await passes(clock, AWAY_AFTER.total_seconds())
            assert False not in await told(client)


@pytest.mark.promise("O10")
async def test_only_visitors_of_that_counsellor_are_told(clock):
    line, first, second = await staffed(counsellors=2)
    async with desk(first) as gone, desk(second) as there, visitor(line) as theirs, visitor(line) as ours:
        await begin(gone, theirs)
        await begin(there, ours)
        await gone.disconnect()
        await passes(clock, AWAY_AFTER.total_seconds())
        assert (await theirs.hear("peer"))["present"] is False
        assert await told(ours) == []


@pytest.mark.parametrize(("later", "missed"), [(timedelta(0), True), (timedelta(seconds=1), False)])
async def test_sign_of_life_on_another_node_counts(later, missed):
    since = timezone.now()

    def ask():
        row = ActiveConversationFactory()
        with across_organisations():
            Presence.objects.filter(membership=row.counsellor).delete()
        PresenceFactory(membership=row.counsellor, seen_at=since + later)
        return presence.miss(membership=row.counsellor, since=since)

    assert await in_database(ask)() is missed
