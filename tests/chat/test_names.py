"""Visitors never learn how a counsellor is really called; where no name was chosen they see none (C04)."""

from uuid import uuid4

import pytest
from django.test import Client

from chat import requeue
from chat.models import STALE, Presence
from helplines.tenancy import across_organisations
from tests.chat.sockets import Socket, desk, in_database, staffed, stored, visitor
from tests.factories.chat import PresenceFactory
from tests.factories.helplines import AssignmentFactory, MembershipFactory

pytestmark = [pytest.mark.asyncio, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("live")]
REAL = ("Wilhelmina", "Realname", "real-user", "real-user@example.org")


def name_them(member):
    person = member.staff
    person.first_name, person.last_name, person.username, person.email = REAL
    with across_organisations():
        person.save()


@pytest.fixture
def heard(monkeypatch):
    """Every frame that the client with `told` set has received."""
    frames: list[str] = []
    receive = Socket.receive_from

    async def remember(self, timeout=1):
        text = await receive(self, timeout)
        if getattr(self, "told", False):
            frames.append(text)
        return text

    monkeypatch.setattr(Socket, "receive_from", remember)
    return frames


@pytest.mark.promise("C04")
@pytest.mark.parametrize("chosen", ["", "Sam"])
async def test_no_frame_and_no_page_tells_a_visitor_who_the_counsellor_is(heard, chosen):
    line, member = await staffed()
    await in_database(name_them)(member)
    if chosen:
        await in_database(AssignmentFactory)(membership=member, line=line, alias=chosen)
    mentor = await in_database(MembershipFactory)(organisation=line.organisation, role="mentor")
    await in_database(PresenceFactory)(membership=mentor)
    async with desk(member) as counsellor, desk(mentor) as guide, visitor(line) as client:
        client.told = True
        await client.say("start", language="nl")
        started = await client.hear("started")
        code = started["code"]
        await counsellor.say("take")
        await counsellor.hear("taken")
        await counsellor.say("typing", talk=code)
        await counsellor.say("say", talk=code, id=str(uuid4()), text="hello")
        assert (await client.hear("said", text="hello"))["name"] == (chosen or None)
        await guide.say("takeover", talk=code, why="to help")
        await client.hear("state", why="taken_over")
        await client.disconnect()
        async with visitor(line) as back:
            back.told = True
            await back.say("resume", code=code, secret=started["secret"], since=0)
            assert len((await back.hear("history"))["messages"]) == 3
            await in_database(lose)(mentor)
            await in_database(requeue.heal)(
                organisation_id=line.organisation_id, now=(await stored(code))[0].started_at
            )
            await back.hear("state", state="waiting")
            await back.hear("said", text="requeued")
        # The colleague is known to colleagues by the real name: the word could have leaked.
        assert REAL[0] in str(guide.first["colleagues"])
    pages = [f"/{line.organisation.slug}/{line.slug}/{part}" for part in ("", "frame/", "status.json", "safe/")]
    texts = [(await in_database(Client().get)(page)).content.decode() for page in pages]
    assert len(heard) > 8
    assert [word for word in REAL for text in [*heard, *texts] if word in text] == []


def lose(mentor):
    """The desk of the mentor has given no sign of life, as seen from the moment at which the talk began."""
    with across_organisations():
        row = Presence.objects.get(membership=mentor)
        Presence.objects.filter(pk=row.pk).update(seen_at=row.seen_at - 2 * STALE)


async def test_who_lost_a_talk_reads_what_became_of_it():
    line, member, colleague = await staffed(counsellors=2)
    async with visitor(line) as client:
        async with desk(member) as counsellor:
            await client.say("start", language="nl")
            code = (await client.hear("started"))["code"]
            await counsellor.say("take")
            await counsellor.hear("taken")
        await in_database(lose)(member)
        await in_database(requeue.heal)(organisation_id=line.organisation_id, now=(await stored(code))[0].started_at)
        async with desk(member) as counsellor:
            [told] = counsellor.first["lost"]
            assert (told["talk"], told["where"], told["line_name"]) == (code, "waiting", line.name)
        async with desk(colleague) as other:
            assert other.first["lost"] == []
            await other.say("take")
            await other.hear("taken")
        async with desk(member) as counsellor:
            assert counsellor.first["lost"][0]["where"] == "colleague"


async def test_who_took_their_own_visitor_back_reads_nothing_of_a_colleague():
    line, member = await staffed()
    async with visitor(line) as client:
        async with desk(member) as counsellor:
            await client.say("start", language="nl")
            code = (await client.hear("started"))["code"]
            await counsellor.say("take")
            await counsellor.hear("taken")
        await in_database(lose)(member)
        await in_database(requeue.heal)(organisation_id=line.organisation_id, now=(await stored(code))[0].started_at)
        async with desk(member) as counsellor:
            assert [told["where"] for told in counsellor.first["lost"]] == ["waiting"]
            await counsellor.say("presence", state="present")
            await counsellor.say("take")
            await counsellor.hear("taken")
        async with desk(member) as counsellor:
            assert counsellor.first["lost"] == []
