"""Back from another tab: name and code together, in time, open the talk; everything else is one answer (C02)."""

import asyncio
import json
from contextlib import AsyncExitStack
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.utils import timezone

from chat import comebacks
from chat.models import RejoinTries
from helplines.tenancy import across_organisations
from tests.chat.sockets import desk, in_database, socket, staffed, stored, talk, visitor

pytestmark = [pytest.mark.asyncio, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("live")]
NICKNAME = {"key": "nickname", "kind": "nickname", "label": {"nl": "Hoe?"}, "why": {"nl": "Zo."}}


def other(code):
    """A code of the same shape that is another one."""
    return code[:-1] + ("2" if code[-1] != "2" else "3")


async def wrong(client, name, code):
    await client.say("rejoin", name=name, code=code)
    return json.loads(await client.receive_from(timeout=30))


@pytest.mark.promise("C02")
async def test_nickname_and_code_take_the_talk_over_and_old_secrets_open_nothing():
    line, member = await staffed(questions=[NICKNAME])
    async with desk(member) as counsellor, visitor(line) as first:
        await first.say("start", language="nl", answers={"nickname": "Robin"})
        started = await first.hear("started")
        await counsellor.say("take")
        await counsellor.hear("taken")
        assert started["rejoin"]["name"] == "Robin"
        async with visitor(line) as again:
            await again.say("rejoin", name=" robin", code=started["rejoin"]["code"].lower().replace("-", " "))
            resumed = await again.hear("resumed")
            assert (resumed["code"], resumed["state"]) == (started["code"], "active")
            assert resumed["rejoin"] == started["rejoin"]
            assert resumed["secret"] != started["secret"]
            assert [message["text"] for message in (await again.hear("history"))["messages"]] == ["joined"]
            assert await first.closed() == 4409
            await again.say("keep")
            await again.say("say", id=str(uuid4()), text="from here")
            assert (await counsellor.hear("said"))["text"] == "from here"
            async with visitor(line) as left_behind:
                await left_behind.say("resume", code=started["code"], secret=started["secret"], since=0)
                assert (await left_behind.hear("gone"))["why"] == "elsewhere"
            # A tab that was left behind is no thief: the talk is not locked by it.
            async with visitor(line) as reloaded:
                await reloaded.say("resume", code=started["code"], secret=resumed["secret"], since=0)
                await reloaded.hear("resumed")


@pytest.mark.promise("C02")
async def test_every_failure_is_the_same_answer_and_never_the_old_talk():
    async with talk(questions=[NICKNAME]) as (line, client, counsellor, started):
        name, code = started["rejoin"]["name"], started["rejoin"]["code"]
        elsewhere, _member = await staffed()
        foreign, _member = await staffed()
        tries = [(line, name, other(code)), (line, "Robin", code), (line, "x", "x"), (elsewhere, name, code)]
        answers = []
        for where, typed, number in tries:
            async with visitor(where) as stranger:
                answers.append(await wrong(stranger, typed, number))
                await stranger.say("start", language="nl")
                begun = json.loads(await stranger.receive_from(timeout=30))
                assert begun.get("code") != started["code"]
        await client.disconnect()
        await counsellor.hear("peer", present=False)
        with time_machine.travel(timezone.now() + timedelta(minutes=5, seconds=1), tick=True):
            async with visitor(line) as late:
                answers.append(await wrong(late, name, code))
        async with visitor(line) as back:
            await back.say("rejoin", name=name, code=code)
            await back.hear("resumed")
            await back.say("leave")
            assert await back.closed() == 1000
        async with visitor(line) as over:
            answers.append(await wrong(over, name, code))
        async with visitor(foreign) as stranger:
            answers.append(await wrong(stranger, name, code))
        assert answers == [{"kind": "gone", "why": "unknown"}] * 7


@pytest.mark.promise("C02")
@pytest.mark.parametrize("minutes", [2, 15])
async def test_time_to_come_back_is_that_of_the_policy(minutes):
    async with talk(rejoin_minutes=minutes) as (line, client, counsellor, started):
        await client.disconnect()
        await counsellor.hear("peer", present=False)
        left = timezone.now()
        with time_machine.travel(left + timedelta(minutes=minutes, seconds=-5), tick=True):
            async with visitor(line) as back:
                await back.say("rejoin", **started["rejoin"])
                await back.hear("resumed")
            await counsellor.hear("peer", present=False)
        with time_machine.travel(left + timedelta(minutes=2 * minutes, seconds=5), tick=True):
            async with visitor(line) as late:
                assert await wrong(late, **started["rejoin"]) == {"kind": "gone", "why": "unknown"}


@pytest.mark.promise("C02")
async def test_somebody_without_a_name_gets_a_word_and_the_code_alone_is_not_enough():
    async with talk() as (line, _client, _counsellor, started), visitor(line) as back:
        word, code = started["rejoin"]["name"], started["rejoin"]["code"]
        await back.say("rejoin", name="", code=code)
        assert (await back.hear("refused"))["why"] == "malformed"
        for guess in ("-", code, "Robin"):
            assert (await wrong(back, guess, code))["kind"] == "gone"
        await back.say("rejoin", name=word, code=code)
        await back.hear("resumed")


async def test_wrong_tries_end_the_socket_and_then_the_line_whatever_the_socket(monkeypatch):
    monkeypatch.setattr(comebacks, "MOST_WRONG", 7)
    async with talk() as (line, _client, _counsellor, started):
        right = started["rejoin"]
        async with visitor(line) as guesser:
            for _try in range(5):
                assert (await wrong(guesser, right["name"], other(right["code"])))["kind"] == "gone"
            assert await guesser.closed() == 4429
        async with visitor(line) as guesser:
            for _try in range(2):
                await wrong(guesser, right["name"], other(right["code"]))
        async with visitor(line) as guesser:
            assert await wrong(guesser, **right) == {"kind": "gone", "why": "slow_down"}
            assert await wrong(guesser, right["name"], other(right["code"])) == {"kind": "gone", "why": "slow_down"}
        with time_machine.travel(timezone.now() + timedelta(minutes=1, seconds=1), tick=True):
            async with visitor(line) as back:
                await back.say("rejoin", **right)
                await back.hear("resumed")
    assert await in_database(counted)(line) == 0


async def test_wrong_tries_of_a_stranger_stop_nobody_of_another_address(settings):
    settings.TRUSTED_PROXIES = 1
    async with talk() as (line, _client, _counsellor, started):
        path, right = f"/ws/{line.organisation.slug}/{line.slug}/visitor/", started["rejoin"]
        stranger = [(b"x-forwarded-for", b"198.51.100.1")]
        for _socket in range(9):
            async with socket(path, stranger) as guesser:
                told = [await wrong(guesser, right["name"], other(right["code"])) for _try in range(4)]
        assert {frame["why"] for frame in told} == {"slow_down"}
        async with socket(path, stranger) as guesser:
            assert await wrong(guesser, **right) == told[0], "right and wrong are one answer"
        async with socket(path, [(b"x-forwarded-for", b"203.0.113.7")]) as back:
            await back.say("rejoin", **right)
            await back.hear("resumed")


def counted(line):
    with across_organisations():
        return RejoinTries.objects.get(line=line).wrong


async def test_right_tries_cost_nothing(monkeypatch):
    monkeypatch.setattr(comebacks, "MOST_WRONG", 1)
    async with talk() as (line, _client, _counsellor, started):
        for _again in range(3):
            async with visitor(line) as back:
                await back.say("rejoin", **started["rejoin"])
                await back.hear("resumed")


async def test_of_tabs_that_rejoin_at_once_exactly_one_stays():
    async with talk() as (line, _client, _counsellor, started), AsyncExitStack() as stack:
        tabs = [await stack.enter_async_context(visitor(line)) for _number in range(5)]
        await asyncio.gather(*(tab.say("rejoin", **started["rejoin"]) for tab in tabs))
        held = [(await tab.hear("resumed"))["secret"] for tab in tabs]
        assert len(set(held)) == 5
        ends = {asyncio.ensure_future(tab.closed()) for tab in tabs}
        done = set()
        while len(done) < 4:
            done |= (await asyncio.wait(ends - done, return_when=asyncio.FIRST_COMPLETED))[0]
        [staying] = ends - done
        staying.cancel()
        assert {end.result() for end in done} == {4409}


async def test_locked_talk_stays_locked():
    async with talk() as (line, _client, _counsellor, started):
        async with visitor(line) as other_tab:
            await other_tab.say("resume", code=started["code"], secret=started["secret"], since=0)
            fresh = await other_tab.hear("resumed")
            await other_tab.say("keep")
            await other_tab.say("ping")
            await other_tab.hear("pong")
            assert fresh["secret"] != started["secret"]
        async with visitor(line) as thief:
            await thief.say("resume", code=started["code"], secret=started["secret"], since=0)
            assert (await thief.hear("gone"))["why"] == "reused"
        async with visitor(line) as back:
            assert (await wrong(back, **started["rejoin"]))["why"] == "unknown"


async def test_nothing_of_the_ticket_is_stored_as_it_is():
    async with talk() as (_line, _client, _counsellor, started):
        row, _said = await stored(started["code"])
        kept = json.dumps([str(getattr(row, field.attname)) for field in row._meta.concrete_fields])
        assert row.rejoin
        assert started["rejoin"]["code"] not in kept
        assert started["rejoin"]["code"].replace("-", "") not in kept
