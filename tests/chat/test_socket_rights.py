"""Who may do what over a socket, and for how long; and that nobody learns where a visitor is."""

import json
from datetime import timedelta

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.utils import timezone

from chat import keeper as keeper_module
from chat import rights
from chat.keeper import keeper
from chat.writer import store
from config.asgi import application
from helplines.models import Membership
from helplines.tenancy import across_organisations
from tests.chat.sockets import (
    ORIGIN,
    PATIENCE,
    UUID,
    Socket,
    cookie,
    desk,
    in_database,
    socket,
    staffed,
    stored,
    talk,
    visitor,
)
from tests.chat.test_writer import saying
from tests.factories.chat import ActiveConversationFactory
from tests.factories.helplines import AgreementFactory, MembershipFactory

pytestmark = [pytest.mark.asyncio, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("live")]


# Who may do what
ACTIONS = [
    ("open", {}),
    ("since", {"seq": 0}),
    ("seen", {"seq": 1}),
    ("say", {"id": UUID, "text": "hello"}),
    ("close", {"why": "finished"}),
    ("replies", {}),
    ("note", {}),
    ("write_note", {"text": "hello", "version": 0}),
    ("ask", {"id": UUID, "text": "hello"}),
    ("transfer", {"how": "body", "to": "Elsewhere"}),
    ("takeover", {"why": "to help"}),
    ("consent", {}),
    ("ask_consent", {"recipient": "police", "purpose": "to help"}),
    ("drop_consent", {"consent": "x"}),
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


BEFORE_HELLO = {
    "replies": {"talk": "x"},
    "note": {"talk": "x"},
    "write_note": {"talk": "x", "text": "x", "version": 0},
    "advice": {},
    "ask": {"talk": "x", "id": UUID, "text": "x"},
    "advise": {"advice": UUID, "id": UUID, "text": "x"},
    "take_back": {"advice": UUID},
    "here": {},
    "transfer": {"talk": "x", "how": "line", "to": "x"},
    "accept": {"handover": "x"},
    "decline": {"handover": "x"},
    "withdraw": {"handover": "x"},
    "takeover": {"talk": "x", "why": "x"},
    "consent": {"talk": "x"},
    "ask_consent": {"talk": "x", "recipient": "police", "purpose": "x"},
    "drop_consent": {"talk": "x", "consent": "x"},
    "presence": {"state": "present"},
    "take": {},
    "open": {"talk": "x"},
    "say": {"talk": "x", "id": UUID, "text": "x"},
    "since": {"talk": "x", "seq": 0},
    "seen": {"talk": "x", "seq": 0},
    "close": {"talk": "x", "why": "finished"},
    "wait": {"talk": "x"},
}


@pytest.mark.parametrize("do", BEFORE_HELLO)
async def test_a_desk_does_nothing_before_hello(do):
    line, member = await staffed()
    values = BEFORE_HELLO
    async with socket(f"/ws/{line.organisation.slug}/desk/", await cookie(member.staff)) as client:
        await client.say(do, **values[do])
        assert (await client.hear("refused"))["why"] == "not_yet"


async def connects(path, headers):
    """Whether a socket stays open, or is closed with a code that the browser can read."""
    client = Socket(application, path, headers)
    await client.connect(timeout=PATIENCE)
    await client.say("ping")
    event = await client.receive_output(timeout=PATIENCE)
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


@pytest.mark.parametrize(
    "ending", ["deactivated", "account closed", "no desk role", "new agreement", "signed out", "new password"]
)
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
        elif ending == "account closed":
            type(member.staff).objects.filter(pk=member.staff_id).update(is_active=False)
        elif ending == "no desk role":
            Membership.objects.filter(pk=member.pk).update(role="auditor")
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
    monkeypatch.setattr(rights, "FRESH_SECONDS", -1.0)
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
    whole = keeper_module.allowed_of

    def allowed_of(organisation_id, desks):
        if organisation_id == foreign.organisation_id:
            raise RuntimeError("trouble")
        return whole(organisation_id, desks)

    monkeypatch.setattr(keeper_module, "allowed_of", allowed_of)
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
