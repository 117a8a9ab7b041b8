"""Web nodes that die, stop, or lose what they stand on, while people talk (security goals I1 to I5)."""

import asyncio

import psycopg
import pytest

from tests.faults.conftest import SOAK
from tests.faults.crowds import Crowd, until

pytestmark = pytest.mark.faults


def through(site, count, fault, **times):
    """Let a crowd talk through a fault; gives the crowd, after the ledgers were compared."""

    async def scenario():
        crowd = await Crowd.gather(site, count)
        try:
            await crowd.talk_through(lambda: fault(crowd), **times)
            counts = await crowd.compare()
        finally:
            await crowd.leave()
        print(f"\n{counts}; {crowd.in_words()}")  # noqa: T201
        return crowd

    return asyncio.run(scenario())


async def aside(work, *arguments):
    """Something that waits, beside the crowd."""
    return await asyncio.to_thread(work, *arguments)


def test_a_web_node_that_is_killed_costs_no_message(cluster, site, size):
    async def fault(crowd):
        for number in range(size.kills):
            node = cluster[f"web{number % 2 + 1}"]
            node.kill()
            await asyncio.sleep(1.0)
            await aside(node.start)
            await asyncio.sleep(1.0)

    crowd = through(site, size.talks, fault)
    assert crowd.ledgers.visible == []
    assert any(talk.visitor.connections > 1 for talk in crowd.talks), "nobody noticed: was it killed?"


def test_nodes_that_are_restarted_one_by_one_are_not_noticed(cluster, site, size):
    took = []

    async def fault(crowd):
        for name in ("web1", "web2"):
            took.append(await aside(cluster[name].stop))
            await aside(cluster[name].start)

    crowd = through(site, size.talks, fault)
    assert crowd.ledgers.visible == []
    assert max(took) <= 10, took
    assert 1012 in {code for talk in crowd.talks for code in talk.visitor.codes}


def test_a_redis_that_is_killed_and_comes_back_empty_costs_no_message(cluster, site, size):
    async def fault(crowd):
        for _number in range(size.redis_kills):
            cluster["redis"].kill()
            await asyncio.sleep(1.5)
            await aside(cluster["redis"].start)
            await asyncio.sleep(1.0)

    crowd = through(site, size.talks, fault)
    assert crowd.ledgers.visible == []
    # The sockets stay: what was missed is asked of the database.
    assert {talk.visitor.connections for talk in crowd.talks} == {1}


def test_a_redis_that_hangs_costs_no_message_and_seconds_at_most(cluster, site, size):
    async def fault(crowd):
        cluster["redis"].pause()
        try:
            # While it hangs: the other node asks the database.
            await crowd.goes_on(crowd.talks)
            await asyncio.sleep(size.redis_pause)
        finally:
            cluster["redis"].go_on()

    crowd = through(site, size.talks, fault, after=3.0)
    assert crowd.ledgers.visible == []
    assert {talk.visitor.connections for talk in crowd.talks} == {1}
    # Within 2 s, which is looked at where the machine does nothing else.
    assert max(crowd.ledgers.reached) < 6.0 or not SOAK


def test_killed_database_sessions_cost_no_message(cluster, site, size):
    async def fault(crowd):
        for _number in range(3):
            await aside(kill_sessions, cluster, "database")
            await aside(kill_sessions, cluster, "keys")
            await asyncio.sleep(0.7)

    assert through(site, size.talks, fault, after=2.0).ledgers.visible == []


def kill_sessions(cluster, name):
    with psycopg.connect(cluster.server_url(name), autocommit=True) as connection:
        connection.execute("select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid()")


def test_a_database_that_is_restarted_costs_no_message(cluster, site, size):
    async def fault(crowd):
        await aside(cluster["database"].restart)

    crowd = through(site, size.talks, fault)
    assert [fault for fault in crowd.ledgers.visible if not fault.startswith("not stored")] == []


def test_a_worker_that_is_killed_is_not_noticed_and_the_next_one_goes_on(cluster, site, size):
    async def fault(crowd):
        cluster["worker"].kill()
        await asyncio.sleep(1.0)
        await aside(cluster["worker"].start)

    crowd = through(site, size.talks, fault, after=1.0)
    assert crowd.ledgers.visible == []
    assert {talk.visitor.connections for talk in crowd.talks} == {1}
    asyncio.run(until(lambda: (site.ask(do="beat") or 99) < 20, 60, "the clock of the jobs runs again"))
