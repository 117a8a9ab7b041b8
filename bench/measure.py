"""What is measured and how it is told: CPU of everything that takes part, percentiles, one JSON line a figure."""

import json
import os
import platform
import statistics
import sys
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

import psutil


def cpu_of(pid: int) -> float:
    """CPU seconds of a process, its living children, and its children that ended."""
    try:
        process = psutil.Process(pid)
        family = [process, *process.children(recursive=True)]
        ended = process.cpu_times()
    except psutil.Error:
        return 0.0
    total = ended.children_user + ended.children_system
    for member in family:
        try:
            times = member.cpu_times()
        except psutil.Error:
            continue
        total += times.user + times.system
    return float(total)


def listeners(ports: set[int]) -> list[int]:
    """The processes that listen on these ports; nothing where the system does not tell."""
    try:
        lines = psutil.net_connections("tcp")
    except psutil.Error:
        return []
    return sorted(
        {line.pid for line in lines if line.status == psutil.CONN_LISTEN and line.pid and line.laddr.port in ports}
    )


def postmasters() -> list[int]:
    """The first processes of the PostgreSQL and the Redis that are measured with."""
    ports = {int(os.environ.get("PGPORT") or 5432), int(os.environ.get("REDISCLI_PORT") or 6379)}
    found = listeners(ports)
    if len(found) >= len(ports):
        return found
    for process in psutil.process_iter(["name", "ppid", "pid"]):
        name = process.info["name"] or ""
        parent = next((p.name() for p in [process.parent()] if p is not None), "")
        if name in {"postgres", "redis-server"} and parent != name:
            found.append(process.info["pid"])
    return found


@dataclass
class Meter:
    """CPU and time between `start` and `stop`: of the server, and of the database and Redis."""

    server: int
    began: float = 0.0
    before: tuple[float, float] = (0.0, 0.0)
    stores: list[int] = field(default_factory=postmasters)

    def read(self) -> tuple[float, float]:
        return cpu_of(self.server), sum(cpu_of(pid) for pid in self.stores)

    def start(self) -> None:
        self.before, self.began = self.read(), time.monotonic()

    def stop(self) -> dict[str, float]:
        seconds = time.monotonic() - self.began
        server, stores = self.read()
        return {
            "seconds": round(seconds, 3),
            "cpu_server": round(server - self.before[0], 3),
            "cpu_stores": round(stores - self.before[1], 3),
        }


def percentiles(values: Iterable[float]) -> dict[str, float]:
    """p50, p95 and p99 in milliseconds, of seconds."""
    ordered = sorted(values)
    if not ordered:
        return {}
    at = lambda share: round(1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))], 2)  # noqa: E731
    return {"p50": at(0.50), "p95": at(0.95), "p99": at(0.99)}


@dataclass
class Figure:
    """One figure: what, for whom, its value and unit, and the bar where there is one."""

    id: str
    what: str
    subject: str
    value: float
    unit: str
    bar: str = ""
    holds: bool | None = None
    extra: dict[str, Any] = field(default_factory=dict)

    def tell(self) -> "Figure":
        sys.stdout.write(
            json.dumps({key: value for key, value in asdict(self).items() if value not in ("", None, {})}) + "\n"
        )
        sys.stdout.flush()
        return self


def median(values: Iterable[float]) -> float:
    return statistics.median(values)


def table(figures: list[Figure]) -> str:
    """All figures below one another, for a person."""
    rows = [("id", "what", "who", "value", "bar", "")]
    marks = {True: "holds", False: "DOES NOT HOLD", None: ""}
    rows += [(f.id, f.what, f.subject, f"{f.value:g} {f.unit}", f.bar, marks[f.holds]) for f in figures]
    widths = [max(len(row[column]) for row in rows) for column in range(6)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([lines[0], "-" * len(lines[0]), *lines[1:]])


def machine() -> str:
    memory = psutil.virtual_memory().total >> 30
    return f"{psutil.cpu_count()} cores, {memory} GiB, {platform.system()}, Python {platform.python_version()}"
