"""How the cost grows: with open talks, and for a desk with the number of old conversations in the organisation."""

import asyncio
import time

from bench import pace
from bench.houses import Ours, on_second_core, run
from bench.measure import Figure, Meter, median, percentiles
from bench.talks import Desk, Ledger, OurTalk

TALKS = (50, 200, 500, 1000, 2000)
SECONDS, A_SECOND = 8.0, 250.0  # the same number of messages a second, over more and more talks
OLD = (10, 10_000)
ACTIONS = 30


def by_talks(server: str) -> list[Figure]:
    """The same number of messages over more and more open talks: how long an acknowledgement takes, and what it costs."""
    figures = []
    for count in TALKS:
        house = Ours(server, counsellors=-(-count // 10))
        with house:
            meter = Meter(house.pid)

            async def work(count: int = count, house: Ours = house, meter: Meter = meter) -> tuple[Ledger, int]:
                meter.start()
                return await pace.measure(house, count, count / A_SECOND, SECONDS)

            ledger, missing = run(work())
        found = percentiles(ledger.stored.values())
        figures.append(
            Figure("growth", f"acknowledged p95, {count} talks, {server}", "ours", found["p95"], "ms").tell()
        )
        figures.append(
            Figure("growth", f"lost, {count} talks, {server}", "ours", missing, "", "0", missing == 0).tell()
        )
    return figures


async def desk_actions(house: Ours) -> list[float]:
    """Seconds of each: open the desk, take somebody, open the talk."""
    times = []
    # A line is open while somebody is there.
    standing = await Desk(Ledger()).open(house, house.cookies[1])
    for _ in range(ACTIONS):
        talk = await OurTalk(Ledger()).begin(house)
        began = time.perf_counter()
        desk = await Desk(Ledger()).open(house, house.cookies[0])
        code = await desk.take()
        await desk.socket.ask({"do": "open", "talk": code, "since": 0}, "history")
        times.append(time.perf_counter() - began)
        await desk.socket.ask({"do": "close", "talk": code, "why": "finished"}, "state")
        desk.socket.drop()
        talk.visitor.drop()
        await asyncio.sleep(0.02)
    standing.socket.drop()
    return times


def by_age(server: str) -> list[Figure]:
    """What a counsellor does, with few and with many old conversations behind them."""
    found = {}
    for count in OLD:
        house = Ours(server, counsellors=2)
        house.run("-m", "bench.past", str(count))
        with house:
            found[count] = 1000 * median(run(desk_actions(house)))
    few, many = found[OLD[0]], found[OLD[1]]
    return [
        *(
            Figure("growth", f"a desk with {count} old talks", "ours", round(value, 1), "ms").tell()
            for count, value in found.items()
        ),
        Figure("growth", "many against few", "ours", round(many / few, 2), "×", "≤ 1.2×", many / few <= 1.2).tell(),
    ]


def main(server: str = "daphne") -> list[Figure]:
    on_second_core()
    return [*by_age(server), *by_talks(server)]


if __name__ == "__main__":
    main()
