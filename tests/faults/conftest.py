"""One cluster for all tests of faults; where its programs are missing they are left out, in one line."""

import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from deploy.cluster import Cluster
from tests.faults.sites import ROOMY, Site, Solo, missing, site_of

SOAK = bool(os.environ.get("SOAK"))


@dataclass(frozen=True)
class Size:
    """How much: in CI, and in `make soak` with the numbers of the issue."""

    talks: int = 100 if SOAK else 24
    kills: int = 10 if SOAK else 2
    redis_kills: int = 5 if SOAK else 2
    redis_pause: float = 15.0 if SOAK else 4.0
    flaky: int = 200 if SOAK else 40
    flaky_seconds: float = 180.0 if SOAK else 5.0
    flaky_drops: tuple[float, float] = (1.0, 60.0) if SOAK else (0.1, 2.0)
    stalled: float = 120.0 if SOAK else 3.0
    malformed: int = 100_000 if SOAK else 1_500
    fragments: int = 131_000
    loud_seconds: float = 30.0 if SOAK else 6.0
    idle: int = 2_000 if SOAK else 250
    handshakes: float = 200.0 if SOAK else 60.0
    half_open: int = 500 if SOAK else 100
    # Milliseconds; a machine of CI does other work beside, the long form is for one that does not.
    others_p95: float = 500.0 if SOAK else 1000.0


@pytest.fixture(scope="session")
def size() -> Size:
    return Size()


@pytest.fixture(scope="session")
def directory() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="toeverlaat-faults-") as made:
        # PostgreSQL's own user must get through.
        Path(made).chmod(0o711)
        yield Path(made)


@pytest.fixture(scope="session")
def cluster(directory: Path) -> Iterator[Cluster]:
    if reason := missing():
        if os.environ.get("CI") == "true":
            pytest.fail(f"With CI=true the cluster must start. {reason}")
        pytest.skip(f"Faults are not tested: {reason}")
    with Cluster(directory / "cluster", settings=ROOMY) as started:
        yield started


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
        house.program.stop()
