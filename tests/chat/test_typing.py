"""That somebody writes is told, seldom, to the other side of the talk alone; what they write never is."""

import json
from uuid import uuid4

import pytest

from chat.models import Message
from helplines.tenancy import across_organisations
from tests.chat.sockets import desk, in_database, staffed, talk, visitor

pytestmark = [pytest.mark.asyncio, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("live")]


async def typings_until(client, kind, text=None):
    heard = []
    while not heard or (heard[-1]["kind"], heard[-1].get("text")) != (kind, text):
        heard.append(json.loads(await client.receive_from(timeout=30)))
    return sum(frame["kind"] == "typing" for frame in heard)


async def test_typing_reaches_the_other_side_as_a_bare_fact():
    async with talk() as (_line, client, counsellor, started):
        await client.say("typing")
        assert await counsellor.hear("typing") == {"kind": "typing", "talk": started["code"]}
        await counsellor.say("typing", talk=started["code"])
        assert await client.hear("typing") == {"kind": "typing"}
        assert await in_database(messages)() == 1


def messages():
    with across_organisations():
        return Message.objects.count()


async def test_typing_carries_no_words():
    async with talk() as (_line, client, counsellor, started):
        await client.say("typing", text="what I have not sent")
        assert (await client.hear("refused"))["why"] == "malformed"
        await counsellor.say("typing", talk=started["code"], text="neither")
        assert (await counsellor.hear("refused"))["why"] == "malformed"


async def test_typing_is_told_once_in_a_while():
    async with talk() as (_line, client, counsellor, started):
        for _key in range(6):
            await client.say("typing")
            await counsellor.say("typing", talk=started["code"])
        await client.say("say", id=str(uuid4()), text="there")
        assert await typings_until(counsellor, "said", "there") == 1
        await counsellor.say("say", talk=started["code"], id=str(uuid4()), text="here")
        assert await typings_until(client, "said", "here") == 1


async def test_typing_in_a_foreign_talk_reaches_nobody():
    line, member, colleague = await staffed(counsellors=2)
    foreign, stranger = await staffed()
    assert foreign.organisation_id != line.organisation_id
    async with desk(member) as own, desk(colleague) as other, desk(stranger) as outside, visitor(line) as client:
        await client.say("start", language="nl")
        code = (await client.hear("started"))["code"]
        await client.say("typing")
        await own.say("take")
        await own.hear("taken")
        for nosy in (other, outside):
            await nosy.say("typing", talk=code)
            assert (await nosy.hear("refused"))["why"] == "not_here"
        await client.say("ping")
        assert await typings_until(client, "pong") == 0
