"""W2: memory of one visitor who is connected and says nothing."""

import asyncio
import gc

import psutil

from bench.houses import HOST, LINE, ORGANISATION, Ours, on_second_core, run
from bench.measure import Figure
from bench.sockets import connect

VISITORS, WARM = 450, 40


async def visitors(house: Ours, count: int) -> list[object]:
    found: list[object] = []
    for _ in range(count):
        socket = await connect(HOST, house.port, f"/ws/{ORGANISATION}/{LINE}/visitor/", origin=house.origin)
        await socket.ask({"do": "start", "language": "nl", "answers": {}}, "started")
        found.append(socket)
    return found


async def measure(house: Ours) -> float:
    """KiB a visitor: what the server's memory grows by, after it has warmed up."""
    from bench.talks import Desk, Ledger

    desk = await Desk(Ledger()).open(house, house.cookies[0])
    kept = await visitors(house, WARM)
    process = psutil.Process(house.pid)
    await asyncio.sleep(6)  # a round of the keeper
    before = process.memory_info().rss
    kept += await visitors(house, VISITORS)
    await asyncio.sleep(6)
    after = process.memory_info().rss
    desk.socket.drop()
    gc.collect()
    assert len(kept) == WARM + VISITORS
    return (after - before) / 1024 / VISITORS


def main(server: str = "daphne") -> list[Figure]:
    on_second_core()
    house = Ours(server, counsellors=1)
    with house:
        size = run(measure(house))
    return [Figure("W2", f"an idle visitor, {server}", "ours", round(size, 1), "KiB", "≤ 28 KiB", size <= 28).tell()]


if __name__ == "__main__":
    main()
