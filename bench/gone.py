"""W4: how soon a million expired messages cannot be read, and how fast they go, beside raw deletes in the same run.

`W4_MESSAGES` makes it smaller (or larger).
"""

import json
import os

from bench.houses import Ours
from bench.measure import Figure, median

MESSAGES, ROUNDS = int(os.environ.get("W4_MESSAGES", "1000000")), 3


def main() -> list[Figure]:
    rounds = json.loads(Ours(counsellors=1).run("-m", "bench.expired", str(MESSAGES), str(ROUNDS)))
    shut = median(took["shut"] for took in rounds)
    rates = {name: MESSAGES / median(took[name] for took in rounds) for name in ("ours", "raw")}
    share = median(took["raw"] / took["ours"] for took in rounds)
    what = f"{MESSAGES} expired messages"
    return [
        Figure("W4", f"{what}: unreadable after", "ours", round(shut, 3), "s", "≤ 1 s", shut <= 1).tell(),
        *(Figure("W4", f"{what}: rows gone", name, round(rate), "messages/s").tell() for name, rate in rates.items()),
        Figure("W4", f"{what}: ours against raw", "ours", round(share, 2), "×", "≥ 0.5×", share >= 0.5).tell(),
    ]


if __name__ == "__main__":
    main()
