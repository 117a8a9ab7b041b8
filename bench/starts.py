"""W3: beginnings a second of one process: the status, the socket, the start, a counsellor who takes, the first message stored."""

import asyncio
import json
import time
import uuid

from bench.houses import HOST, LINE, ORGANISATION, House, Ours, Usual, each, on_second_core, run
from bench.measure import Figure, median
from bench.sockets import connect, get
from bench.talks import TEXT, Desk, Ledger

AT_ONCE, WARM, SECONDS, ROUNDS = 16, 1.0, 5.0, 3


async def our_start(house: Ours, desk: Desk) -> None:
    status, _body = await get(HOST, house.port, f"/{ORGANISATION}/{LINE}/status.json?lang=nl")
    assert status == 200, status
    path = f"/ws/{ORGANISATION}/{LINE}/visitor/"
    visitor = await connect(HOST, house.port, path, origin=house.origin)
    active = visitor.next("said")  # "joined": the counsellor is there
    await visitor.ask({"do": "start", "language": "nl", "answers": {}}, "started")
    await desk.socket.ask({"do": "take"}, "taken")
    await asyncio.wait_for(active, 20)
    await visitor.ask({"do": "say", "id": str(uuid.uuid4()), "text": TEXT}, "stored")
    # Who leaves makes room for the next; that is counted too.
    await visitor.ask({"do": "leave"}, "state")
    visitor.drop()


async def usual_start(house: Usual, _desk: None) -> None:
    await get(HOST, house.port, "/line/status/")
    _status, body = await get(HOST, house.port, "/line/start/")
    conversation = json.loads(body)["conversation"]
    counsellor = await connect(HOST, house.port, f"/ws/{conversation}/counsellor/")
    visitor = await connect(HOST, house.port, f"/ws/{conversation}/visitor/")
    await visitor.ask({"id": str(uuid.uuid4()), "text": TEXT}, "said")
    visitor.drop()
    counsellor.drop()


async def one_round(house: House) -> float:
    """Beginnings a second with so many people at once; the desks are open beforehand, as in life."""
    desks = [await Desk(Ledger()).open(house, cookie) for cookie in house.cookies] if isinstance(house, Ours) else None
    until, count = time.monotonic() + WARM, 0

    async def again(number: int) -> None:
        nonlocal count
        while time.monotonic() < until:
            if isinstance(house, Ours):
                assert desks is not None
                await our_start(house, desks[number])
            else:
                assert isinstance(house, Usual)
                await usual_start(house, None)
            count += 1

    await asyncio.gather(*(again(number) for number in range(AT_ONCE)))
    count, began = 0, time.monotonic()
    until = began + SECONDS
    await asyncio.gather(*(again(number) for number in range(AT_ONCE)))
    return count / (time.monotonic() - began)


def main(server: str = "daphne") -> list[Figure]:
    on_second_core()
    houses: list[House] = [Ours(server, counsellors=AT_ONCE), Usual(server, 1)]
    found: dict[str, list[float]] = {"ours": [], "usual": []}
    for _number, house in each(ROUNDS, houses):
        with house:
            found[house.name].append(run(one_round(house)))
    rates = {kind: median(values) for kind, values in found.items()}
    ratio = rates["ours"] / rates["usual"]
    return [
        *(
            Figure("W3", f"beginnings a second, {server}", kind, round(rate, 1), "/s").tell()
            for kind, rate in rates.items()
        ),
        Figure("W3", f"against the usual way, {server}", "ours", round(ratio, 2), "×", "≥ 2.5×", ratio >= 2.5).tell(),
    ]


if __name__ == "__main__":
    main()
