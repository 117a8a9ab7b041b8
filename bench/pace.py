"""W1b: 500 talks at a human pace: how long until a message is acknowledged, and until the other side has it."""

import asyncio
import random
import time

from bench.houses import House, Ours, on_second_core, run
from bench.measure import Figure, percentiles
from bench.talks import Ledger, Talk, settle, talks_of

TALKS, EVERY, SECONDS = 500, 2.0, 20.0


async def say_on_time(talk: Talk, every: float, until: float) -> None:
    """One message every so many seconds, whatever happens to the last one, the two sides in turn."""
    due, visitor = time.monotonic() + random.uniform(0, every), True
    while due < until:
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        talk.say(visitor=visitor)
        due, visitor = due + every, not visitor


async def measure(
    house: House, talks: int = TALKS, every: float = EVERY, seconds: float = SECONDS
) -> tuple[Ledger, int]:
    ledger = Ledger()
    running = await talks_of(house, talks, ledger)
    until = time.monotonic() + seconds
    await asyncio.gather(*(say_on_time(talk, every, until) for talk in running))
    return ledger, await settle(ledger)


def main(server: str = "daphne") -> list[Figure]:
    on_second_core()
    house = Ours(server, counsellors=TALKS // 10)
    with house:
        ledger, missing = run(measure(house))
    figures = []
    for what, times in (("acknowledged", ledger.stored), ("delivered", ledger.heard)):
        found = percentiles(times.values())
        for name, bar in (("p50", None), ("p95", 8.0), ("p99", 20.0)):
            held = None if bar is None else found[name] <= bar
            told = "" if bar is None else f"≤ {bar:g} ms"
            figures.append(
                Figure("W1b", f"{what} {name}, {TALKS} talks, {server}", "ours", found[name], "ms", told, held).tell()
            )
    figures.append(
        Figure("W1b", f"lost of {len(ledger.sent)}, {server}", "ours", missing, "", "0", missing == 0).tell()
    )
    return figures


if __name__ == "__main__":
    main()
