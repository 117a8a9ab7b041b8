"""What the tests of faults need on this machine; `python -m tests.faults.needed` says what is missing, and ends with 1."""

import sys

from deploy.programs import CannotStartError, program, unprivileged

NEEDED = (("nginx", "nginx"), ("redis-server", "redis-server"), ("initdb", "postgresql"), ("postgres", "postgresql"))


def missing() -> str:
    """Which program of the cluster this machine lacks, as a sentence; "" when all are there."""
    try:
        unprivileged()
        for name, package in NEEDED:
            program(name, package)
    except CannotStartError as fault:
        return str(fault)
    return ""


if __name__ == "__main__":
    if reason := missing():
        sys.stdout.write(f"{reason}\n")
        sys.exit(1)
