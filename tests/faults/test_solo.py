"""The embedded default, one process with SQLite, that is killed while people talk (security goal I1)."""

import asyncio

import pytest

from tests.faults.crowds import Crowd

pytestmark = pytest.mark.faults


def test_the_one_process_that_is_killed_costs_no_message(solo, size):
    site = solo.start()

    async def scenario():
        crowd = await Crowd.gather(site, 100 if size.talks >= 100 else 10)

        async def fault():
            for _number in range(size.kills // 2):
                solo.program.kill()
                await asyncio.sleep(0.5)
                await asyncio.to_thread(solo.program.start)
                await asyncio.sleep(1.5)

        try:
            await crowd.talk_through(fault, after=1.0)
            counts = await crowd.compare()
        finally:
            await crowd.leave()
        print(f"\n{counts}; {crowd.in_words()}")  # noqa: T201
        assert {talk.visitor.connections for talk in crowd.talks} != {1}
        return crowd

    try:
        assert asyncio.run(scenario()).ledgers.visible == []
    finally:
        site.close()
