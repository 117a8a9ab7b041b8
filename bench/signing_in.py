"""G6: talks at a human pace while two hundred people sign in at once, beside the same talks without them."""

import asyncio
import json
import signal
import subprocess
import sys
import time

from bench import pace
from bench.houses import ROOT, Ours, on_second_core, run
from bench.measure import Figure, percentiles
from bench.talks import Ledger, Talk, settle, talks_of

TALKS, EVERY, SECONDS = 50, 1.0, 10.0
AT_ONCE = 200
MORE = 10.0  # milliseconds that nobody notices


async def at_pace(talks: list[Talk], ledger: Ledger) -> dict[str, float]:
    """The milliseconds of acknowledgements while nothing else is asked, or something is."""
    before = set(ledger.sent)
    until = time.monotonic() + SECONDS
    await asyncio.gather(*(pace.say_on_time(talk, EVERY, until) for talk in talks))
    await settle(ledger)
    return percentiles(seconds for key, seconds in ledger.stored.items() if key not in before)


async def measure(house: Ours) -> tuple[dict[str, float], dict[str, float], dict[str, int], int]:
    ledger = Ledger()
    talks = await talks_of(house, TALKS, ledger)
    quiet = await at_pace(talks, ledger)
    crowd = subprocess.Popen(
        [sys.executable, "-m", "bench.knock", str(house.port), str(AT_ONCE)], cwd=ROOT, stdout=subprocess.PIPE
    )
    try:
        await asyncio.sleep(2)
        busy = await at_pace(talks, ledger)
    finally:
        crowd.send_signal(signal.SIGTERM)
        told, _errors = crowd.communicate(timeout=30)
    return quiet, busy, json.loads(told), await settle(ledger)


def main(server: str = "daphne") -> list[Figure]:
    on_second_core()
    house = Ours(server, counsellors=TALKS // 10)
    with house:
        quiet, busy, answers, missing = run(measure(house))
    more = round(busy["p95"] - quiet["p95"], 2)
    return [
        Figure("G6", f"acknowledged p95, {TALKS} talks, nobody signs in", "ours", quiet["p95"], "ms").tell(),
        Figure("G6", f"the same while {AT_ONCE} sign in at once", "ours", busy["p95"], "ms", extra=busy).tell(),
        Figure("G6", "more than without them", "ours", more, "ms", f"≤ {MORE:g} ms", more <= MORE).tell(),
        Figure("G6", "tries to sign in that were answered", "ours", sum(answers.values()), "", extra=answers).tell(),
        Figure("G6", "acknowledged and missing", "ours", missing, "", "0", missing == 0).tell(),
    ]


if __name__ == "__main__":
    main()
