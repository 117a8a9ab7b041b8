"""A talk is handed over only with its visitor's yes, to one owner at a time; everything is recorded (C10)."""

from contextlib import asynccontextmanager
from uuid import uuid4

import pytest
from django.utils import timezone

from chat import handovers
from chat.models import Handover
from helplines.tenancy import across_organisations
from tests.chat.sockets import desk, in_database, staffed, stored, talk, visitor
from tests.factories.chat import (
    PresenceFactory,
    contents_of,
)
from tests.factories.helplines import AssignmentFactory, LineFactory, MembershipFactory, open_always


def live(test):
    test = pytest.mark.asyncio(test)
    return pytest.mark.usefixtures("live")(pytest.mark.django_db(transaction=True)(test))


@asynccontextmanager
async def two_desks(**values):
    """A visitor in a talk with the first of two counsellors: (line, visitor, first desk, second desk, members, code)."""
    line, first, second = await staffed(counsellors=2, **values)
    async with desk(first) as one, desk(second) as other, visitor(line) as client:
        await client.say("start", language="nl")
        code = (await client.hear("started"))["code"]
        await one.say("take")
        await one.hear("taken")
        await client.hear("state", state="active")
        yield line, client, one, other, (first, second), code


async def asked(one, other, code, second, note="They want to talk about school"):
    """The question on the desk of the colleague."""
    await one.say("transfer", talk=code, how="colleague", to=str(second.pk), note=note)
    while True:
        frame = await other.hear("desk")
        if frame["handovers"]:
            return frame["handovers"][0]


async def answered(asker, state):
    """The handover on the desk of who asked, once it came to this."""
    while True:
        frame = await asker.hear("desk")
        if [handover["state"] for handover in frame["handovers"]] == [state]:
            return frame["handovers"][0]


@in_database
def rows(code):
    with across_organisations():
        return list(Handover.objects.filter(conversation__code=code).order_by("pk"))


# Over the sockets
@live
@pytest.mark.promise("C10")
async def test_a_talk_goes_to_a_colleague_when_colleague_and_visitor_say_yes():
    async with two_desks() as (_line, client, one, other, (_first, second), code):
        question = await asked(one, other, code, second)
        assert (question["note"], question["mine"], question["state"]) == (
            "They want to talk about school",
            False,
            "asked",
        )
        await other.say("accept", handover=question["id"])
        offer = await client.hear("handover", open=True)
        assert (offer["how"], offer["name"]) == ("colleague", None)
        await one.say("say", talk=code, id=str(uuid4()), text="still mine")
        await client.hear("said", text="still mine")
        await client.say("agree", handover=offer["id"])
        told = await client.hear("state", state="active")
        assert (told["why"], told["by"]) == ("passed", "counsellor")
        assert (await client.hear("said", text="passed"))["seq"] == 3
        assert (await one.hear("state", talk=code))["why"] == "passed"
        assert (await other.hear("taken"))["talk"]["code"] == code
        await one.say("say", talk=code, id=str(uuid4()), text="too late")
        assert (await one.hear("refused", do="say"))["why"] == "not_here"
        await other.say("say", talk=code, id=str(uuid4()), text="hello")
        assert (await client.hear("said", text="hello"))["seq"] == 4
    row, said = await stored(code)
    assert (row.counsellor_id, [text for _seq, _party, text in said]) == (
        second.pk,
        ["joined", "still mine", "passed", "hello"],
    )
    [kept] = await rows(code)
    assert (kept.state, kept.agreed_at is not None, kept.owner_id != kept.to_member_id) == ("done", True, True)


@live
@pytest.mark.promise("C10")
async def test_a_visitor_who_says_no_keeps_the_counsellor():
    async with two_desks() as (_line, client, one, other, (first, second), code):
        question = await asked(one, other, code, second)
        await other.say("accept", handover=question["id"])
        offer = await client.hear("handover", open=True)
        await client.say("disagree", handover=offer["id"])
        assert (await client.hear("handover", open=False))["why"] == "refused"
        await client.say("agree", handover=offer["id"])
        assert (await client.hear("refused", do="agree"))["why"] == "over"
        assert (await answered(one, "refused"))["mine"]
    assert (await stored(code))[0].counsellor_id == first.pk


@live
async def test_a_colleague_declines_with_a_note_for_the_asker_alone():
    async with two_desks() as (_line, client, one, other, (_first, second), code):
        question = await asked(one, other, code, second)
        await other.say("decline", handover=question["id"], note="I stop in five minutes")
        assert (await answered(one, "declined"))["answer"] == "I stop in five minutes"
        await client.say("say", id=str(uuid4()), text="hello?")
        assert (await client.hear("stored"))["seq"] == 2


@live
async def test_the_asker_takes_the_question_back():
    async with two_desks() as (_line, client, one, other, (_first, second), code):
        question = await asked(one, other, code, second)
        await other.say("accept", handover=question["id"])
        offer = await client.hear("handover", open=True)
        await one.say("withdraw", handover=offer["id"])
        assert (await client.hear("handover", open=False))["why"] == "withdrawn"
        await other.say("accept", handover=question["id"])
        assert (await other.hear("refused", do="accept"))["why"] == "over"


@live
async def test_a_tab_that_comes_back_sees_the_question_again():
    async with two_desks() as (line, client, one, other, (_first, second), code):
        question = await asked(one, other, code, second)
        await other.say("accept", handover=question["id"])
        await client.hear("handover", open=True)
        row = (await stored(code))[0]
        offer = await in_database(shown)(row)
        assert (offer["id"], offer["open"], line.pk) == (question["id"], True, row.line_id)


def shown(row):
    with across_organisations():
        return handovers.open_question(row, timezone.now())


@live
@pytest.mark.promise("C10")
async def test_a_talk_goes_to_the_front_of_another_line():
    line, first = await staffed()
    other_line = await in_database(LineFactory)(organisation=line.organisation, name="The other line")
    await in_database(open_always)(other_line)
    guest = await in_database(MembershipFactory)(organisation=line.organisation)
    await in_database(AssignmentFactory)(membership=guest, line=other_line)
    await in_database(PresenceFactory)(membership=guest)
    async with desk(first) as one, desk(guest) as other, visitor(line) as client:
        await client.say("start", language="nl")
        started = await client.hear("started")
        code = started["code"]
        await one.say("take")
        await one.hear("taken")
        await one.say("transfer", talk=code, how="line", to=other_line.slug)
        offer = await client.hear("handover", open=True)
        assert (offer["how"], offer["name"]) == ("line", "The other line")
        await client.say("agree", handover=offer["id"])
        assert (await client.hear("state", state="waiting"))["why"] == "passed"
        assert (await one.hear("state", talk=code))["why"] == "passed"
        await other.say("take")
        assert (await other.hear("taken"))["talk"]["line"] == other_line.slug
        await client.disconnect()
        # The visitor's page is still that of the line on which the talk began.
        async with visitor(line) as back:
            await back.say("resume", code=code, secret=started["secret"], since=0)
            assert (await back.hear("resumed"))["state"] == "active"


@live
@pytest.mark.promise("C10")
async def test_a_referral_to_an_outside_body_records_what_was_agreed():
    async with talk() as (_line, client, counsellor, started):
        code = started["code"]
        await counsellor.say(
            "transfer", talk=code, how="body", to="The youth centre", agreement="You call them tomorrow"
        )
        offer = await client.hear("handover", open=True)
        assert (offer["name"], offer["agreement"]) == ("The youth centre", "You call them tomorrow")
        await client.say("agree", handover=offer["id"])
        ended = await client.hear("state", state="closed")
        assert (ended["by"], ended["why"]) == ("counsellor", "referred")
        assert await client.closed() == 1000
    [kept] = await rows(code)
    opened = await in_database(contents_of)((await stored(code))[0])
    texts = [opened.beside(kept.code, name, getattr(kept, name)) for name in ("body", "agreement")]
    assert (texts, kept.agreed_at is not None) == (["The youth centre", "You call them tomorrow"], True)
    assert b"youth" not in bytes(kept.body)


@live
async def test_a_mentor_takes_over_with_a_reason_and_both_are_told():
    line, first = await staffed()
    mentor = await in_database(MembershipFactory)(organisation=line.organisation, role="mentor", public_name="Noa")
    await in_database(PresenceFactory)(membership=mentor)
    async with desk(first) as one, desk(mentor) as guide, visitor(line) as client:
        await client.say("start", language="nl")
        code = (await client.hear("started"))["code"]
        await one.say("take")
        await one.hear("taken")
        while not (frame := await guide.hear("desk"))["guided"]:
            pass
        assert frame["guided"][0]["code"] == code
        await guide.say("takeover", talk=code, why="  ")
        assert (await guide.hear("refused"))["why"] == "empty"
        await guide.say("takeover", talk=code, why="The counsellor asked for help")
        assert (await guide.hear("taken"))["talk"]["code"] == code
        told = await one.hear("state", talk=code)
        assert (told["why"], told["counsellor"]) == ("taken_over", str(mentor.staff))
        assert (await client.hear("state", why="taken_over"))["counsellor"] == "Noa"
        assert (await client.hear("said", text="taken_over"))["name"] == "Noa"
    [kept] = await rows(code)
    opened = await in_database(contents_of)((await stored(code))[0])
    assert (kept.how, kept.asker_id, opened.beside(kept.code, "note", kept.note)) == (
        "takeover", mentor.pk, "The counsellor asked for help",
    )  # fmt: skip


@live
@pytest.mark.promise("C04", "D01")
async def test_no_frame_to_a_visitor_holds_the_name_of_a_colleague():
    async with two_desks() as (_line, client, one, other, (first, second), code):
        names = [str(first.staff), str(second.staff)]
        assert [colleague["name"] for colleague in (await one.hear("desk"))["colleagues"]] in ([], names[1:])
        question = await asked(one, other, code, second)
        await other.say("accept", handover=question["id"])
        offer = await client.hear("handover", open=True)
        await client.say("agree", handover=offer["id"])
        frames = [offer, await client.hear("state", why="passed"), await client.hear("said", text="passed")]
        assert [name for name in names if name in str(frames)] == []
