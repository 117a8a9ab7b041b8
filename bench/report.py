"""W5: month × region over a million registrations, beside raw SQL in the same run; and the report of what is published.

`W5_ROWS` makes it smaller (or larger).
"""

import json
import os

from bench.houses import Ours
from bench.measure import Figure, median

ROWS, ROUNDS = int(os.environ.get("W5_ROWS", "1000000")), 5


def main() -> list[Figure]:
    found = json.loads(Ours(counsellors=1).run("-m", "bench.registered", str(ROWS), str(ROUNDS)))
    seconds = {name: median(one[name] for one in found["rounds"]) for name in ("raw", "ours", "report", "whole")}
    counted, shown = (median(one[name] / one["raw"] for one in found["rounds"]) for name in ("ours", "report"))
    what = f"{ROWS} registrations"
    fixed = found["fixed"]
    return [
        *(
            Figure("W5", f"month × region over {what}", name, round(seconds[name], 3), "s").tell()
            for name in ("raw", "ours")
        ),
        Figure("W5", "counted, against raw SQL", "ours", round(counted, 2), "×", "≤ 1.3×", counted <= 1.3).tell(),
        Figure("W5", "month × region as published", "ours", round(seconds["report"], 3), "s").tell(),
        Figure("W5", "all eleven tables as published", "ours", round(seconds["whole"], 3), "s").tell(),
        Figure("W5", "as published, against raw SQL", "ours", round(shown, 2), "×", "≤ 1.3×", shown <= 1.3).tell(),
        Figure("W5", f"all tables of {what}", "raw", round(found["raw_tables"], 2), "s").tell(),
        Figure("W5", f"twelve months of {what} rounded and published, once", "ours", round(fixed, 2), "s").tell(),
    ]


if __name__ == "__main__":
    main()
