"""What many look at is read once for all of them, and never from before the change that they were told of."""

import pytest

from chat import boards as boards_module
from chat import places as places_module
from tests.chat.sockets import desk, staffed, visitor

pytestmark = [pytest.mark.asyncio, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("live")]


@pytest.mark.promise("A10")
async def test_desk_shows_who_came_however_lately_it_was_read(monkeypatch):
    monkeypatch.setattr(boards_module, "FRESH_SECONDS", 60)
    line, member = await staffed()
    async with desk(member) as counsellor, visitor(line) as client:
        await client.say("start", language="nl")
        code = (await client.hear("started"))["code"]
        shown = await counsellor.hear("desk")
        while [row["code"] for row in shown["waiting"]] != [code]:
            shown = await counsellor.hear("desk")
        await client.say("leave")
        while (await counsellor.hear("desk"))["waiting"]:
            pass


async def test_place_is_told_however_lately_it_was_read(monkeypatch):
    monkeypatch.setattr(places_module, "FRESH_SECONDS", 60)
    line, member = await staffed(queue=True, queue_length=5)
    async with desk(member), visitor(line) as first, visitor(line) as second:
        await first.say("start", language="nl")
        assert (await first.hear("waiting"))["ahead"] == 0
        await second.say("start", language="nl")
        assert (await second.hear("waiting"))["ahead"] == 1
        await first.say("leave")
        assert (await second.hear("waiting"))["ahead"] == 0


async def test_view_from_before_the_end_of_a_talk_does_not_open_it_again(monkeypatch):
    """The end was told; a look that began before it comes later."""
    line, member = await staffed()
    async with desk(member) as counsellor, visitor(line) as client:
        await client.say("start", language="nl")
        code = (await client.hear("started"))["code"]
        await counsellor.say("take")
        await counsellor.hear("taken")
        boards_module.boards.forget(line.organisation_id)
        before = await boards_module.boards.of(line.organisation_id)
        assert [row.code for row in before.active] == [code]
        await client.say("leave")
        await counsellor.hear("state", state="closed")

        async def of(_organisation):
            return before

        monkeypatch.setattr(boards_module.boards, "of", of)
        await counsellor.say("presence", state="pause")
        assert (await counsellor.hear("desk"))["talks"] == []
