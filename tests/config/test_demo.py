"""`make demo` as a process: it starts, tells where to go, serves, and ends without a trace."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings

PATIENCE = 60


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start(var: Path, port: int) -> subprocess.Popen[str]:
    """A demo of its own, in an environment that says nothing about our settings."""
    names = {"PATH", "HOME", "LANG"}
    environment = {name: value for name, value in os.environ.items() if name in names} | {"VAR_DIR": str(var)}
    return subprocess.Popen(
        [sys.executable, "manage.py", "demo", "--port", str(port)],
        cwd=settings.BASE_DIR,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A process in the background of a script ignores Ctrl-C; a person's does not.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # noqa: PLW1509
    )


def answers(url: str) -> int:
    """The status of the first answer."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310  our own loopback address
                return int(answer.status)
        except urllib.error.HTTPError as fault:
            return fault.code
        except OSError:
            time.sleep(0.05)
    return 0


@contextmanager
def running(var: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    process = start(var, port)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def interrupted(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    """Press Ctrl-C: the exit code and what was printed and complained."""
    process.send_signal(signal.SIGINT)
    printed, complaints = process.communicate(timeout=PATIENCE)
    return process.returncode, printed, complaints


def test_demo_serves_keeps_its_data_and_ends_cleanly(tmp_path: Path) -> None:
    port = free_port()
    with running(tmp_path, port) as process:
        assert answers(f"http://127.0.0.1:{port}/") == 200
        first = json.loads((tmp_path / "demo.json").read_text())
        assert [answers(first["lines"]["caw-online"][name]) for name in ("page", "chat")] == [200, 200]
        code, printed, complaints = interrupted(process)
    assert (code, complaints) == (0, "")
    assert first["lines"]["caw-online"]["page"] in printed

    other = free_port()
    with running(tmp_path, other) as process:
        assert answers(f"http://127.0.0.1:{other}/") == 200
        second = json.loads((tmp_path / "demo.json").read_text())
        assert interrupted(process)[0] == 0
    assert (second["accounts"], second["base"]) == (first["accounts"], f"http://127.0.0.1:{other}")

    (tmp_path / "secrets" / "master_keys").write_text("demo:" + "A" * 43 + "=\n")
    with running(tmp_path, other) as process:
        _printed, complaints = process.communicate(timeout=PATIENCE)
    assert (process.returncode, len(complaints.strip().splitlines())) == (1, 1)
    assert "master key" in complaints


def test_taken_port_ends_with_one_line(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with running(tmp_path, other.getsockname()[1]) as process:
            printed, complaints = process.communicate(timeout=PATIENCE)
    assert (process.returncode, printed, len(complaints.strip().splitlines())) == (1, "", 1)


@pytest.mark.parametrize("command", ["help", "check"])
def test_manage_py_still_works_without_the_demo(tmp_path: Path, command: str) -> None:
    environment = {"PATH": os.environ["PATH"], "VAR_DIR": str(tmp_path), "SECRET_KEY": "only-for-this-test-0123456789"}
    found = subprocess.run(
        [sys.executable, "manage.py", command], cwd=settings.BASE_DIR, env=environment, capture_output=True, check=False
    )
    assert (found.returncode, found.stderr) == (0, b"" if command == "help" else found.stderr)
