"""`make bench`: every benchmark, one JSON line a figure, and a table at the end."""

import sys
import time

from bench import audited, gone, growth, idle, pace, report, resumed, signing_in, starts, status, throughput
from bench.houses import NothingToMeasureWithError
from bench.measure import Figure, machine, table

PROGRAMS = {
    "W1": throughput.main,
    "W1b": pace.main,
    "W2": idle.main,
    "W3": starts.main,
    "W4": gone.main,
    "W5": report.main,
    "W6": status.main,
    "G6": signing_in.main,
    "M6": audited.main,
    "resume": resumed.main,
    "growth": growth.main,
}


def main(wanted: list[str]) -> int:
    figures: list[Figure] = []
    try:
        for name in wanted or PROGRAMS:
            figures += PROGRAMS[name]()
    except KeyError as unknown:
        sys.stderr.write(f"There is no benchmark {unknown}; there are {', '.join(PROGRAMS)}.\n")
        return 2
    except NothingToMeasureWithError as fault:
        sys.stderr.write(f"Nothing was measured: {fault}\n")
        return 1
    sys.stdout.write(f"\n{time.strftime('%Y-%m-%d')}, {machine()}\n\n{table(figures)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
