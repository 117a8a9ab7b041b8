"""One cluster for all tests of faults; where its programs are missing they are left out, in one line."""

import os
import signal
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from deploy.cluster import Cluster
from tests.faults.needed import missing
from tests.faults.sites import ROOMY, Site, Solo, site_of

SOAK = bool(os.environ.get("SOAK"))


@dataclass(frozen=True)
class Size:
    """How much: in CI, and in `make soak` with the numbers of the issue."""

    talks: int = 100 if SOAK else 16
    kills: int = 10 if SOAK else 2
    redis_kills: int = 5 if SOAK else 1
    redis_pause: float = 15.0 if SOAK else 0.0
    waiting: int = 200 if SOAK else 12
    flaky: int = 200 if SOAK else 24
    flaky_seconds: float = 180.0 if SOAK else 4.0
    flaky_drops: tuple[float, float] = (1.0, 60.0) if SOAK else (0.1, 2.0)
    stalled: float = 120.0 if SOAK else 0.0
    malformed: int = 100_000 if SOAK else 1_500
    fragments: int = 131_000
    idle: int = 2_000 if SOAK else 250
    handshakes: float = 200.0 if SOAK else 60.0
    shouting: float = 30.0 if SOAK else 0.0
    half_open: int = 500 if SOAK else 100


@pytest.fixture(scope="session")
def size() -> Size:
    return Size()


@pytest.fixture(scope="session")
def directory() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="toeverlaat-faults-") as made:
        # PostgreSQL's own user must get through.
        Path(made).chmod(0o711)
        yield Path(made)


def without_programs() -> None:
    """Leave a test out where a program of the cluster is missing."""
    if reason := missing():
        if os.environ.get("CI") == "true":
            pytest.fail(f"With CI=true the cluster must start. {reason}")
        pytest.skip(f"Faults are not tested: {reason}")


@pytest.fixture(scope="session")
def cluster(directory: Path) -> Iterator[Cluster]:
    without_programs()
    with Cluster(directory / "cluster", settings=ROOMY) as started:
        yield started
        # Nobody is there any more, and nothing of it is kept.
        for one in reversed(started.programs.started):
            one.kill() if one.name not in {"database", "keys"} else one.process.send_signal(signal.SIGQUIT)


@pytest.fixture(scope="session")
def site(cluster: Cluster) -> Iterator[Site]:
    made = site_of(cluster)
    yield made
    made.close()


@pytest.fixture
def solo(tmp_path: Path) -> Iterator[Solo]:
    house = Solo(tmp_path)
    yield house
    if house.program is not None:
        house.program.kill()
