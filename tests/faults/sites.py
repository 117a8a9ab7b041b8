"""What the tests of faults run against: the cluster behind nginx, or one process with SQLite, with the same face."""

import base64
import itertools
import json
import os
import secrets
import ssl
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import psutil

from deploy.cluster import ROOT, Cluster
from deploy.programs import HOST, Program, answers, free_port

# Everybody of a test comes from one address, and a counsellor of a test says more in a minute than a person.
PLACES = {"ADDRESS_SOCKETS": "20000", "ORGANISATION_SOCKETS": "20000", "ORGANISATION_STARTS": "20000"} | {
    "ADDRESS_STARTS": "20000",
    "ADDRESS_WAITING": "20000",
}
_numbers = itertools.count()
# What is remembered for a second in production is so here; other tests read it each time.
ROOMY = {
    **PLACES,
    "PROMISES_FRESH": "1",
    "SAY_BURST": "1000",
    "SAY_PER_SECOND": "200",
    "DESK_BURST": "1000",
    "DESK_PER_SECOND": "200",
}


@dataclass
class Site:
    """Where clients knock, and the helper inside that sows and reads."""

    origin: str
    port: int
    env: dict[str, str]
    logs: Path
    tls: ssl.SSLContext | None = None
    helper: "subprocess.Popen[str] | None" = None
    sown: int = 0

    def ask(self, **wish: Any) -> Any:
        if self.helper is None or self.helper.poll() is not None:
            command = [sys.executable, "-m", "tests.faults.inside"]
            errors = (self.logs / "helper.log").open("ab")
            pipe = subprocess.PIPE
            self.helper = subprocess.Popen(
                command, cwd=ROOT, env=self.env, stdin=pipe, stdout=pipe, stderr=errors, text=True
            )
            errors.close()
        assert self.helper.stdin is not None
        assert self.helper.stdout is not None
        self.helper.stdin.write(json.dumps(wish) + "\n")
        self.helper.stdin.flush()
        line = self.helper.stdout.readline()
        assert line, (self.logs / "helper.log").read_text()[-2000:]
        return json.loads(line)

    def sow(self, counsellors: int, **promise: Any) -> "Sown":
        """A fresh organisation, so that nobody of an earlier test is in the way."""
        self.sown += 1
        slug = f"fault-{self.sown}"
        told = self.ask(do="sow", counsellors=counsellors, slug=slug, promise=promise)
        return Sown(self, slug, [f"{told['cookie']}={session}" for session in told["sessions"]])

    def stored(self, codes: list[str]) -> dict[str, Any]:
        found: dict[str, Any] = self.ask(do="stored", codes=codes)
        return found

    def close(self) -> None:
        if self.helper is not None and self.helper.stdin is not None:
            self.helper.stdin.close()
            self.helper.wait(10)

    def complaints(self) -> dict[str, str]:
        """What our own processes wrote in their logs."""
        return {path.stem: path.read_text(errors="replace") for path in sorted(self.logs.glob("*.log"))}


@dataclass
class Sown:
    """One organisation of a site, and the sessions of its counsellors."""

    site: Site
    slug: str
    cookies: list[str]
    # What a person's client sends along; nginx overwrites what anybody says of their address.
    headers: Callable[[], dict[str, str]] = dict

    @property
    def visitors(self) -> str:
        return f"/ws/{self.slug}/line/visitor/"

    @property
    def desk(self) -> str:
        return f"/ws/{self.slug}/desk/"


def somewhere() -> dict[str, str]:
    """What nginx would tell of somebody at an address that nobody else has."""
    number = next(_numbers)
    return {"X-Forwarded-For": f"198.{18 + number // 62_500 % 2}.{number // 250 % 250}.{number % 250 + 1}"}


def at_node(sown: Sown, cluster: Cluster, name: str) -> Sown:
    """The same organisation, past nginx, at one node."""
    site = replace(sown.site, port=int(cluster[name].command[-1]), tls=None)
    return replace(sown, site=site, headers=somewhere)


def believing() -> ssl.SSLContext:
    """The cluster's certificate is its own: nobody else vouches for it."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def site_of(cluster: Cluster) -> Site:
    return Site(cluster.origin, cluster.port, cluster.env, cluster.directory, believing())


def memory_of(*programs: Program) -> float:
    """MiB of these programs and their children."""
    total = 0
    for one in programs:
        process = psutil.Process(one.pid)
        total += sum(entry.memory_info().rss for entry in [process, *process.children(recursive=True)])
    return total / 2**20


def seconds_worked_by(one: Program) -> float:
    """CPU-seconds of this program until now, all its threads together."""
    spent = psutil.Process(one.pid).cpu_times()
    return spent.user + spent.system


@dataclass
class Solo:
    """The embedded default: one process, SQLite, nothing else."""

    directory: Path
    port: int = field(default_factory=free_port)
    program: Program | None = None

    def __post_init__(self) -> None:
        self.env = {
            **{name: value for name, value in os.environ.items() if not name.endswith(("DATABASE_URL", "REDIS_URL"))},
            **ROOMY,
            "MODE": "embedded", "DEMO": "", "DEBUG": "", "ORIGIN": f"http://{HOST}:{self.port}", "ALLOWED_HOSTS": HOST,
            "VAR_DIR": str(self.directory), "SECRET_KEY": secrets.token_urlsafe(64), "PYTHONUNBUFFERED": "1",
            "MASTER_KEYS": f"solo:{base64.b64encode(secrets.token_bytes(32)).decode()}",
        }  # fmt: skip

    def start(self) -> Site:
        for database in ("default", "keys"):
            command = [sys.executable, "manage.py", "migrate", "--no-input", "-v", "0", "--database", database]
            subprocess.run(command, cwd=ROOT, env=self.env, check=True)
        serve = [sys.executable, "manage.py", "serve", "--port", str(self.port)]
        log = self.directory / "web.log"
        self.program = Program("web", serve, self.env, log, ROOT, ready=lambda: answers(self.port))
        self.program.start()
        return Site(self.env["ORIGIN"], self.port, self.env, self.directory)
