"""W1: messages a second of one server process, each side of each talk sending as fast as it is acknowledged."""

import asyncio
import time

from bench.houses import House, Ours, Usual, each, on_second_core, run
from bench.measure import Figure, Meter, median
from bench.talks import Ledger, Talk, settle, talks_of

TALKS, OUTSTANDING, SECONDS, ROUNDS = 50, 4, 4.0, 3


def keep_saying(talk: Talk, outstanding: int) -> None:
    """Every acknowledgement brings the next message, from the two sides in turn."""
    turn = iter(range(1 << 60))

    def next_one() -> None:
        talk.say(visitor=next(turn) % 2 == 0)

    talk.on_stored = next_one
    for _ in range(outstanding):
        next_one()


async def one_round(house: House) -> dict[str, float]:
    ledger = Ledger()
    talks = await talks_of(house, TALKS, ledger)
    meter = Meter(house.pid)
    for talk in talks:
        keep_saying(talk, OUTSTANDING)
    await asyncio.sleep(0.5)  # warm
    begin = len(ledger.stored)
    meter.start()
    began = time.monotonic()
    await asyncio.sleep(SECONDS)
    count, seconds = len(ledger.stored) - begin, time.monotonic() - began
    spent = meter.stop()
    for talk in talks:
        talk.on_stored = None
    missing = await settle(ledger)
    for talk in talks:
        await talk.end()
    cpu = spent["cpu_server"] + spent["cpu_stores"]
    return {"rate": count / seconds, "cpu_per_1000": 1000 * cpu / max(1, count), "missing": missing}


def fresh(kind: str, server: str) -> House:
    return Ours(server, counsellors=TALKS // 10) if kind == "ours" else Usual(server, TALKS)


def compare(server: str, factor: float, cpu_bar: float | None) -> list[Figure]:
    houses = {kind: fresh(kind, server) for kind in ("ours", "usual")}
    found: dict[str, list[dict[str, float]]] = {"ours": [], "usual": []}
    for _number, house in each(ROUNDS, list(houses.values())):
        with house:
            found[house.name].append(run(one_round(house)))
    rates = {kind: median(entry["rate"] for entry in entries) for kind, entries in found.items()}
    cpu = {kind: median(entry["cpu_per_1000"] for entry in entries) for kind, entries in found.items()}
    missing = sum(entry["missing"] for entry in found["ours"])
    ratio = rates["ours"] / rates["usual"]
    figures = [
        Figure("W1", f"messages a second, {server}", kind, round(rate), "/s").tell() for kind, rate in rates.items()
    ]
    figures.append(
        Figure(
            "W1",
            f"against the usual consumer, {server}",
            "ours",
            round(ratio, 1),
            "×",
            f"≥ {factor:g}×",
            ratio >= factor,
        ).tell()
    )
    for kind, value in cpu.items():
        bar = (f"≤ {cpu_bar:.2f}", value <= cpu_bar) if cpu_bar and kind == "ours" else ("", None)
        figures.append(Figure("W1", f"CPU of all for 1000 messages, {server}", kind, round(value, 3), "s", *bar).tell())
    figures.append(Figure("W1", f"acknowledged and missing, {server}", "ours", missing, "", "0", missing == 0).tell())
    return figures


def main() -> list[Figure]:
    on_second_core()
    return [*compare("daphne", 6, 0.40), *compare("uvicorn", 10, None)]


if __name__ == "__main__":
    main()
