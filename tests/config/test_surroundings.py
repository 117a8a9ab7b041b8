"""Before the demo starts: the port, the lock on the data, the secrets, and the settings that it forces."""

import base64
import os
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from config.demo import surroundings
from config.demo.surroundings import CannotStart
from tests.conftest import VAR


@pytest.fixture
def taken() -> Iterator[int]:
    """A port on which somebody listens."""
    with socket.socket() as other:
        other.bind((surroundings.HOST, 0))
        other.listen()
        yield other.getsockname()[1]


@pytest.fixture
def free(taken: int) -> int:
    with socket.socket() as probe:
        probe.bind((surroundings.HOST, 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def var(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty data directory, and an environment that is put back afterwards."""
    for name in [*surroundings.environment(tmp_path, 1), "MASTER_KEYS"]:
        monkeypatch.setenv(name, os.environ.get(name, ""))
    monkeypatch.setenv("VAR_DIR", str(tmp_path / "var"))
    monkeypatch.delenv("MASTER_KEYS")
    before = os.umask(0o022)
    yield tmp_path / "var"
    os.umask(before)


def test_taken_port_is_told_in_one_line(taken: int, var: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        surroundings.set_up_or_exit(["--port", str(taken)])
    assert str(stop.value).startswith(f"Port {taken} on 127.0.0.1 cannot be used")
    assert "\n" not in str(stop.value)
    assert not var.exists()


@pytest.mark.parametrize("port", [65536, 0, -1])
def test_port_that_cannot_be_is_refused(port: int) -> None:
    with pytest.raises(CannotStart) as refusal:
        surroundings.require_free(port)
    assert str(refusal.value).startswith(f"{port} is no port: choose a number from 1 to 65535")


def test_first_start_makes_secrets_that_only_the_owner_reads(free: int, var: Path) -> None:
    lock = surroundings.set_up([f"--port={free}"])
    made = sorted((var / "secrets").iterdir())
    assert [path.name for path in made] == ["master_keys", "secret_key"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in made} == {0o600}
    name, _colon, key = made[0].read_text().strip().partition(":")
    assert (name, len(base64.b64decode(key))) == ("demo", 32)
    assert len(made[1].read_text().strip()) > 50
    lock.close()


def test_second_start_keeps_the_secrets(free: int, var: Path) -> None:
    surroundings.set_up([f"--port={free}"]).close()
    before = {path.name: path.read_text() for path in (var / "secrets").iterdir()}
    surroundings.set_up([f"--port={free}"]).close()
    assert {path.name: path.read_text() for path in (var / "secrets").iterdir()} == before


@pytest.mark.parametrize("name", ["data.sqlite3", "keys.sqlite3"])
def test_missing_master_key_of_existing_data_is_never_replaced(free: int, var: Path, name: str) -> None:
    var.mkdir()
    (var / name).touch()
    with pytest.raises(CannotStart, match="master key of this data is gone"):
        surroundings.set_up([f"--port={free}"])
    assert not (var / "secrets").exists()


def test_master_key_from_the_environment_serves_existing_data(
    free: int, var: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    var.mkdir()
    (var / "data.sqlite3").touch()
    monkeypatch.setenv("MASTER_KEYS", "demo:elsewhere")
    surroundings.set_up([f"--port={free}"]).close()
    assert not (var / "secrets" / "master_keys").exists()


def test_second_demo_on_the_same_data_is_refused(free: int, var: Path) -> None:
    lock = surroundings.set_up([f"--port={free}"])
    with pytest.raises(CannotStart, match="already runs"):
        surroundings.set_up([f"--port={free}"])
    lock.close()


def test_reset_takes_the_data_and_leaves_the_rest(free: int, var: Path) -> None:
    surroundings.set_up([f"--port={free}"]).close()
    old = (var / "secrets" / "master_keys").read_text()
    for name in ("data.sqlite3", "data.sqlite3-wal", "keys.sqlite3", "demo.json", "notes.txt"):
        (var / name).touch()
    surroundings.set_up([f"--port={free}", "--reset"]).close()
    assert sorted(path.name for path in var.iterdir()) == ["demo.lock", "notes.txt", "secrets", "static"]
    assert (var / "secrets" / "master_keys").read_text() != old


def test_example_data_never_lands_in_a_real_database(free: int, var: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://data.internal/toeverlaat")
    monkeypatch.setenv("MODE", "production")
    surroundings.set_up([f"--port={free}"]).close()
    assert os.environ["DATABASE_URL"] == f"sqlite:///{var / 'data.sqlite3'}"
    found = [os.environ[name] for name in ("MODE", "DEMO", "REDIS_URL", "ORIGIN")]
    assert found == ["embedded", "1", "", f"http://127.0.0.1:{free}"]


@pytest.mark.parametrize(("asked", "site"), [("127.0.0.1", "localhost"), ("localhost", "127.0.0.1")])
def test_demo_can_have_a_name_and_its_example_sites_the_number(free: int, var: Path, asked: str, site: str) -> None:
    surroundings.set_up([f"--port={free}", f"--name={asked}"]).close()
    reads = "from django.conf import settings as s; print(s.ORIGIN, s.DEMO_SITE_ORIGIN, *s.ALLOWED_HOSTS)"
    told = subprocess.run(
        [sys.executable, "-c", reads],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings"},
        cwd=surroundings.BASE,
        check=True,
        capture_output=True,
        text=True,
    )
    found = told.stdout.split()
    assert found == [f"http://{asked}:{free}", f"http://{site}:{free}", "127.0.0.1", "localhost"]


def test_nobody_else_reads_what_lies_there_or_what_comes(free: int, var: Path) -> None:
    var.mkdir()
    old = [var / "data.sqlite3", var / "keys.sqlite3", var / "keys.sqlite3-wal"]
    for path in old:
        path.touch(0o644)
    (var / "secrets").mkdir()
    (var / "secrets" / "master_keys").write_text("demo:key\n")
    surroundings.set_up(["--port", str(free)]).close()
    (var / "later").touch()
    assert {path.name: stat.S_IMODE(path.stat().st_mode) for path in [*old, var / "secrets", var / "later"]} == {
        **{path.name: 0o600 for path in old},
        "secrets": 0o700,
        "later": 0o600,
    }


def test_each_process_that_tests_has_a_corner_of_its_own():
    """Settings are read once: a process that read those of another would write in its files and empty its cache."""
    assert (VAR.resolve(), os.environ.get("REDIS_URL", "")) == (settings.VAR, settings.REDIS_URL)
