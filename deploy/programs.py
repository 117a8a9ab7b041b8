"""The programs of a cluster on one machine: each is started, killed and started again by name."""

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

HOST = "127.0.0.1"
PATIENCE = 150.0  # seconds for a program to answer; one that ended is not waited for


class CannotStartError(RuntimeError):
    """One sentence that says what is missing, or why a program did not start."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def answers(port: int) -> bool:
    try:
        socket.create_connection((HOST, port), 0.5).close()
    except OSError:
        return False
    return True


def program(name: str, package: str) -> str:
    """Where a program is, also where Debian keeps those of PostgreSQL. Raises CannotStartError."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), reverse=True)
    found = shutil.which(name, path=os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", *map(str, versions)]))
    if not found:
        raise CannotStartError(
            f"{name} was not found on this machine. Install it (Debian, Ubuntu: apt install {package})."
        )
    return found


def unprivileged() -> list[str]:
    """PostgreSQL never runs as root: then it runs as the user that its package made."""
    if os.geteuid():
        return []
    try:
        user = pwd.getpwnam("postgres")
    except KeyError:
        raise CannotStartError(
            "PostgreSQL does not run as root, and there is no user 'postgres' to run it as."
        ) from None
    return [program("setpriv", "util-linux"), f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]


def for_database(directory: Path) -> None:
    """Make a directory that PostgreSQL may write in."""
    directory.mkdir(parents=True, exist_ok=True)
    if not os.geteuid():
        user = pwd.getpwnam("postgres")
        os.chown(directory, user.pw_uid, user.pw_gid)


@dataclass
class Program:
    """One program: how it is started, and when it is ready."""

    name: str
    command: list[str]
    env: dict[str, str]
    log: Path
    directory: Path
    ready: Callable[[], bool] = lambda: True
    process: subprocess.Popen[bytes] | None = None
    starts: int = 0
    stop_signal: int = signal.SIGTERM

    @property
    def pid(self) -> int:
        if self.process is None:
            raise CannotStartError(f"{self.name} is not running.")
        return self.process.pid

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def start(self, wait: bool = True) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command, cwd=self.directory, env=self.env, stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                start_new_session=True,
            )  # fmt: skip
        self.starts += 1
        if wait:
            self.wait_ready()

    def wait_ready(self) -> None:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            if not self.running:
                break
            if self.ready():
                return
            time.sleep(0.05)
        raise CannotStartError(f"{self.name} did not start: {self.last_words()}")

    def last_words(self) -> str:
        lines = self.log.read_text(errors="replace").strip().splitlines()
        return " / ".join(lines[-5:])

    def kill(self) -> None:
        """As if the power went: no goodbye."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def stop(self, patience: float = 15.0) -> float:
        """Ask it to stop; gives how many seconds it took. Who does not stop in time is killed."""
        began = time.monotonic()
        if self.running and self.process is not None:
            self.process.send_signal(self.stop_signal)
            try:
                self.process.wait(patience)
            except subprocess.TimeoutExpired:
                self.kill()
        return time.monotonic() - began

    def pause(self) -> None:
        os.killpg(self.pid, signal.SIGSTOP)

    def go_on(self) -> None:
        os.killpg(self.pid, signal.SIGCONT)

    def restart(self) -> float:
        took = self.stop()
        self.start()
        return took


@dataclass
class Programs:
    """All of them, stopped in the opposite order of starting."""

    started: list[Program] = field(default_factory=list)

    def start(self, one: Program) -> Program:
        self.started.append(one)
        one.start()
        return one

    def stop(self) -> None:
        for one in reversed(self.started):
            one.stop()
        self.started.clear()
