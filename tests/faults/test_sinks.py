"""Marked words go through the whole installation while it fails, and are in none of its sinks (security goals C1, M1, M2).

`tests/chat/test_canary.py` looks at one process from inside. Here the sinks are those that an operator has: what each program
wrote, what went through Redis, what the databases keep on disk. A place that nobody knows of is a failure.
"""

import asyncio
import contextlib
import http.client
import json
import threading
import time

import psycopg
import pytest
import redis
from psycopg.sql import SQL, Identifier

from bench.sockets import get
from deploy.programs import HOST
from tests.faults.crowds import MARK, PATIENCE, until
from tests.faults.houses import House, scene
from tests.faults.sites import believing
from tests.forms import forms_of

pytestmark = pytest.mark.faults
NICKNAME, ANSWER, SAID, NOTED, TYPED = (f"zqx{name}canary" for name in ("nick", "ans", "said", "note", "type"))
# As nginx would tell where somebody is; and where nginx itself sees somebody.
ADDRESSES, SEEN = ("203.0.113.77", "2001:db8::c0de"), "127.0.0.77"
CANARIES = (NICKNAME, ANSWER, SAID, NOTED, TYPED, MARK, *ADDRESSES, SEEN)
QUESTIONS = [
    {"key": "nickname", "kind": "nickname", "label": {"nl": "Naam", "en": "Name"}, "why": {"nl": "Zo", "en": "So"}},
    {"key": "about", "kind": "text", "label": {"nl": "Wat", "en": "What"}, "why": {"nl": "Zo", "en": "So"}},
]
BEGINNING, MESSAGE, NOTE = 'INSERT INTO "chat_conversation"', "INSERT INTO chat_message", 'INSERT INTO "chat_note"'
# All that an installation leaves on its machine. Whoever adds a place adds it here, where the marks are looked for.
LOGS = {f"{name}.log" for name in ("database", "keys", "redis", "web1", "web2", "worker", "beat", "nginx")}
LOGS_OF_TESTS = {"helper.log", "front.log"}
DATA = {"database", "keys", "var", "beat", "nginx"}
MADE = {"static", "secrets.json", "nginx.conf", "nginx.pid", "certificate.pem", "certificate_key.pem"}


@pytest.fixture
def monitor(cluster):
    """All that goes through Redis from now on, as bytes, and at last all that is in it."""
    url, heard, over = cluster.env["REDIS_URL"], [], threading.Event()

    def listen():
        with redis.Redis.from_url(url).monitor() as spy:
            while not over.is_set():
                # One that hears nothing for a while is shut by its time limit: the beats go on, so that does not happen.
                heard.append(spy.connection.read_response())

    thread = threading.Thread(target=listen, daemon=True)
    thread.start()
    yield heard
    over.set()
    thread.join(10)


def kept_in_redis(cluster):
    with redis.Redis.from_url(cluster.env["REDIS_URL"]) as client:
        return [client.dump(key) or b"" for key in client.scan_iter()]


@contextlib.contextmanager
def statements_that_fail(cluster, *tables):
    """Whoever writes in these tables meanwhile waits, and is then cut off by the server, which writes down what it was."""
    with (
        psycopg.connect(named(cluster)) as holder,
        psycopg.connect(cluster.server_url("database"), autocommit=True) as over,
    ):
        for table in tables:
            holder.execute(SQL("LOCK TABLE {} IN SHARE MODE").format(Identifier(table)))
        waiting = "select query, pg_cancel_backend(pid) from pg_stat_activity where wait_event_type = 'Lock'"

        def cut_off():
            return [query for query, _done in over.execute(waiting).fetchall()]

        yield cut_off
        holder.rollback()


def named(cluster):
    return cluster.database_url("database").replace("postgres://", "postgresql://")


def over_http(port, line):
    """Pages that are asked for, missed and refused through nginx, with marks in all that a client may say."""
    headers = {"User-Agent": TYPED, "Referer": f"https://example.org/{TYPED}", "X-Forwarded-For": ADDRESSES[0]}
    form = f"login={TYPED}&password={TYPED}"
    asked = [
        ("GET", f"{line}?q={TYPED}", ""), ("GET", f"/{TYPED}/", ""), ("GET", f"{line}{TYPED}", ""), ("POST", line, TYPED),
        ("POST", "/account/login/", form), ("POST", "/account/login/", "x" * (3 * 2**20)), ("GET", "/%zz", ""),
        ("HOST", line, ""),
        ("POST", line.replace("/fault", "/poll/fault", 1) + "visitor/", json.dumps({"poll": TYPED, "token": TYPED})),
    ]  # fmt: skip
    found = []
    for method, path, body in asked:
        asking = http.client.HTTPSConnection(HOST, port, timeout=60, context=believing(), source_address=(SEEN, 0))
        said = headers | {"Content-Type": "application/x-www-form-urlencoded"}
        with contextlib.suppress(OSError):
            other = {"Host": f"{TYPED}.example.org"} if method == "HOST" else {}
            asking.request("GET" if other else method, path, body, said | other)
            found.append(asking.getresponse().status)
        asking.close()
    return found


async def meanwhile(cut_off, *wanted):
    """Cut off whoever waits, until each of these was; the server writes the whole statement in its log."""
    cut = []

    end = time.monotonic() + PATIENCE
    while not all(any(one in statement for statement in cut) for one in wanted):
        assert time.monotonic() < end, f"only {sorted({statement[:60] for statement in cut})} waited"
        cut += await asyncio.to_thread(cut_off)
        await asyncio.sleep(0.05)


async def whole_talk(house, cluster):
    """A talk with marks in all that is said, of which every write fails once."""
    first, second = house.nodes
    desk = house.desk(second)
    await house.at_work(desk)
    # A beginning that fails, and one that does not.
    first.headers, address = (lambda: {"X-Forwarded-For": ADDRESSES[0]}), ADDRESSES[1]
    with statements_that_fail(cluster, "chat_conversation") as cut_off:
        hopeless = house.visitor(first, nickname=NICKNAME, about=ANSWER)
        await meanwhile(cut_off, BEGINNING)
        await until(lambda: bool(house.ledgers.visible), what="the beginning fails")
    assert house.ledgers.visible == ["refused: start broken"]
    house.ledgers.visible.clear()
    hopeless.stop()
    first.headers = lambda: {"X-Forwarded-For": address}
    visitor = await house.waiting(first, nickname=NICKNAME, about=ANSWER)
    desk.send({"do": "take"})
    code = await desk.taken.get()
    await until(lambda: visitor.state == "active", what="the talk begins")
    with statements_that_fail(cluster, "chat_note") as cut_off:
        desk.send({"do": "write_note", "talk": code, "text": NOTED, "version": 0})
        await meanwhile(cut_off, NOTE)
    with statements_that_fail(cluster, "chat_message") as cut_off:
        visitor.say(f"{SAID} and {ADDRESSES[0]}")
        await meanwhile(cut_off, MESSAGE)
    desk.say(code, SAID)
    for odd in (
        {"do": "say", "id": TYPED, "text": TYPED},
        {"do": TYPED},
        {"do": "rejoin", "name": NICKNAME, "code": TYPED},
    ):
        visitor.send(odd)
    await until(lambda: len(house.ledgers.told) == 2 and not house.ledgers.unseen, what="both come through after all")
    figures = [
        await get(HOST, node.site.port, path) for node in house.nodes for path in ("/metrics", "/readyz", f"/{TYPED}")
    ]
    return code, [body for _status, body in figures]


def kept_files(cluster):
    """Each file that holds data: of the databases, of Redis and nginx, of the clock of the jobs, and what was sent in."""
    places = [path for path in cluster.directory.iterdir() if path.name.split(".")[0] in DATA and path.name not in LOGS]
    return [path for place in places for path in [place, *place.rglob("*")] if path.is_file()]


def leaks(where, data):
    return [f"{word} in {where}" for word in CANARIES if any(form in data for form in forms_of(word))]


def test_marked_words_are_in_no_sink_of_the_installation(cluster, site, monitor):
    house = House(cluster, site, 1, questions=QUESTIONS)
    statuses = over_http(site.port, f"/{house.sown.slug}/line/")
    code, pages = scene(house, lambda house: whole_talk(house, cluster))
    assert {200, 404, 403, 413} <= set(statuses)
    # It was said, and only who may reads it.
    said = [row[3] for row in site.stored([code])[code]["messages"]]
    assert sorted(said) == ["joined", SAID, f"{SAID} and {ADDRESSES[0]}"]
    logs = {path.name: path.read_bytes() for path in cluster.directory.glob("*.log")}
    found = [
        f"{leak}: {line[:300]!r}"
        for name, data in logs.items()
        for line in data.splitlines()
        for leak in leaks(name, line)
    ]
    found += [leak for page in pages for leak in leaks("a page for the operator", page)]
    passed = [
        bytes(one) if isinstance(one, bytes) else str(one).encode() for one in [*monitor, *kept_in_redis(cluster)]
    ]
    found += leaks("Redis", b"\0".join(passed))
    # The databases are large: there it is looked for as it was said, in the files and in the log that goes before them.
    for name in ("database", "keys"):
        with psycopg.connect(cluster.server_url(name), autocommit=True) as connection:
            connection.execute("CHECKPOINT")
    found += [
        f"{word} in {path}" for path in kept_files(cluster) for word in CANARIES if word.encode() in path.read_bytes()
    ]
    assert found == []
    # The sinks were there to leak into: what failed is told, with the statement, and Redis heard of the talk.
    assert [one for one in (BEGINNING, MESSAGE, NOTE) if one.encode() not in logs["database.log"]] == []
    assert b" error " in logs["web1.log"]
    assert any(b"PUBLISH" in one.upper() for one in passed)
    unknown = {path.name for path in cluster.directory.iterdir()} - LOGS - LOGS_OF_TESTS - MADE
    assert {name.split(".")[0] for name in unknown} <= DATA
    assert set(logs) >= LOGS
