"""Somebody who means harm, on one process with the limits of production: the others notice nothing (security goals H1 to H4).

The attacker comes past nginx, from as many addresses as there are sockets: worse than it can be from outside.
"""

import asyncio
import contextlib
import itertools
import json
import random
import struct
import time
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings

from bench.sockets import RefusedHandshakeError, connect, framed
from deploy.cluster import ROOT
from deploy.programs import HOST, Program, answers, free_port
from tests.faults.conftest import Size
from tests.faults.crowds import Crowd, milliseconds
from tests.faults.sites import PLACES, ROOMY, Site, memory_of

pytestmark = pytest.mark.faults
SMALL, BYTES = 64 * 1024, 50
EVERY = 2.0  # seconds between two messages of the people who just talk
numbers = itertools.count()


class Front:
    """One web process with the limits of production, beside the nodes of the cluster."""

    def __init__(self, cluster, site):
        self.port = free_port()
        env = {name: value for name, value in cluster.env.items() if name not in ROOMY}
        command = [*cluster["web1"].command[:-1], str(self.port)]
        log = cluster.directory / "front.log"
        self.program = Program("front", command, env, log, ROOT, ready=lambda: answers(self.port))
        self.site = Site(site.origin, self.port, site.env, site.logs, helper=None)
        self.site.ask = site.ask
        self.site.sow = lambda count: _sown(self.site, site.sow(count))

    async def open(self, path, address=""):
        """A socket from an address of its own."""
        number = next(numbers)
        headers = {"X-Forwarded-For": address or f"198.18.{number // 250 % 250}.{number % 250 + 1}"}
        return await connect(HOST, self.port, path, origin=self.site.origin, headers=headers)

    def complaints(self):
        text = Path(self.program.log).read_text(errors="replace")
        return [line for line in text.splitlines() if "Traceback" in line or " error " in line or " critical " in line]


def _sown(site, sown):
    sown.site = site
    return sown


@pytest.fixture(scope="module")
def front(cluster, site):
    house = Front(cluster, site)
    house.program.start()
    yield house
    house.program.stop()


class Others:
    """People who talk while something goes on, and what it did to them."""

    def __init__(self, front):
        self.front, self.loop = front, asyncio.new_event_loop()
        self.did = ""

    def __enter__(self):
        self.crowd = self.loop.run_until_complete(Crowd.gather(self.front.site, 6))
        self.before = memory_of(self.front.program)
        self.talking = self.loop.create_task(self.talk())
        return self

    async def talk(self):
        with contextlib.suppress(asyncio.CancelledError):
            while True:
                await asyncio.gather(*(self.crowd.chatter(talk, EVERY, EVERY) for talk in self.crowd.talks))

    def run(self, work):
        return self.loop.run_until_complete(work)

    def __exit__(self, kind, fault, trace):
        try:
            self.talking.cancel()
            self.run(asyncio.wait([self.talking]))
            if fault is None:
                self.judge()
        finally:
            self.run(self.crowd.leave())
            self.loop.close()

    def judge(self):
        counts = self.run(self.crowd.compare())
        grew = memory_of(self.front.program) - self.before
        p95 = milliseconds(self.crowd.ledgers.took, 0.95)
        print(f"\n{self.did} others: {counts}, acknowledged p95 {p95:.0f} ms; {grew:.1f} MiB more")  # noqa: T201
        assert {talk.visitor.connections for talk in self.crowd.talks} == {1}
        assert self.crowd.ledgers.visible == []
        assert p95 <= Size().others_p95
        assert grew <= 50
        assert self.front.complaints() == []


async def gone(socket, patience=20.0):
    """The code with which the server closes."""
    return await asyncio.wait_for(asyncio.shield(socket.closed), patience)


def test_frames_that_are_too_large_close_their_socket_unread(front):
    async def attack(path):
        codes = []
        for size in [SMALL + 1] * 20 + [1024 * 1024] * 10:
            socket = await front.open(path)
            socket.write(framed(1, b"x" * size))
            codes.append(await gone(socket))
        return codes

    with Others(front) as others:
        codes = others.run(attack(others.crowd.sown.visitors))
        others.run(asyncio.sleep(EVERY))
    # A line that is cut while somebody still writes may lose the code.
    assert set(codes) <= {1009, 1006}
    assert 1009 in codes


@pytest.mark.parametrize("payload", [b"", b"x"])
def test_one_message_of_many_fragments_is_not_waited_for(front, size, payload):
    async def attack(path):
        socket = await front.open(path)
        first, rest = struct.pack("!BB", 0x01, 0x80 | len(payload)), struct.pack("!BB", 0x00, 0x80 | len(payload))
        tail = b"\0\0\0\0" + payload
        socket.write(first + tail)
        for _number in range(size.fragments // 1000):
            socket.write((rest + tail) * 1000)
            await asyncio.sleep(0)
        socket.write(struct.pack("!BB", 0x80, 0x80) + b"\0\0\0\0")
        return await gone(socket)

    with Others(front) as others:
        code = others.run(attack(others.crowd.sown.visitors))
        others.run(asyncio.sleep(EVERY))
        others.did = f"{size.fragments} fragments of {len(payload)}:"
    assert code in {1009, 1006}


KEYS = st.sampled_from(
    ["do", "id", "text", "code", "secret", "since", "seq", "language", "answers", "handover", "talk"]
)
WORDS = st.sampled_from(
    ["say", "start", "resume", "rejoin", "keep", "since", "seen", "typing", "leave", "agree", "ping"]
)
ANY = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30) | WORDS
OBJECTS = st.dictionaries(KEYS, st.recursive(ANY, lambda inner: st.lists(inner, max_size=3), max_leaves=5), max_size=5)
FRAMES = (
    st.tuples(st.just(1), OBJECTS.map(lambda value: json.dumps(value).encode()))
    | st.tuples(st.just(1), st.binary(max_size=60))
    | st.tuples(st.just(1), st.text(max_size=60).map(lambda text: text.encode("utf-8", "surrogatepass")))
    | st.tuples(st.sampled_from([0, 2, 3, 8, 9, 10, 11]), st.binary(max_size=125))
)


def test_frames_that_mean_nothing_are_refused_and_harm_nobody(front, size):
    async def throw(path, frames):
        socket = await front.open(path)
        for opcode, payload in frames:
            socket.write(framed(opcode, payload))
        # What it answers last shows that the process lives.
        socket.write(framed(8, struct.pack("!H", 1000)))
        await gone(socket)

    with Others(front) as others:
        path, sent = others.crowd.sown.visitors, itertools.count()

        @settings(max_examples=max(20, size.malformed // 20), deadline=None, suppress_health_check=list(HealthCheck))
        @given(frames=st.lists(FRAMES, min_size=10, max_size=30))
        def attack(frames):
            others.run(throw(path, frames))
            for _frame in frames:
                next(sent)

        attack()
        others.did = f"{next(sent)} malformed frames;"


def test_a_thousand_messages_a_second_are_slowed_down_and_then_refused(front, size):
    codes = []

    async def shout(path, until, number):
        # A beginning costs more than a message: they come one after the other.
        await asyncio.sleep(number * 0.1)
        began = False
        while time.monotonic() < until:
            socket = await front.open(path)
            if not began:
                socket.send({"do": "start", "language": "nl", "answers": {}})
                began = True
            while time.monotonic() < until and not socket.closed.done():
                for _number in range(5):
                    socket.send({"do": "say", "id": "0" * 8 + "-0000-4000-8000-" + "0" * 12, "text": "x" * BYTES})
                await asyncio.sleep(0.1)
            if socket.closed.done():
                codes.append(socket.closed.result())
            socket.drop()

    async def attack(path):
        until = time.monotonic() + 2 + size.loud_seconds
        await asyncio.gather(*(shout(path, until, number) for number in range(20)))

    with Others(front) as others:
        others.run(attack(others.crowd.sown.visitors))
        others.did = f"1000 messages a second on 20 sockets for {size.loud_seconds:.0f} s:"
    assert 4429 in codes


def test_idle_sockets_and_handshakes_leave_the_others_alone(front, size):
    async def attack(path):
        kept = []
        began, count = time.monotonic(), 0
        while count < size.idle + 2 * size.handshakes:
            with contextlib.suppress(RefusedHandshakeError, TimeoutError, OSError):
                kept.append(await front.open(path))
            count += 1
            await asyncio.sleep(max(0.0, began + count / size.handshakes - time.monotonic()))
        open_now = sum(not socket.closed.done() for socket in kept)
        for socket in kept:
            socket.drop()
        return open_now

    with Others(front) as others:
        opened = others.run(attack(others.crowd.sown.visitors))
        others.run(asyncio.sleep(EVERY))
        others.did = f"{opened} idle sockets at the end, {size.handshakes:.0f} handshakes a second:"


def test_one_address_gets_no_more_than_its_share(front, cluster):
    most = 300

    async def attack(path):
        sockets = [await front.open(path, "203.0.113.9") for _number in range(most + 10)]
        await asyncio.sleep(0.5)
        codes = [socket.closed.result() for socket in sockets if socket.closed.done()]
        for socket in sockets:
            socket.drop()
        return codes

    assert int(PLACES["ADDRESS_SOCKETS"]) > most, "the front must have the limit of production"
    with Others(front) as others:
        assert others.run(attack(others.crowd.sown.visitors)) == [4429] * 10


def test_half_requests_leave_the_others_alone(front, size):
    async def attack():
        opened = []
        for number in range(size.half_open):
            _reader, writer = await asyncio.open_connection(HOST, front.port)
            writer.write(
                b"GET /" if number % 2 else b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n\r\nx"
            )
            opened.append(writer)
        for _number in range(3):
            for writer in random.sample(opened, 10):
                writer.write(b"x")
            await asyncio.sleep(0.5)
        for writer in opened:
            writer.close()

    with Others(front) as others:
        others.run(attack())
        others.run(asyncio.sleep(EVERY))
        others.did = f"{size.half_open} half requests:"
