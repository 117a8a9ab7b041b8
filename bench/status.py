"""W6: the status of a line, asked on every page of the organisation's site, against a plain view with two queries."""

import asyncio
import time

from bench.houses import HOST, LINE, ORGANISATION, House, Ours, Pooled, Usual, each, on_second_core, run
from bench.measure import Figure, median
from bench.sockets import Asking

AT_ONCE, SECONDS, ROUNDS = 16, 3.0, 3
OURS, USUAL = f"/{ORGANISATION}/{LINE}/status.json?lang=nl", "/line/status/"


async def one_round(house: House) -> float:
    path = OURS if isinstance(house, Ours) else USUAL
    lines = [await Asking.open(HOST, house.port, path) for _ in range(AT_ONCE)]
    until, count = time.monotonic() + SECONDS, 0

    async def again(line: Asking) -> None:
        nonlocal count
        while time.monotonic() < until:
            assert await line.ask() == 200
            count += 1

    began = time.monotonic()
    await asyncio.gather(*(again(line) for line in lines))
    return count / (time.monotonic() - began)


def main(server: str = "daphne") -> list[Figure]:
    on_second_core()
    houses: list[House] = [Ours(server, counsellors=1), Usual(server, 1), Pooled(server, 1)]
    found: dict[str, list[float]] = {house.name: [] for house in houses}
    for _number, house in each(ROUNDS, houses):
        with house:
            found[house.name].append(run(one_round(house)))
    rates = {kind: median(values) for kind, values in found.items()}
    ratio, pooled = rates["ours"] / rates["usual"], rates["ours"] / rates["usual, pooled"]
    return [
        *(
            Figure("W6", f"status answers a second, {server}", kind, round(rate), "/s").tell()
            for kind, rate in rates.items()
        ),
        Figure("W6", f"against a plain view, {server}", "ours", round(ratio, 1), "×", "≥ 10×", ratio >= 10).tell(),
        Figure("W6", f"against a plain view with a pool, {server}", "ours", round(pooled, 1), "×").tell(),
    ]


if __name__ == "__main__":
    main()
