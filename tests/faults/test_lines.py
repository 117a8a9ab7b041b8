"""Lines as they are in life: they drop, come back, tell twice and in another order, or are not read (security goals I6, I8)."""

import asyncio
import random

import pytest

from tests.faults.clients import Visitor
from tests.faults.conftest import SOAK
from tests.faults.crowds import Crowd, milliseconds, until
from tests.faults.sites import memory_of

pytestmark = pytest.mark.faults


async def second_tab(crowd, talk):
    """The visitor opens the same talk in another tab, with all that the first one remembers."""
    first = talk.visitor
    await until(first.ready.is_set, what="the first tab is there")
    # A secret that is on its way would be an earlier one's copy.
    await asyncio.sleep(0.3)
    second = Visitor(crowd.sown, crowd.ledgers, (first.code, first.secret))
    second.outbox.letters = dict(first.outbox.letters)
    talk.visitor = second
    crowd.more.append(first)
    await until(second.ready.is_set, what="the second tab has the talk")
    await until(first.stopped.is_set, what="the first tab lets go")
    assert first.codes[-1] == 4409


def test_lines_that_drop_and_tabs_that_come_twice_cost_no_message(site, size):
    async def scenario():
        crowd = await Crowd.gather(site, size.flaky)
        steady = crowd.talks[::10]
        for talk in crowd.talks:
            talk.visitor.outbox.doubles = True
            talk.visitor.disorder = 0.15
            if talk not in steady:
                talk.visitor.drop_after = lambda: random.uniform(0.5, 3.0)
                talk.visitor.away = lambda: random.uniform(*size.flaky_drops)
        for desk in crowd.desks[::3]:
            desk.drop_after = lambda: random.uniform(1.0, 6.0)

        async def fault():
            await asyncio.gather(*(second_tab(crowd, talk) for talk in steady))
            await asyncio.sleep(size.flaky_seconds)
            for talk in crowd.talks:
                talk.visitor.drop_after = None

        try:
            # What has not dropped yet is cut once: nobody has an easy time.
            for talk in crowd.talks:
                if talk not in steady:
                    talk.visitor.cut()
            await crowd.talk_through(fault, after=1.0, every=2.0)
            counts = await crowd.compare(60.0)
        finally:
            await crowd.leave()
        drops = sum(talk.visitor.connections - 1 for talk in crowd.talks)
        print(f"\n{counts}; {drops} drops; {crowd.in_words()}")  # noqa: T201
        assert drops >= size.flaky
        return crowd

    assert asyncio.run(scenario()).ledgers.visible == []


def test_one_who_reads_nothing_holds_nobody_up(cluster, site, size):
    async def scenario():
        crowd = await Crowd.gather(site, 50 if size.talks >= 50 else 12)
        webs = [cluster["web1"], cluster["web2"]]
        before = memory_of(*webs)

        async def fault():
            stalled = crowd.talks[0].visitor
            stalled.is_stalled = True
            stalled.socket.transport.pause_reading()
            await crowd.goes_on(crowd.talks[1:])
            await asyncio.sleep(size.stalled)
            stalled.socket.transport.resume_reading()
            stalled.is_stalled = False

        try:
            await crowd.talk_through(fault, after=1.0)
            counts = await crowd.compare()
        finally:
            await crowd.leave()
        print(f"\n{counts}; {crowd.in_words()}; {memory_of(*webs) - before:.1f} MiB")  # noqa: T201
        # The one who did not read heard late; every other message is measured with it, so the median of all tells.
        assert milliseconds(crowd.ledgers.took, 0.5) <= 500 or not SOAK
        assert memory_of(*webs) - before <= 50
        return crowd

    assert asyncio.run(scenario()).ledgers.visible == []
