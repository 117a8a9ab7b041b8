"""Talks over the sockets, frame by frame: connect, send, receive, disconnect."""

import asyncio
import json
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from chat import keeper as keeper_module
from chat import tasks
from chat.consumers import desk as desk_consumer
from chat.keeper import keeper
from chat.models import Conversation
from chat.writer import store
from config.asgi import application
from helplines.models import Membership
from helplines.tenancy import across_organisations
from tests.chat.test_writer import saying
from tests.factories.chat import ActiveConversationFactory, staffed_line, texts_in
from tests.factories.helplines import AgreementFactory, MembershipFactory

pytestmark = [pytest.mark.asyncio, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("live")]
in_database = sync_to_async
# The same in every test process, so that they all see the same list of tests.
UUID = "5f0c9b1e-4f4f-4f7e-9a0a-0a0a0a0a0a0a"
ORIGIN = [(b"origin", b"http://127.0.0.1:8000")]


class Socket(WebsocketCommunicator):
    """A client's end of the wire."""

    async def say(self, do, **values):
        await self.send_to(text_data=json.dumps({"do": do, **values}))

    async def hear(self, kind, **expected):
        """The next frame of this kind with these values, passing over others."""
        while True:
            frame = json.loads(await self.receive_from(timeout=5))
            if frame["kind"] == kind and all(frame.get(name) == value for name, value in expected.items()):
                return frame

    async def closed(self):
        """The code with which the server closes, passing over what comes before."""
        while True:
            event = await self.receive_output(timeout=5)
            if event["type"] == "websocket.close":
                return event.get("code", 1000)


@asynccontextmanager
async def socket(path, headers=()):
    client = Socket(application, path, [*ORIGIN, *headers])
    accepted, code = await client.connect(timeout=5)
    assert accepted, code
    try:
        yield client
    finally:
        await client.disconnect()


def visitor(line):
    return socket(f"/ws/{line.organisation.slug}/{line.slug}/visitor/")


@sync_to_async
def cookie(staff):
    client = Client()
    client.force_login(staff, backend="allauth.account.auth_backends.AuthenticationBackend")
    morsel = client.cookies[settings.SESSION_COOKIE_NAME]
    return [(b"cookie", f"{morsel.key}={morsel.value}".encode())]


@asynccontextmanager
async def desk(membership):
    path = f"/ws/{membership.organisation.slug}/desk/"
    async with socket(path, await cookie(membership.staff)) as client:
        await client.say("hello")
        client.first = await client.hear("desk")
        yield client


async def staffed(**values):
    line, members = await in_database(staffed_line)(**values)
    return (line, *members)


@asynccontextmanager
async def talk(**values):
    """A visitor and a counsellor in a talk: (line, visitor's socket, desk's socket, what `started` said)."""
    line, member = await staffed(**values)
    async with desk(member) as counsellor, visitor(line) as client:
        await client.say("start", language="nl")
        started = await client.hear("started")
        await counsellor.say("take")
        await counsellor.hear("taken")
        await client.hear("state", state="active")
        yield line, client, counsellor, started


@in_database
def stored(code):
    with across_organisations():
        row = Conversation.objects.get(code=code)
    return row, texts_in(row)


async def test_a_whole_talk_reaches_both_sides_and_the_database():
    async with talk() as (_line, client, counsellor, started):
        first, second = str(uuid4()), str(uuid4())
        await client.say("say", id=first, text="  I need to talk ")
        assert (await client.hear("stored", id=first))["seq"] == 2
        heard = await counsellor.hear("said", seq=2)
        assert (heard["text"], heard["from"], heard["talk"]) == ("I need to talk", "visitor", started["code"])
        await counsellor.say("say", talk=started["code"], id=second, text="I am here")
        assert (await counsellor.hear("stored", id=second))["seq"] == 3
        assert (await client.hear("said", seq=3))["text"] == "I am here"
        await counsellor.say("close", talk=started["code"], why="finished")
        ended = await client.hear("state")
        assert (ended["state"], ended["by"], ended["why"]) == ("closed", "counsellor", "finished")
        assert await client.closed() == 1000
    row, said = await stored(started["code"])
    assert said == [(1, "system", "joined"), (2, "visitor", "I need to talk"), (3, "counsellor", "I am here")]
    assert (row.state, row.last_seq) == ("closed", 3)


async def test_the_sender_does_not_hear_their_own_message_but_their_other_tab_does():
    line, member = await staffed()
    async with desk(member) as one, desk(member) as other, visitor(line) as client:
        await client.say("start", language="nl")
        code = (await client.hear("started"))["code"]
        await one.say("take")
        await one.hear("taken")
        key = str(uuid4())
        await one.say("say", talk=code, id=key, text="hello")
        await one.hear("stored", id=key)
        assert (await other.hear("said", id=key))["from"] == "counsellor"
        await one.say("ping")
        assert json.loads(await one.receive_from())["kind"] in {"pong", "desk"}


async def test_a_resend_is_stored_once():
    async with talk() as (_line, client, _counsellor, started):
        key = str(uuid4())
        for _again in range(3):
            await client.say("say", id=key, text="once")
            assert (await client.hear("stored", id=key))["seq"] == 2
    assert (await stored(started["code"]))[1] == [(1, "system", "joined"), (2, "visitor", "once")]


@pytest.mark.promise("C02")
async def test_a_dropped_line_resumes_with_the_rest_and_the_same_counsellor():
    async with talk() as (line, client, counsellor, started):
        await client.disconnect()
        await counsellor.hear("peer", present=False)
        await counsellor.say("say", talk=started["code"], id=str(uuid4()), text="are you there?")
        await counsellor.hear("stored")
        async with visitor(line) as back:
            await back.say("resume", code=started["code"], secret=started["secret"], since=1)
            resumed = await back.hear("resumed")
            assert (resumed["state"], resumed["present"], resumed["code"]) == ("active", True, started["code"])
            assert resumed["secret"] != started["secret"]
            history = await back.hear("history")
            assert [message["text"] for message in history["messages"]] == ["are you there?"]
            await counsellor.hear("peer", present=True)
            await back.say("keep")
            await back.say("say", id=str(uuid4()), text="yes")
            assert (await counsellor.hear("said", text="yes"))["talk"] == started["code"]


@pytest.mark.promise("C02")
async def test_after_five_minutes_it_does_not_resume():
    async with talk() as (line, client, counsellor, started):
        await client.disconnect()
        await counsellor.hear("peer", present=False)
        with time_machine.travel(timezone.now() + timedelta(minutes=5, seconds=1), tick=True):
            async with visitor(line) as back:
                await back.say("resume", code=started["code"], secret=started["secret"], since=0)
                assert (await back.hear("gone"))["why"] == "late"
                await back.say("say", id=str(uuid4()), text="hello?")
                assert (await back.hear("refused"))["why"] == "not_yet"
            assert (await counsellor.hear("state"))["state"] == "abandoned"


async def test_the_sweep_tells_the_counsellor_that_nobody_came_back():
    async with talk() as (line, client, counsellor, started):
        await client.disconnect()
        await counsellor.hear("peer", present=False)
        with time_machine.travel(timezone.now() + timedelta(minutes=6), tick=True):
            await in_database(tasks.sweep)(line.organisation_id)
        assert (await counsellor.hear("state", talk=started["code"]))["why"] == "not_back"


async def test_a_second_tab_with_the_right_secret_closes_the_first():
    async with talk() as (line, client, _counsellor, started), visitor(line) as other:
        await other.say("resume", code=started["code"], secret=started["secret"], since=0)
        await other.hear("resumed")
        assert await client.closed() == 4409
        await other.say("say", id=str(uuid4()), text="from here")
        assert (await other.hear("stored"))["seq"] == 2


async def test_of_tabs_that_resume_at_once_exactly_one_stays():
    async with talk() as (line, _client, _counsellor, started), AsyncExitStack() as stack:
        tabs = [await stack.enter_async_context(visitor(line)) for _number in range(6)]
        for tab in tabs:
            await tab.say("resume", code=started["code"], secret=started["secret"], since=0)
        for tab in tabs:
            await tab.hear("resumed")
        ends = {asyncio.ensure_future(tab.closed()): tab for tab in tabs}
        done = []
        for _number in range(5):
            done += (await asyncio.wait(set(ends) - set(done), return_when=asyncio.FIRST_COMPLETED))[0]
            if len(done) >= 5:
                break
        [staying] = set(ends) - set(done)
        staying.cancel()
        assert [end.result() for end in done] == [4409] * 5
        await ends[staying].say("say", id=str(uuid4()), text="still here")
        assert (await ends[staying].hear("stored"))["seq"] == 2


async def test_a_spent_secret_is_refused_and_the_running_talk_goes_on():
    async with talk() as (line, _client, _counsellor, started), visitor(line) as owner, visitor(line) as thief:
        await owner.say("resume", code=started["code"], secret=started["secret"], since=0)
        await owner.hear("resumed")
        await owner.say("keep")
        await owner.say("since", seq=0)
        await owner.hear("history", last_seq=1)
        await owner.hear("history", last_seq=1)
        await thief.say("resume", code=started["code"], secret=started["secret"], since=0)
        assert (await thief.hear("gone"))["why"] == "reused"
        await owner.say("say", id=str(uuid4()), text="still me")
        assert (await owner.hear("stored"))["seq"] == 2


@pytest.mark.promise("C02")
async def test_a_code_alone_and_a_foreign_line_open_nothing():
    async with talk() as (line, _client, _counsellor, started):
        elsewhere, _member = await staffed()
        for entry, secret in ((line, "guess"), (line, started["code"]), (elsewhere, started["secret"])):
            async with visitor(entry) as stranger:
                await stranger.say("resume", code=started["code"], secret=secret, since=0)
                assert (await stranger.hear("gone"))["why"] == "unknown"


async def test_a_visitor_who_leaves_ends_the_talk():
    async with talk() as (_line, client, counsellor, started):
        await client.say("leave")
        assert (await client.hear("state"))["state"] == "closed"
        assert await client.closed() == 1000
        told = await counsellor.hear("state", talk=started["code"])
        assert (told["by"], told["why"]) == ("visitor", "left")


@pytest.mark.promise("A05", "A06")
async def test_a_start_is_refused_with_the_reason():
    line, _member = await staffed(capacity=1)
    async with visitor(line) as first, visitor(line) as second:
        await first.say("start", language="nl")
        await first.hear("started")
        await second.say("start", language="nl")
        refused = await second.hear("refused")
        assert (refused["why"], refused["status"]["state"]) == ("line_busy", "busy")
        await first.say("leave")
        await first.hear("state", state="abandoned")
        await second.say("start", language="nl")
        await second.hear("started")


async def test_seen_marks_reach_the_other_side_and_only_for_what_was_said():
    async with talk() as (_line, client, counsellor, started):
        key = str(uuid4())
        await client.say("say", id=key, text="hello")
        await counsellor.hear("said", id=key)
        await counsellor.say("seen", talk=started["code"], seq=99)
        await counsellor.say("seen", talk=started["code"], seq=2)
        assert (await client.hear("seen"))["seq"] == 2
        await client.say("seen", seq=1)
        assert (await counsellor.hear("seen"))["seq"] == 1


@pytest.mark.parametrize(
    ("frame", "why"),
    [
        ("{", "malformed"),
        ('{"do": "dance"}', "malformed"),
        ('{"do": "say", "id": "x", "text": "y"}', "malformed"),
        (json.dumps({"do": "say", "id": UUID, "text": " "}), "empty"),
        (json.dumps({"do": "say", "id": UUID, "text": "x" * 4001}), "too_long"),
        (json.dumps({"do": "say", "id": UUID, "text": "x" * 33000}), "malformed"),
        (json.dumps({"do": "start", "language": "nl"}), "not_yet"),
        (json.dumps({"do": "take"}), "malformed"),
    ],
)
async def test_bad_input_gets_one_clear_frame_and_the_talk_goes_on(frame, why):
    async with talk() as (_line, client, _counsellor, _started):
        await client.send_to(text_data=frame)
        assert (await client.hear("refused"))["why"] == why
        await client.say("say", id=str(uuid4()), text="still here")
        assert (await client.hear("stored"))["seq"] == 2


async def test_a_binary_frame_is_malformed():
    async with talk() as (_line, client, _counsellor, _started):
        await client.send_to(bytes_data=b"\x00\xff")
        assert (await client.hear("refused"))["why"] == "malformed"


async def test_five_unreadable_frames_in_a_row_end_the_socket():
    async with talk() as (_line, client, _counsellor, _started):
        for _frame in range(5):
            await client.send_to(text_data="{")
        assert await client.closed() == 4400


async def test_a_refusal_names_the_message_it_is_about():
    async with talk() as (_line, client, _counsellor, _started):
        key = str(uuid4())
        await client.say("say", id=key, text="")
        refused = await client.hear("refused")
        assert (refused["do"], refused["id"]) == ("say", key)


async def test_too_many_frames_are_slowed_down(settings):
    settings.SAY_BURST = 5
    async with talk() as (_line, client, _counsellor, _started):
        for _frame in range(8):
            await client.say("ping")
        assert (await client.hear("refused"))["why"] == "slow_down"


async def test_a_talk_that_closed_meanwhile_refuses_the_message():
    async with talk() as (_line, client, counsellor, started):
        await client.say("leave")
        await counsellor.hear("state")
        key = str(uuid4())
        await counsellor.say("say", talk=started["code"], id=key, text="one more thing")
        refused = await counsellor.hear("refused")
        assert (refused["why"], refused["id"], refused["talk"]) == ("closed", key, started["code"])


# Who may do what
ACTIONS = [
    ("open", {}),
    ("since", {"seq": 0}),
    ("seen", {"seq": 1}),
    ("say", {"id": UUID, "text": "hello"}),
    ("close", {"why": "finished"}),
]


@pytest.mark.promise("O10")
@pytest.mark.parametrize(("do", "values"), ACTIONS, ids=[do for do, _values in ACTIONS])
@pytest.mark.parametrize("where", ["colleague", "another organisation", "nowhere"])
async def test_a_talk_of_somebody_else_is_not_here(do, values, where):
    async with talk() as (line, _client, _counsellor, started):
        organisation = {"organisation": line.organisation} if where == "colleague" else {}
        outsider = await in_database(MembershipFactory)(**organisation)
        code = "no-such-talk" if where == "nowhere" else started["code"]
        async with desk(outsider) as stranger:
            await stranger.say(do, talk=code, **values)
            frame = await stranger.hear("refused")
            assert frame == {
                "kind": "refused", "why": "not_here", "do": do, "id": values.get("id"), "talk": code,
            }  # fmt: skip
        row, said = await stored(started["code"])
        assert (row.state, said) == ("active", [(1, "system", "joined")])


@pytest.mark.promise("O10")
async def test_take_and_presence_stay_in_the_own_organisation():
    line, _member = await staffed()
    outsider = await in_database(MembershipFactory)()
    async with visitor(line) as client, desk(outsider) as stranger:
        await client.say("start", language="nl")
        await client.hear("started")
        assert stranger.first["waiting"] == [] and stranger.first["lines"] == []
        await stranger.say("presence", state="present")
        assert (await stranger.hear("desk", presence="present"))["waiting"] == []
        for values in ({}, {"line": line.slug}):
            await stranger.say("take", **values)
            assert (await stranger.hear("refused"))["why"] == "nobody_waiting"


@pytest.mark.parametrize("do", ["presence", "take", "open", "say", "since", "seen", "close"])
async def test_a_desk_does_nothing_before_hello(do):
    line, member = await staffed()
    values = {
        "presence": {"state": "present"},
        "take": {},
        "open": {"talk": "x"},
        "say": {"talk": "x", "id": str(uuid4()), "text": "x"},
        "since": {"talk": "x", "seq": 0},
        "seen": {"talk": "x", "seq": 0},
        "close": {"talk": "x", "why": "finished"},
    }
    async with socket(f"/ws/{line.organisation.slug}/desk/", await cookie(member.staff)) as client:
        await client.say(do, **values[do])
        assert (await client.hear("refused"))["why"] == "not_yet"


async def connects(path, headers):
    """Whether a socket stays open, or is closed with a code that the browser can read."""
    client = Socket(application, path, headers)
    await client.connect(timeout=5)
    await client.say("ping")
    event = await client.receive_output(timeout=5)
    await client.disconnect()
    assert event["type"] == "websocket.send" or event["code"] == 4403
    return event["type"] == "websocket.send"


@pytest.mark.promise("J01")
@pytest.mark.parametrize("role", ["manager", "administrator", "dpo", "auditor"])
async def test_a_role_without_talks_has_no_desk(role):
    member = await in_database(MembershipFactory)(role=role)
    assert not await connects(f"/ws/{member.organisation.slug}/desk/", ORIGIN + await cookie(member.staff))


@pytest.mark.promise("J01")
async def test_no_desk_without_agreement_session_or_membership():
    unsigned = await in_database(MembershipFactory)(accepted=False)
    member, other = await in_database(MembershipFactory)(), await in_database(MembershipFactory)()
    path = f"/ws/{member.organisation.slug}/desk/"
    assert not await connects(f"/ws/{unsigned.organisation.slug}/desk/", ORIGIN + await cookie(unsigned.staff))
    assert not await connects(path, ORIGIN)
    assert not await connects(path, ORIGIN + await cookie(other.staff))
    assert await connects(path, ORIGIN + await cookie(member.staff))


async def test_no_socket_for_a_line_that_is_not_there():
    line, _member = await staffed()
    slug = line.organisation.slug
    assert not await connects(f"/ws/{slug}/nowhere/visitor/", ORIGIN)
    assert not await connects(f"/ws/nobody/{line.slug}/visitor/", ORIGIN)
    assert await connects(f"/ws/{slug}/{line.slug}/visitor/", ORIGIN)


@pytest.mark.parametrize("ending", ["deactivated", "new agreement", "signed out", "new password"])
async def test_a_right_that_ends_closes_the_desk_with_the_next_round(ending):
    _line, member = await staffed()
    async with desk(member) as counsellor:
        await keeper.round()
        await in_database(end_right)(member, ending)
        await keeper.round()
        assert await counsellor.closed() == 4403


def end_right(member, ending):
    with across_organisations():
        if ending == "deactivated":
            Membership.objects.filter(pk=member.pk).update(is_active=False)
        elif ending == "new agreement":
            AgreementFactory(organisation=member.organisation)
        elif ending == "signed out":
            Session.objects.all().delete()
        else:
            member.staff.set_password("another long enough secret")
            member.staff.save()


async def test_a_role_that_ends_counts_from_the_next_frame():
    async with talk() as (_line, _client, counsellor, started):
        row, _said = await stored(started["code"])
        await in_database(end_right)(await in_database(lambda: row.counsellor)(), "deactivated")
        await counsellor.say("close", talk=started["code"], why="finished")
        assert await counsellor.closed() == 4403
        assert (await stored(started["code"]))[0].state == "active"


@pytest.mark.parametrize("do", ["say", "seen", "hello"])
async def test_a_role_that_ended_does_nothing_more(do, monkeypatch):
    monkeypatch.setattr(desk_consumer, "RIGHT_SECONDS", -1.0)
    async with talk() as (_line, _client, counsellor, started):
        row, _said = await stored(started["code"])
        await in_database(end_right)(await in_database(lambda: row.counsellor)(), "deactivated")
        values = {"say": {"id": UUID, "text": "still here"}, "seen": {"seq": 1}, "hello": {}}[do]
        await counsellor.say(do, **({} if do == "hello" else {"talk": started["code"]}), **values)
        assert await counsellor.closed() == 4403
    assert (await stored(started["code"]))[1] == [(1, "system", "joined")]


async def test_one_organisations_trouble_does_not_end_the_round_of_the_others(monkeypatch):
    _line, member = await staffed()
    _other, foreign = await staffed()
    whole = keeper_module.note

    def note(organisation_id, places):
        if organisation_id == foreign.organisation_id:
            raise RuntimeError("trouble")
        return whole(organisation_id, places)

    monkeypatch.setattr(keeper_module, "note", note)
    async with desk(member) as counsellor, desk(foreign):
        await in_database(end_right)(member, "deactivated")
        await keeper.round()
        assert await counsellor.closed() == 4403


async def test_a_round_keeps_visitor_and_counsellor_there():
    async with talk() as (_line, _client, _counsellor, started):
        before, _said = await stored(started["code"])
        with time_machine.travel(timezone.now() + timedelta(seconds=10), tick=True):
            await keeper.round()
        after, _said = await stored(started["code"])
        assert after.visitor_seen_at - before.visitor_seen_at >= timedelta(seconds=9)
        assert after.rejoin_until == after.visitor_seen_at + timedelta(minutes=5)


@pytest.mark.promise("D01")
async def test_no_frame_holds_an_address():
    line, member = await staffed()
    path = f"/ws/{line.organisation.slug}/{line.slug}/visitor/"
    canary = "203.0.113.77"
    client = Socket(
        application, path, [*ORIGIN, (b"x-forwarded-for", canary.encode()), (b"user-agent", b"canary-agent")]
    )
    client.scope["client"] = (canary, 4242)
    await client.connect()
    async with desk(member) as counsellor:
        await client.say("start", language="nl")
        code = (await client.hear("started"))["code"]
        await counsellor.say("take")
        frames = [await counsellor.hear("taken")]
        await counsellor.say("open", talk=code, since=0)
        frames += [await counsellor.hear("history"), counsellor.first]
        assert canary not in json.dumps(frames)
        assert "canary-agent" not in json.dumps(frames)
    await client.disconnect()
    row, _said = await stored(code)
    values = [str(getattr(row, field.attname)) for field in row._meta.fields]
    assert not [value for value in values if canary in value or "canary-agent" in value]


async def test_history_comes_in_parts_of_two_hundred():
    held = await in_database(long_talk)()
    async with desk(held.counsellor) as counsellor:
        await counsellor.say("open", talk=held.code, since=0)
        first = await counsellor.hear("history")
        await counsellor.say("since", talk=held.code, seq=200)
        second = await counsellor.hear("history")
    assert [message["seq"] for message in first["messages"] + second["messages"]] == list(range(1, 251))
    assert first["last_seq"] == 250


async def test_history_of_long_texts_comes_in_parts_that_fit_a_frame():
    held = await in_database(long_talk)(count=30, length=4000)
    async with desk(held.counsellor) as counsellor:
        await counsellor.say("open", talk=held.code, since=0)
        first = await counsellor.hear("history")
        await counsellor.say("since", talk=held.code, seq=25)
        second = await counsellor.hear("history")
    assert [[message["seq"] for message in part["messages"]] for part in (first, second)] == [
        list(range(1, 26)),
        list(range(26, 31)),
    ]


def long_talk(count=250, length=1):
    row = ActiveConversationFactory()
    store([saying(row, "x" * length) for _number in range(count)])
    return row
