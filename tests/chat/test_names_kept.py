"""A name belongs to the line on which it is used: it does not follow a talk, nor outlive its taking away (C04)."""

from uuid import uuid4

import pytest

from chat import rights
from helplines.models import Assignment, Membership
from helplines.tenancy import across_organisations
from tests.chat.sockets import desk, in_database, staffed, visitor
from tests.factories.helplines import AssignmentFactory, LineFactory, open_always

pytestmark = [pytest.mark.asyncio, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("live")]


def two_lines(line, first, second):
    """Each of them has one alias on the line where the talk begins and another where it goes."""
    other = LineFactory(organisation=line.organisation, slug="elsewhere")
    open_always(other)
    for member, here, there in ((first, "Robin", "Sam"), (second, "Kim", "Wout")):
        AssignmentFactory(membership=member, line=line, alias=here)
        AssignmentFactory(membership=member, line=other, alias=there)


@pytest.mark.promise("C04")
async def test_names_stay_those_of_the_line_where_each_message_was_said():
    line, first, second = await staffed(counsellors=2)
    await in_database(two_lines)(line, first, second)
    async with desk(first) as one, desk(second) as two, visitor(line) as client:
        await client.say("start", language="nl")
        started = await client.hear("started")
        code = started["code"]
        await one.say("take")
        await one.hear("taken")
        await one.say("say", talk=code, id=str(uuid4()), text="hello")
        await client.hear("said", text="hello")
        await one.say("transfer", talk=code, how="line", to="elsewhere", note="")
        await client.say("agree", handover=(await client.hear("handover", open=True))["id"])
        await client.hear("state", state="waiting")
        await two.say("take")
        await two.hear("taken")
        await two.say("say", talk=code, id=str(uuid4()), text="welcome")
        await client.hear("said", text="welcome", name="Wout")
        await client.disconnect()
        async with visitor(line) as back:
            await back.say("resume", code=code, secret=started["secret"], since=0)
            assert (await back.hear("resumed"))["counsellor"] == "Wout"
            history = await back.hear("history")
            names = [(entry["text"], entry["name"]) for entry in history["messages"]]
            assert names == [
                ("joined", "Robin"),
                ("hello", "Robin"),
                ("passed_on", "Robin"),
                ("joined", "Wout"),
                ("welcome", "Wout"),
            ]


def take_away(member):
    with across_organisations():
        Assignment.objects.filter(membership=member).update(alias="")
        Membership.objects.filter(pk=member.pk).update(public_name="")


@pytest.mark.promise("C04")
async def test_a_name_that_was_taken_away_is_shown_no_more(monkeypatch):
    line, member = await staffed()
    await in_database(AssignmentFactory)(membership=member, line=line, alias="Robin")
    monkeypatch.setattr(rights, "FRESH_SECONDS", -1)
    async with desk(member) as counsellor, visitor(line) as client:
        await client.say("start", language="nl")
        code = (await client.hear("started"))["code"]
        await counsellor.say("take")
        await counsellor.hear("taken")
        for text, name in (("before", "Robin"), ("after", None)):
            await counsellor.say("say", talk=code, id=str(uuid4()), text=text)
            assert (await client.hear("said", text=text))["name"] == name
            await in_database(take_away)(member)
