"""Who may poll, how much, and with whose token; and that none of it costs the others their talk."""

import asyncio
import json

import pytest

from chat import polling
from chat.consumers.poll import BODY_BYTES
from chat.polling import sessions
from config.asgi import application
from tests.chat.polls import Poller, address, poller, post, settled
from tests.chat.sockets import ORIGIN, UUID, desk, staffed, stored
from tests.chat.test_polling import talk_of

pytestmark = [pytest.mark.asyncio, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("live")]
OPEN = {"poll": "open"}
NEVER = "A" * 43


@pytest.mark.promise("L01")
@pytest.mark.parametrize(
    "headers",
    [
        [],
        [(b"origin", b"null")],
        [(b"origin", b"http://127.0.0.1:8001")],
        [(b"origin", b"http://127.0.0.1:8000.evil.example")],
        [(b"origin", b"https://127.0.0.1:8000")],
        [*ORIGIN, *ORIGIN],
    ],
)
async def test_another_origin_is_refused(headers):
    line, _member = await staffed()
    async with poller(line) as client:
        for body in (OPEN, {"poll": "ask", "token": client.token, "cursor": 0}):
            assert await post(address(line), body, headers) == (403, None)
        assert len(sessions.known) == 1


async def test_answer_is_kept_nowhere_and_read_by_no_other_site():
    line, _member = await staffed()
    async with poller(line):
        assert post.headers[b"cache-control"] == b"no-store"
        assert [name for name in post.headers if name.startswith(b"access-control") or name == b"set-cookie"] == []


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "PUT", "DELETE"])
async def test_only_a_post_is_answered(method):
    line, _member = await staffed()
    assert (await post(address(line), OPEN, method=method))[0] == 405
    assert sessions.known == {}


@pytest.mark.parametrize("path", ["/poll/", "/poll/x/desk/", "/poll/x/y/visitor/extra/", "/poll/x/y/desk/"])
async def test_nothing_else_is_there(path):
    assert await post(path, OPEN) == (403, None)


async def test_no_line_no_talk():
    line, _member = await staffed()
    for path in (f"/poll/{line.organisation.slug}/nowhere/visitor/", f"/poll/nobody/{line.slug}/visitor/"):
        client = await Poller(path).open()
        assert await client.closed() == 4403


@pytest.mark.promise("O10")
async def test_a_token_opens_its_own_session_at_its_own_line_and_nothing_else():
    line, member = await staffed()
    other, _foreign = await staffed()
    async with desk(member) as counsellor, poller(line) as client, poller(other) as stranger:
        started = await talk_of(client, counsellor)
        wrong = [(address(other), client.token), (address(line), stranger.token), (address(line), NEVER)]
        for path, token in wrong:
            for rest in ({"poll": "ask", "cursor": 0}, {"poll": "close"}, batch({"do": "leave"})):
                assert await post(path, {**rest, "token": token}) == (404, {"why": "unknown"})
        await client.say("ping")
        await client.hear("pong")
    assert (await stored(started["code"]))[0].state == "active"


def batch(*frames, number=1):
    return {"poll": "send", "number": number, "frames": list(frames)}


async def test_a_dead_token_opens_nothing():
    line, _member = await staffed()
    async with poller(line) as client:
        await client.post("close")
        for rest in ({"poll": "ask", "cursor": 0}, {"poll": "close"}, batch({"do": "start", "language": "nl"})):
            assert await post(client.path, {**rest, "token": client.token}) == (404, {"why": "unknown"})


async def test_tokens_are_long_and_never_the_same():
    line, _member = await staffed()
    async with poller(line) as one, poller(line) as two:
        assert len(one.token) == len(two.token) == 43
        assert one.token != two.token


async def test_of_two_readers_the_newest_is_told():
    line, _member = await staffed()
    async with poller(line) as client:
        first = asyncio.ensure_future(client.post("ask", cursor=0))
        await settled(lambda: client.session.reader is not None)
        second = asyncio.ensure_future(client.ask())
        assert await first == (409, {"why": "replaced"})
        await client.say("ping")
        assert await second == [{"kind": "pong"}]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"\xff\xfe",
        b'{"poll":"open","more":1}',
        b'{"poll":"ask"}',
        b'{"poll":"take"}',
        b"[" * 10_000,
        json.dumps({"poll": "ask", "token": "short", "cursor": 0}).encode(),
        json.dumps({"poll": "ask", "token": NEVER, "cursor": -1}).encode(),
        json.dumps({"poll": "ask", "token": NEVER, "cursor": 10**30}).encode(),
        json.dumps({**batch(), "token": NEVER}).encode(),
        json.dumps({**batch(*[{}] * 33), "token": NEVER}).encode(),
        json.dumps({**batch({}, number=0), "token": NEVER}).encode(),
    ],
)
async def test_what_cannot_be_read_is_refused(body):
    line, _member = await staffed()
    assert await post(address(line), body) == (400, {"why": "malformed"})
    assert sessions.known == {}


async def test_a_body_that_is_too_large_is_refused():
    line, _member = await staffed()
    async with poller(line) as client:
        body = {**batch({"do": "say", "id": UUID, "text": "x" * BODY_BYTES}), "token": client.token}
        assert await post(client.path, body) == (413, {"why": "too_large"})
        assert client.session.taken == 0


@pytest.mark.parametrize("frame", ["text", 5, None, [], {"do": "take"}, {"do": "say", "text": "x" * 33_000}])
async def test_a_frame_that_cannot_be_read_is_refused_as_on_a_socket(frame):
    line, _member = await staffed()
    async with poller(line) as client:
        assert await client.post("send", number=1, frames=[frame]) == (200, {})
        assert (await client.hear("refused"))["why"] == "malformed"


async def test_five_unreadable_frames_in_a_row_close_the_line():
    line, _member = await staffed()
    async with poller(line) as client:
        await client.post("send", number=1, frames=[0] * 5)
        assert await client.closed() == 4400


async def test_frames_are_counted_as_on_a_socket():
    line, _member = await staffed()
    async with poller(line) as client:
        await client.post("send", number=1, frames=[{"do": "ping"}] * 30)
        assert (await client.hear("refused"))["why"] == "slow_down"


async def test_a_flood_of_requests_ends_the_session(monkeypatch):
    monkeypatch.setattr(polling, "REQUESTS_AT_ONCE", 3)
    monkeypatch.setattr(polling, "REQUESTS_PER_SECOND", 0.0)
    line, _member = await staffed()
    client = await Poller(address(line)).open()
    client.session.bucket.patience = 5
    session = client.session
    answers = [(await client.post("send", number=1, frames=[{"do": "ping"}]))[0] for _time in range(9)]
    assert answers == [200] * 3 + [429] * 6
    assert session.code == 4429


async def test_what_waits_for_the_consumer_is_bounded():
    line, _member = await staffed()
    async with poller(line) as client:
        client.session.coming_bytes = polling.BYTES_IN
        assert await client.post("send", number=1, frames=[{"do": "ping"}]) == (429, {"why": "slow_down"})
        client.session.coming_bytes = 0
        assert await client.post("send", number=1, frames=[{"do": "ping"}]) == (200, {})
        await client.hear("pong")


@pytest.mark.parametrize(("limit", "value"), [("FRAMES_OUT", 1), ("BYTES_OUT", 60)])
async def test_who_reads_too_slowly_begins_anew(monkeypatch, limit, value):
    monkeypatch.setattr(polling, limit, value)
    line, _member = await staffed()
    async with poller(line) as client:
        await client.say("start", language="nl")
        await settled(lambda: client.session.code is not None)
        started = await client.hear("started")
        assert client.code == 1013
    async with poller(line) as again:
        await again.say("resume", code=started["code"], secret=started["secret"])
        await again.hear("resumed")


async def test_long_answers_come_in_parts(monkeypatch):
    monkeypatch.setattr(polling, "ANSWER_BYTES", 20)
    line, _member = await staffed()
    async with poller(line) as client:
        await client.post("send", number=1, frames=[{"do": "ping"}] * 3)
        await settled(lambda: len(client.session.going) == 3)
        parts = [await client.ask() for _time in range(3)]
    assert [len(part) for part in parts] == [1, 1, 1]


async def test_a_full_process_takes_nobody_more_and_those_inside_go_on(settings):
    line, _member = await staffed()
    async with poller(line) as client:
        settings.POLL_SESSIONS = 1
        assert await post(address(line), OPEN) == (503, {"why": "full"})
        await client.say("ping")
        await client.hear("pong")
        await client.post("close")
        settings.POLL_SESSIONS = 1
        async with poller(line):
            assert len(sessions.known) == 1


async def test_one_address_takes_so_many_sessions_and_those_that_ended_do_not_count(settings):
    settings.ADDRESS_POLLS = 1
    line, _member = await staffed()
    async with poller(line) as client:
        assert await post(address(line), OPEN) == (429, {"why": "slow_down"})
        client.session.end(4400)
        settings.POLL_SESSIONS = 1
        async with poller(line) as other:
            assert list(sessions.known) == [other.token]


async def test_a_browser_that_hangs_up_loses_nothing():
    line, _member = await staffed()
    async with poller(line) as client:
        body = json.dumps({"poll": "ask", "token": client.token, "cursor": 0}).encode()
        events = [{"type": "http.request", "body": body}, {"type": "http.disconnect"}]
        sent = []

        async def receive():
            return events.pop(0)

        async def send(event):
            sent.append(event)

        scope = {"type": "http", "method": "POST", "path": client.path, "headers": ORIGIN, "query_string": b""}
        await application(scope, receive, send)
        assert (sent, client.session.reader) == ([], None)
        assert client.session.patience is not None
        await client.say("ping")
        assert await client.ask() == [{"kind": "pong"}]


async def test_a_request_that_never_ends_costs_no_session():
    events = [{"type": "http.request", "body": b'{"po', "more_body": True}, {"type": "http.disconnect"}]
    sent = []

    async def receive():
        return events.pop(0)

    async def send(event):
        sent.append(event)

    scope = {"type": "http", "method": "POST", "path": "/poll/x/y/visitor/", "headers": ORIGIN, "query_string": b""}
    await application(scope, receive, send)
    assert (sent, sessions.known) == ([], {})


async def test_nothing_is_logged(caplog):
    line, member = await staffed()
    caplog.set_level(0)
    async with desk(member) as counsellor, poller(line) as client:
        await talk_of(client, counsellor)
        await client.say("say", id=UUID, text="kanarie-in-de-mijn")
        await client.hear("stored")
        token = client.token
    told = " ".join(record.getMessage() for record in caplog.records)
    assert "kanarie" not in told
    assert token not in told
