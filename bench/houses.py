"""The two that are measured: ours and the usual one, each with databases of its own and one server process on the first core."""

import asyncio
import base64
import gc
import json
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psycopg

# What one person, one address and one organisation may do; here all of them are one program.
LIMITS = (
    "SAY_BURST", "SAY_PER_SECOND", "DESK_BURST", "DESK_PER_SECOND",
    "ADDRESS_SOCKETS", "ADDRESS_STARTS", "ADDRESS_WAITING", "ADDRESS_POLLS", "POLL_SESSIONS",
    "ORGANISATION_SOCKETS", "ORGANISATION_STARTS",
)  # fmt: skip
ROOT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
# As `bench/sow.py` makes them.
ORGANISATION, LINE = "bench", "line"
PROGRAM = "toeverlaat_bench"
PATIENCE = 60  # seconds for a server to answer


class NothingToMeasureWithError(RuntimeError):
    """PostgreSQL, Redis or a server is not there."""


def services() -> dict[str, str]:
    """PostgreSQL and Redis of this machine, as `tests/find_services.py` finds them."""
    found = subprocess.run(
        [sys.executable, ROOT / "tests/find_services.py"], capture_output=True, text=True, check=False
    )
    if found.returncode:
        raise NothingToMeasureWithError(found.stdout.strip())
    return dict(entry.split("=", 1) for entry in found.stdout.split())


def fresh_database(url: str, name: str) -> str:
    """Make a database anew; gives its address."""
    server = url.rsplit("/", 1)[0]
    with psycopg.connect(f"{server}/postgres".replace("postgres://", "postgresql://"), autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.execute(f'CREATE DATABASE "{name}"')
    return f"{server}/{name}"


def as_program(url: str) -> str:
    """The same database for the role of the program, which owns nothing: the wall is part of what it costs."""
    return re.sub(r"//[^:@]+", f"//{PROGRAM}", url, count=1)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def pinned(core: int, command: list[str]) -> list[str]:
    """A command that stays on one core, where the machine has more than one."""
    return ["taskset", "-c", str(core), *command] if shutil.which("taskset") and (os.cpu_count() or 1) > 1 else command


class House:
    """One server process with what it stands on; `with house:` starts and stops it."""

    name = ""
    module = ""

    def __init__(self, server: str = "daphne") -> None:
        self.server = server
        self.port = free_port()
        self.directory = Path(tempfile.mkdtemp(prefix="toeverlaat-bench-"))
        self.process: subprocess.Popen[bytes] | None = None
        self.env = {**os.environ, "PYTHONUNBUFFERED": "1", **self.settings(services())}

    def settings(self, found: dict[str, str]) -> dict[str, str]:
        raise NotImplementedError

    def command(self) -> list[str]:
        raise NotImplementedError

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def run(self, *arguments: str) -> str:
        """Run one of our programs in this house; what it prints comes back."""
        done = subprocess.run(
            [sys.executable, *arguments], cwd=ROOT, env=self.env, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise NothingToMeasureWithError(done.stderr[-2000:])
        return done.stdout

    def start(self) -> None:
        with (self.directory / "server.log").open("wb") as log:
            self.process = subprocess.Popen(pinned(0, self.command()), cwd=ROOT, env=self.env, stdout=log, stderr=log)
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            try:
                socket.create_connection((HOST, self.port), 1).close()
            except OSError:
                if self.process.poll() is not None:
                    break
                time.sleep(0.05)
            else:
                return
        raise NothingToMeasureWithError((self.directory / "server.log").read_text()[-2000:])

    def stop(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.process = None

    def faults(self) -> str:
        """What the server complained about."""
        log = self.directory / "server.log"
        return log.read_text(errors="replace").strip() if log.exists() else ""

    def __enter__(self) -> "House":
        self.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self.stop()

    def serving(self, application: str) -> list[str]:
        python = [sys.executable, "-m"]
        if self.server == "uvicorn":
            options = [
                "--ws",
                "websockets-sansio",
                "--ws-per-message-deflate",
                "false",
                "--no-access-log",
                "--log-level",
                "warning",
            ]
            return [*python, "uvicorn", application, "--host", HOST, "--port", str(self.port), *options]
        return [*python, "daphne", "-b", HOST, "-p", str(self.port), "-v", "0", application]


class Ours(House):
    """Toeverlaat with counsellors, who each may have ten talks."""

    name = "ours"

    def __init__(self, server: str = "daphne", counsellors: int = 50) -> None:
        super().__init__(server)
        self.run("manage.py", "migrate", "-v", "0")
        self.run("manage.py", "migrate", "-v", "0", "--database", "keys")
        with psycopg.connect(self.env["MIGRATE_DATABASE_URL"].replace("postgres://", "postgresql://")) as connection:
            # `bench/expired.py` makes a table to compare with.
            connection.execute(f"GRANT CREATE ON SCHEMA public TO {PROGRAM}")
        told = json.loads(self.run("-m", "bench.sow", str(counsellors)))
        self.cookies = [f"{told['cookie']}={session}" for session in told["sessions"]]

    def settings(self, found: dict[str, str]) -> dict[str, str]:
        data = fresh_database(found["DATABASE_URL"], f"toeverlaat_bench_{os.getpid()}")
        keys = fresh_database(found["DATABASE_URL"], f"toeverlaat_bench_keys_{os.getpid()}")
        return {
            "MODE": "embedded",
            "DEMO": "",
            "DEBUG": "",
            "VAR_DIR": str(self.directory),
            "ORIGIN": f"http://{HOST}:{self.port}",
            "SECRET_KEY": secrets.token_urlsafe(64),
            "MASTER_KEYS": f"bench:{base64.b64encode(secrets.token_bytes(32)).decode()}",
            "DATABASE_URL": as_program(data),
            "KEYS_DATABASE_URL": as_program(keys),
            "MIGRATE_DATABASE_URL": data,
            "MIGRATE_KEYS_DATABASE_URL": keys,
            "REDIS_URL": found["REDIS_URL"].rsplit("/", 1)[0] + "/14",
            "CHANNEL_PREFIX": f"bench-{os.getpid()}",
            **dict.fromkeys(LIMITS, "1000000"),
        }

    def command(self) -> list[str]:
        if self.server == "uvicorn":
            return self.serving("config.asgi:application")
        return [sys.executable, "manage.py", "serve", "--port", str(self.port)]

    @property
    def origin(self) -> str:
        return self.env["ORIGIN"]


class Usual(House):
    """The usual project of `bench/reference/`."""

    name = "usual"

    def __init__(self, server: str = "daphne", conversations: int = 500) -> None:
        super().__init__(server)
        self.conversations: list[int] = json.loads(self.run("-m", "bench.reference.sow", str(conversations)))

    def settings(self, found: dict[str, str]) -> dict[str, str]:
        return {
            "DJANGO_SETTINGS_MODULE": "bench.reference.settings",
            "DATABASE_URL": fresh_database(found["DATABASE_URL"], f"usual_bench_{os.getpid()}_{self.port}"),
            "REDIS_URL": found["REDIS_URL"].rsplit("/", 1)[0] + "/15",
        }

    def command(self) -> list[str]:
        return self.serving("bench.reference.asgi:application")


class Pooled(Usual):
    """The same with Django's pool of connections."""

    name = "usual, pooled"

    def settings(self, found: dict[str, str]) -> dict[str, str]:
        return {**super().settings(found), "POOL": "1"}


def on_second_core() -> None:
    """Who measures stays off the server's core."""
    if hasattr(os, "sched_setaffinity") and (os.cpu_count() or 1) > 1:
        os.sched_setaffinity(0, {1})


def each(rounds: int, houses: list[House]) -> list[tuple[int, House]]:
    """Rounds, interleaved, so that a busy moment of the machine hits all alike."""
    return [(number, house) for number in range(rounds) for house in houses]


def run(work: Any) -> Any:
    """Measure. Who measures does not stop meanwhile to look for garbage: it would be counted as the server's."""
    gc.collect()
    gc.disable()
    try:
        return asyncio.run(work)
    finally:
        gc.enable()
