"""Two nodes are one house: who takes whom, who was first, and who is there are the same on both (security goals K1, K5, K7, I7).

Clients go past nginx here, to the node that a test says.
"""

import asyncio
import json
import random
import time
from contextlib import contextmanager, suppress

import psutil
import pytest

from bench.sockets import get
from deploy.programs import HOST
from tests.faults.conftest import SOAK
from tests.faults.crowds import CAPACITY, PATIENCE, until
from tests.faults.houses import House, scene
from tests.faults.sites import somewhere

pytestmark = pytest.mark.faults
WITHIN = 30.0  # seconds in which who was on a node that died is missed


async def taken_by(desks):
    """All ask for the next visitor at the same moment: who got which talk."""
    for desk in desks:
        desk.send({"do": "take"})
    codes = await asyncio.wait_for(asyncio.gather(*(desk.taken.get() for desk in desks)), 3 * PATIENCE)
    return [(desk, code) for desk, code in zip(desks, codes, strict=True) if code]


@pytest.mark.parametrize(
    ("many", "rounds"), [(2, 600 if SOAK else 8), (5, 300 if SOAK else 4), (50, 100 if SOAK else 1)]
)
def test_of_many_on_two_nodes_who_take_the_same_visitor_one_gets_them(cluster, site, many, rounds):
    async def play(house):
        desks, codes = [house.desk() for _number in range(many)], []
        await house.at_work(*desks)
        for _round in range(rounds):
            visitor = await house.waiting()
            [(desk, code)] = await taken_by(random.sample(desks, many))
            assert code == visitor.code
            await until(lambda one=visitor: one.state == "active", what="the visitor hears of it")
            desk.send({"do": "close", "talk": code, "why": "finished"})
            await until(lambda one=visitor: one.state == "closed", what="the talk ends")
            codes.append(code)
        return codes

    codes = scene(House(cluster, site, many), play)
    assert len(set(codes)) == rounds
    # In each of them one counsellor came in, once.
    came = [[row[3] for row in talk["messages"]] for talk in site.stored(codes).values()]
    assert came == [["joined"]] * rounds


def test_one_counsellor_with_a_tab_on_each_node_has_no_more_talks_than_allowed(cluster, site):
    async def play(house):
        cookie = next(house.cookies)
        tabs = [house.desk(node, cookie) for node in house.nodes]
        await house.at_work(*tabs)
        for _number in range(CAPACITY + 4):
            await house.waiting()
        return await taken_by(tabs * (CAPACITY // 2 + 3))

    codes = [code for _tab, code in scene(House(cluster, site, 1), play)]
    assert len(codes) == len(set(codes)) == CAPACITY


def test_who_came_first_is_taken_first_through_dropped_lines_and_other_nodes(cluster, site, size):
    async def play(house):
        desks = [house.desk() for _number in range(-(-size.waiting // CAPACITY))]
        await house.at_work(*desks)
        visitors = [await house.waiting() for _number in range(size.waiting)]
        for visitor in random.sample(visitors, len(visitors) // 2):
            # The line drops, and the way back leads to the other node.
            visitor.sown = house.nodes[visitor.sown is house.nodes[0]]
            visitor.cut()
        await until(lambda: any(not visitor.online for visitor in visitors), what="lines drop")
        await until(lambda: all(visitor.ready.is_set() for visitor in visitors), what="all are back")
        order = []
        for number in range(len(visitors)):
            [(_desk, code)] = await taken_by([desks[number % len(desks)]])
            order.append(code)
        return [visitor.code for visitor in visitors], order, [visitor.connections for visitor in visitors]

    came, taken, connections = scene(House(cluster, site, -(-size.waiting // CAPACITY)), play)
    assert taken == came
    assert sorted(set(connections)) == [1, 2]


async def state_of(node):
    """What the organisation's site shows of the line, asked at one node."""
    path = f"/{node.slug}/line/status.json"
    status, body = await get(HOST, node.site.port, path, {**somewhere(), "X-Forwarded-Proto": "https"})
    assert status == 200, body
    return json.loads(body)["state"]


def test_who_was_on_a_node_that_died_is_missed_and_their_talk_goes_on_elsewhere(cluster, site):
    """The counsellor's node dies, and the counsellor with it; nobody of the organisation but one colleague is left."""

    async def play(house):
        first, second = house.nodes
        gone, there = house.desk(first), house.desk(second)
        await house.at_work(gone)
        await until(there.ready.is_set, what="a desk opens")
        visitor = await house.waiting(second)
        [(_desk, code)] = await taken_by([gone])
        await until(lambda: visitor.state == "active", what="the talk begins")
        assert await state_of(second) == "open"
        gone.stop()
        cluster["web1"].kill()
        died = time.monotonic()
        await until(
            lambda: visitor.state == "waiting", patience=4 * WITHIN, what="the visitor hears that nobody is there"
        )
        took = time.monotonic() - died
        await until(lambda: [one["code"] for one in there.board["waiting"]] == [code], what="the colleague sees it")
        # Nobody is present who could take somebody new, and the site says so.
        await until_state(second, "closed", "busy")
        await house.at_work(there)
        assert there.board["present"] == 1
        assert await taken_by([there]) == [(there, code)]
        await until(lambda: visitor.state == "active", what="the talk goes on")
        return took, code

    try:
        took, code = scene(House(cluster, site, 2), play)
    finally:
        if not cluster["web1"].running:
            cluster["web1"].start()
    print(f"\nmissed after {took:.1f} s")  # noqa: T201
    assert took <= WITHIN or not SOAK
    held = site.stored([code])[code]
    assert [row[3] for row in held["messages"]] == ["joined", "requeued", "joined"]


async def until_state(node, *wanted):
    end = time.monotonic() + PATIENCE
    while (found := await state_of(node)) not in wanted:
        assert time.monotonic() < end, found
        await asyncio.sleep(0.2)


@contextmanager
def standing_still(program):
    """A program that hangs with all its processes: those of PostgreSQL are in no group with it.

    The first one first, so that it makes no new ones; one that is at its end meanwhile need not be stopped.
    """
    whole = psutil.Process(program.pid)
    stopped = [whole]
    try:
        whole.suspend()
        for one in whole.children(recursive=True):
            with suppress(psutil.NoSuchProcess):
                one.suspend()
                stopped.append(one)
        yield
    finally:
        for one in stopped:
            with suppress(psutil.NoSuchProcess):
                one.resume()


def test_a_node_leaves_in_time_also_when_the_database_hangs(cluster, site):
    """Told to stop while nothing can be stored: it does not wait for ever, and what it could not store is sent again."""

    async def play(house):
        first, second = house.nodes
        desk = house.desk(second)
        await house.at_work(desk)
        visitor = await house.waiting(first)
        [(_desk, code)] = await taken_by([desk])
        await until(lambda: visitor.state == "active", what="the talk begins")
        with standing_still(cluster["database"]):
            visitor.say("is anybody there")
            await asyncio.sleep(0.5)
            took = await asyncio.to_thread(cluster["web1"].stop, 6 * WITHIN)
        await asyncio.to_thread(cluster["web1"].start)
        await until(
            lambda: len(house.ledgers.told) == 1 and not house.ledgers.unseen, what="it comes through after all"
        )
        return took, code

    took, code = scene(House(cluster, site, 1), play)
    print(f"\nleft after {took:.1f} s")  # noqa: T201
    # By its own clock after 9.5; how soon the machine sees to it is the machine's.
    assert took <= 3 * WITHIN
    assert took <= 10.0 or not SOAK
    assert [row[3] for row in site.stored([code])[code]["messages"]] == ["joined", "is anybody there"]
