"""A counsellor whose browser is gone: noticed within 30 s, and the talk goes on with a colleague (I7, A10)."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.utils import timezone

from chat import keeper as keeper_module
from chat import places, requeue, service
from chat.keeper import EVERY, keeper
from chat.models import STALE, Conversation, Presence
from chat.wire import RefusedError
from helplines.models import OpeningHours
from helplines.tenancy import across_organisations, inside
from tests.chat.sockets import desk, in_database, staffed, stored, talk, visitor
from tests.factories.chat import ActiveConversationFactory, ConversationFactory, PresenceFactory, staffed_line, texts_in

LIVE = [pytest.mark.asyncio, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("live")]


def live(test):
    for mark in LIVE:
        test = mark(test)
    return test


@pytest.fixture
def clock():
    with time_machine.travel(timezone.now(), tick=True) as traveller:
        yield traveller


async def passes(clock, seconds, *alive):
    """So much time, round by round; the browsers of `alive` answer each knock, the others lie in a closed laptop."""
    for _round in range(int(seconds / EVERY)):
        clock.shift(EVERY)
        wait(EVERY)
        for client in alive:
            await client.say("here")
        for _turn in range(20):
            # The answers are taken in; nothing that was told is lost meanwhile.
            await asyncio.sleep(0)
        await keeper.round()


def wait(seconds):
    """So long ago is now what was just now, by the clock that nobody sets."""
    keeper.watch.since -= seconds
    for socket in keeper.desks:
        socket.signs.heard_at -= seconds
        socket.signs.acted_at -= seconds
        if socket.signs.asked_at is not None:
            socket.signs.asked_at -= seconds


@in_database
def now_in(code):
    with across_organisations():
        return Conversation.objects.select_related("counsellor").get(code=code)


@live
@pytest.mark.promise("A10")
async def test_a_desk_that_answers_is_there_however_late_the_rounds_come(clock):
    """On a busy process a round takes long, and the next knock is later than it should be: that is no desk's fault."""
    async with talk() as (_line, _client, counsellor, started):
        for _round in range(6):
            clock.shift(2 * EVERY - 1)
            await counsellor.say("here")
            for _turn in range(20):
                await asyncio.sleep(0)
            wait(2 * EVERY)
            await keeper.round()
        assert (await now_in(started["code"])).state == "active"


@live
@pytest.mark.promise("A10")
async def test_a_closed_laptop_gives_its_talk_to_a_colleague_with_all_that_was_said(clock):
    line, first, second = await staffed(counsellors=2)
    async with desk(first) as gone, desk(second) as there, visitor(line) as client:
        await client.say("start", language="nl")
        code = (await client.hear("started"))["code"]
        await gone.say("take")
        await gone.hear("taken")
        await gone.say("say", talk=code, id=str(uuid4()), text="I listen")
        await client.hear("said", text="I listen")
        await passes(clock, 28, there)
        told = await client.hear("state", state="waiting")
        assert (told["why"], told["by"], told["counsellor"]) == ("lost", "system", None)
        assert (await client.hear("said", **{"from": "system"}, text="requeued"))["seq"] == 3
        assert (await gone.hear("state", talk=code))["why"] == "lost"
        # First the desk is gone, then the talk waits: it may be drawn in between.
        while not (waiting := (await there.hear("desk", present=1))["waiting"]):
            pass
        [waits] = waiting
        assert (waits["code"], waits["back"]) == (code, True)
        await gone.say("say", talk=code, id=str(uuid4()), text="too late")
        assert (await gone.hear("refused", do="say"))["why"] == "not_here"
        await there.say("take")
        await there.hear("taken")
        await there.say("open", talk=code, since=0)
        history = (await there.hear("history"))["messages"]
        assert [(message["text"], message["mine"]) for message in history] == [
            ("joined", False), ("I listen", False), ("requeued", False), ("joined", False),
        ]  # fmt: skip
        await there.say("say", talk=code, id=str(uuid4()), text="I go on")
        assert (await client.hear("said", text="I go on"))["seq"] == 5
    row = await now_in(code)
    assert (row.counsellor_id, row.state) == (second.pk, "active")


@live
async def test_a_blip_changes_nothing(clock):
    async with talk() as (_line, _client, counsellor, started):
        await passes(clock, 16)
        await passes(clock, 28, counsellor)
        row, said = await stored(started["code"])
        assert (row.state, said) == ("active", [(1, "system", "joined")])


@live
async def test_one_of_two_tabs_that_dies_is_no_death(clock):
    line, member = await staffed()
    async with desk(member) as one, desk(member), visitor(line) as client:
        await client.say("start", language="nl")
        code = (await client.hear("started"))["code"]
        await one.say("take")
        await one.hear("taken")
        await passes(clock, 60, one)
        assert (await now_in(code)).state == "active"


@live
async def test_a_desk_that_pauses_keeps_its_talks(clock):
    async with talk() as (_line, _client, counsellor, started):
        await counsellor.say("presence", state="away")
        await counsellor.hear("desk", presence="away")
        await passes(clock, 60, counsellor)
        assert (await now_in(started["code"])).state == "active"


@live
async def test_who_comes_back_is_away_and_can_take_the_talk_again(clock):
    line, member = await staffed()
    async with visitor(line) as client:
        async with desk(member) as counsellor:
            await client.say("start", language="nl")
            code = (await client.hear("started"))["code"]
            await counsellor.say("take")
            await counsellor.hear("taken")
        await passes(clock, 28)
        await client.hear("state", state="waiting")
        async with desk(member) as counsellor:
            assert (counsellor.first["presence"], counsellor.first["talks"]) == ("away", [])
            await counsellor.say("presence", state="present")
            await counsellor.say("take")
            assert (await counsellor.hear("taken"))["talk"]["code"] == code


@live
async def test_a_visitor_who_left_meanwhile_still_has_the_time_to_come_back(clock):
    async with talk() as (line, client, _counsellor, started):
        await client.disconnect()
        async with visitor(line):
            await passes(clock, 28)
        with time_machine.travel(timezone.now() + timedelta(seconds=28), tick=True):
            await in_database(requeue.heal)(organisation_id=line.organisation_id, now=timezone.now())
        assert (await now_in(started["code"])).state == "waiting"
        async with visitor(line) as back:
            await back.say("resume", code=started["code"], secret=started["secret"], since=0)
            resumed = await back.hear("resumed")
            assert (resumed["state"], resumed["back"]) == ("waiting", True)


@live
async def test_after_an_outage_of_our_own_nobody_is_taken_for_gone(monkeypatch, clock):
    """The first rounds after a failure only watch: it was we who were away."""
    async with talk() as (_line, _client, _counsellor, started):
        whole, keeper.watch.since = keeper_module.note, -1000.0

        def note(*_given):
            raise RuntimeError("the database is away")

        monkeypatch.setattr(keeper_module, "note", note)
        await keeper.round()
        monkeypatch.setattr(keeper_module, "note", whole)
        wait(60)
        clock.shift(60)
        await keeper.round()
        assert (await now_in(started["code"])).state == "active"


# The rows
pytestmark = pytest.mark.django_db


def dead(member):
    with across_organisations():
        Presence.objects.filter(membership=member).update(seen_at=timezone.now() - STALE)


def heal(line):
    return requeue.heal(organisation_id=line.organisation_id, now=timezone.now())


def test_a_talk_that_lost_its_counsellor_comes_before_everybody():
    """Also before who began earlier on another line; among the others the order stays (K5)."""
    line, [member, colleague] = staffed_line(counsellors=2, capacity=9)
    early = ConversationFactory(line=line, waiting_since=timezone.now() - timedelta(minutes=30))
    lost = ActiveConversationFactory(line=line, counsellor=member)
    late = ConversationFactory(line=line)
    dead(member)
    assert heal(line) == 1
    waiting = places.read(line.organisation_id)
    assert [waiting[row.code]["ahead"] for row in (lost, early, late)] == [0, 1, 2]
    order = [service.take_next(membership=colleague, line=None, now=timezone.now()).pk for _turn in range(3)]
    assert order == [lost.pk, early.pk, late.pk]


def test_healing_twice_does_nothing_more():
    line, [member] = staffed_line()
    talk_of = ActiveConversationFactory(line=line, counsellor=member)
    dead(member)
    assert (heal(line), heal(line)) == (1, 0)
    assert texts_in(talk_of) == [(1, "system", "requeued")]


def test_whoever_came_back_a_moment_ago_keeps_the_talk():
    line, [member] = staffed_line()
    row = ActiveConversationFactory(line=line, counsellor=member)
    with inside(line.organisation):
        assert not requeue.to_the_front(conversation=row, by="system", why=requeue.LOST, now=timezone.now())


@pytest.mark.promise("O10")
def test_healing_stays_in_the_own_organisation():
    line, _members = staffed_line()
    _foreign, [theirs] = staffed_line()
    ActiveConversationFactory(line=_foreign, counsellor=theirs)
    dead(theirs)
    assert (heal(line), heal(_foreign)) == (0, 1)


def test_the_dead_leave_the_picture_of_who_is_present():
    line, [member] = staffed_line()
    dead(member)
    heal(line)
    with across_organisations():
        assert Presence.objects.get(membership=member).state == "away"


def close(line):
    with across_organisations():
        OpeningHours.objects.filter(line=line).delete()


@pytest.mark.promise("A06")
def test_a_running_talk_survives_closing_time_while_a_colleague_is_there():
    line, [member, colleague] = staffed_line(counsellors=2)
    row = ActiveConversationFactory(line=line, counsellor=member)
    dead(member)
    heal(line)
    close(line)
    service.refuse_after_closing(organisation_id=line.organisation_id, now=timezone.now())
    heal(line)
    with across_organisations():
        assert Conversation.objects.get(pk=row.pk).state == "waiting"
    dead(colleague)
    heal(line)
    with across_organisations():
        ended = Conversation.objects.get(pk=row.pk)
    assert (ended.state, ended.end_reason) == ("refused", "line_closed")


def test_the_former_counsellor_reads_no_more():
    line, [member, colleague] = staffed_line(counsellors=2)
    row = ActiveConversationFactory(line=line, counsellor=member)
    dead(member)
    heal(line)
    service.take_next(membership=colleague, line=None, now=timezone.now())
    with inside(line.organisation):
        assert [Conversation.objects.readable_by(who).count() for who in (member, colleague)] == [0, 1]
    with pytest.raises(RefusedError, match="not_here"):
        service.close(conversation=row, membership=member, why="finished", now=timezone.now())


def test_presence_of_another_role_does_not_matter():
    line, [member] = staffed_line()
    ActiveConversationFactory(line=line, counsellor=member)
    PresenceFactory(membership__organisation=line.organisation, seen_at=timezone.now() - STALE)
    assert heal(line) == 0
