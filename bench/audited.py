"""M6: two hundred counsellors who read talks: first those that run, which is not logged, then closed ones, which is."""

import asyncio
import random
import time

import psycopg

from bench.houses import Ours, on_second_core, run
from bench.measure import Figure, percentiles
from bench.talks import Desk, Ledger, OurTalk

READERS, EVERY, SECONDS = 200, 4.0, 12.0
MORE = 10.0  # milliseconds that being logged may add
GAPS = """
SELECT count(*), coalesce(sum((number <> place)::int), 0)
  FROM (SELECT number, row_number() OVER (PARTITION BY organisation_id ORDER BY number) AS place FROM privacy_auditentry) AS log
"""


async def read_on_time(desk: Desk, code: str, until: float) -> list[float]:
    """Read one talk every so many seconds; gives the seconds that each took."""
    took: list[float] = []
    due = time.monotonic() + random.uniform(0, EVERY)
    while due < until:
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        began = time.perf_counter()
        await desk.socket.ask({"do": "open", "talk": code, "since": 0}, "history")
        took.append(time.perf_counter() - began)
        due += EVERY
    return took


async def at_pace(desks: list[tuple[Desk, str]]) -> dict[str, float]:
    until = time.monotonic() + SECONDS
    found = await asyncio.gather(*(read_on_time(desk, code, until) for desk, code in desks))
    return percentiles(seconds for took in found for seconds in took)


async def measure(house: Ours) -> tuple[dict[str, float], dict[str, float]]:
    desks = []
    for cookie in house.cookies:
        desk = await Desk(Ledger()).open(house, cookie)
        await OurTalk(Ledger()).begin(house)
        desks.append((desk, await desk.take()))
    running = await at_pace(desks)
    for desk, code in desks:
        await desk.socket.ask({"do": "close", "talk": code, "why": "finished"}, "state")
    return running, await at_pace(desks)


def main(server: str = "daphne") -> list[Figure]:
    on_second_core()
    house = Ours(server, counsellors=READERS)
    with house:
        running, closed = run(measure(house))
        with psycopg.connect(house.env["MIGRATE_DATABASE_URL"].replace("postgres://", "postgresql://")) as owner:
            entries, gaps = owner.execute(GAPS).fetchone() or (0, 0)
    more = round(closed["p95"] - running["p95"], 2)
    return [
        Figure("M6", f"read p95, {READERS} readers, not logged", "ours", running["p95"], "ms", extra=running).tell(),
        Figure("M6", "the same, logged", "ours", closed["p95"], "ms", extra=closed).tell(),
        Figure("M6", "more by being logged", "ours", more, "ms", f"≤ {MORE:g} ms", more <= MORE).tell(),
        Figure("M6", f"gaps among {entries} entries", "ours", int(gaps), "", "0", not gaps).tell(),
    ]


if __name__ == "__main__":
    main()
