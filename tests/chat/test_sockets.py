"""Talks over the sockets, frame by frame."""

import asyncio
import json
import threading
from contextlib import AsyncExitStack
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.utils import timezone

from chat import service, tasks, writer
from chat.marks import marks
from tests.chat.sockets import UUID, desk, in_database, staffed, stored, talk, visitor

pytestmark = [pytest.mark.asyncio, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("live")]


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


async def test_where_a_visitor_comes_from_is_known_no_longer_once_the_talk_began():
    async with talk() as (_line, client, _counsellor, _started):
        before = [(b"origin", b"http://127.0.0.1:8000"), (b"x-forwarded-for", b"203.0.113.77")]
        assert client.scope["headers"] == []
    line, _member = await staffed()
    async with visitor(line) as other:
        other.scope["headers"].extend(before)
        await other.say("start", language="nl")
        await other.hear("started")
        assert other.scope["headers"] == []


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
async def test_what_is_said_at_once_is_stored_before_what_comes_after_it_is_done(monkeypatch):
    """A visitor who writes three lines and leaves said three lines, however slow the database is."""
    left, store, leave = threading.Event(), writer.store, service.leave

    def stored_late(batch):
        left.wait(0.3)
        return store(batch)

    def leaves(**values):
        leave(**values)
        left.set()

    async with talk() as (_line, client, _counsellor, started):
        monkeypatch.setattr(writer, "store", stored_late)
        monkeypatch.setattr(service, "leave", leaves)
        for text in "abc":
            await client.say("say", id=str(uuid4()), text=text)
        await client.say("leave")
        assert [(await client.hear("stored"))["seq"] for _message in range(3)] == [2, 3, 4]
        assert (await client.hear("state"))["state"] == "closed"
    row, said = await stored(started["code"])
    assert said == [(1, "system", "joined"), *((seq, "visitor", text) for seq, text in enumerate("abc", start=2))]
    assert row.state == "closed"


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


async def test_a_visitor_who_goes_away_at_once_is_told_as_that():
    async with talk() as (_line, client, counsellor, started):
        await client.say("leave", exit=True)
        told = await counsellor.hear("state", talk=started["code"])
        assert (told["state"], told["by"], told["why"]) == ("closed", "visitor", "exit")


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
        await counsellor.say("seen", talk=started["code"], seq=2)
        assert (await client.hear("seen"))["seq"] == 2
        await client.say("seen", seq=1)
        assert (await counsellor.hear("seen"))["seq"] == 1
        await counsellor.say("seen", talk=started["code"], seq=99)
        await client.say("seen", seq=99)
        await marks.stop()
        row, _texts = await stored(started["code"])
        assert (row.visitor_seen_seq, row.counsellor_seen_seq) == (1, 2)


async def test_a_mark_that_was_told_stands_there_for_who_loads_the_page_again():
    """Nothing waits for a later round of the process that heard it, which may be another one."""
    line, member = await staffed()
    async with desk(member) as counsellor, visitor(line) as client:
        await client.say("start", language="nl")
        started = await client.hear("started")
        await counsellor.say("take")
        await client.hear("said")
        await client.say("say", id=str(uuid4()), text="hello")
        await counsellor.hear("said", text="hello")
        await counsellor.say("say", talk=started["code"], id=str(uuid4()), text="hello too")
        await client.hear("said", text="hello too")
        await counsellor.say("seen", talk=started["code"], seq=2)
        await client.hear("seen", seq=2)
        await client.say("seen", seq=3)
        await counsellor.hear("seen", seq=3)
        async with visitor(line) as again, desk(member) as other_tab:
            await again.say("resume", code=started["code"], secret=started["secret"], since=0)
            assert (await again.hear("resumed"))["seen_seq"] == 2
            assert (await again.hear("history"))["seen_seq"] == 2
            [held] = other_tab.first["talks"]
            assert (held["seen_seq"], held["visitor_seen_seq"]) == (2, 3)
            await other_tab.say("open", talk=started["code"], since=0)
            assert (await other_tab.hear("history"))["seen_seq"] == 3


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
