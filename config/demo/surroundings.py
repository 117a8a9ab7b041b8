"""What must be there before Django reads its settings: a free port, the secrets, the environment of the demo.

Pure Python on purpose: settings are read once, at the first import, so all of this comes before it.
"""

import argparse
import base64
import fcntl
import os
import secrets
import shutil
import socket
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from config.catalogues import compile_catalogues

BASE = Path(__file__).resolve().parent.parent.parent
HOST = "127.0.0.1"
NAMES = (HOST, "localhost")
# What a reset takes away; everything else under var/ is somebody's own.
DATA = ("data.sqlite3", "keys.sqlite3", "secrets", "demo.json", "media")


class CannotStart(Exception):
    """One sentence that says why, and what to do."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `manage.py demo`, the same before and after settings are read."""
    parser.add_argument("--port", type=int, default=8000, help="port on 127.0.0.1 (8000)")
    parser.add_argument("--name", choices=NAMES, default=HOST, help="name in the address; passkeys need localhost")
    parser.add_argument("--reset", action="store_true", help="throw the example data away first")


def set_up(argv: Sequence[str]) -> IO[str]:
    """Prepare for `manage.py demo`; returns the lock, held as long as the process lives.

    Raises CannotStart: the port is taken, the demo runs already, or the master key of existing data is gone.
    """
    parser = argparse.ArgumentParser(prog="manage.py demo", add_help=False)
    arguments(parser)
    options, _rest = parser.parse_known_args(argv)
    var = Path(os.environ.get("VAR_DIR") or BASE / "var").resolve()
    require_free(options.port)
    for_the_owner_alone(var)
    (var / "static").mkdir(parents=True, exist_ok=True)
    lock = alone_in(var)
    if options.reset:
        remove_data(var)
    make_secrets(var)
    compile_catalogues()
    os.environ.update(environment(var, options.port, options.name))
    return lock


def for_the_owner_alone(var: Path) -> None:
    """From here on nobody else on this machine can read what is written: data, keys, what SQLite puts beside them."""
    os.umask(0o077)
    for name in DATA:
        for path in var.glob(f"{name}*"):
            path.chmod(0o700 if path.is_dir() else 0o600)


def require_free(port: int) -> None:
    """Try the port the way the server will."""
    if not 0 < port < 65536:
        raise CannotStart(f"{port} is no port: choose a number from 1 to 65535, such as make demo PORT=8010")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as fault:
            raise CannotStart(
                f"Port {port} on {HOST} cannot be used; another program probably has it. "
                f"Choose another one: make demo PORT={port + 1 if port < 65535 else 8000}"
            ) from fault


def alone_in(var: Path) -> IO[str]:
    """One process per data directory: SQLite and the in-memory layer serve one."""
    lock = (var / "demo.lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as fault:
        raise CannotStart(f"The demo already runs on the data in {var}; stop it first (Ctrl-C).") from fault
    return lock


def remove_data(var: Path) -> None:
    for name in DATA:
        path = var / name
        if path.is_dir():
            shutil.rmtree(path)
        for file in (path, path.with_name(f"{name}-wal"), path.with_name(f"{name}-shm")):
            file.unlink(missing_ok=True)


def make_secrets(var: Path) -> None:
    """Make both secrets on a first start. Where there is data, a missing master key is never replaced (goal C7)."""
    master = var / "secrets" / "master_keys"
    has_data = any((var / name).exists() for name in ("data.sqlite3", "keys.sqlite3"))
    if has_data and not master.is_file() and not os.environ.get("MASTER_KEYS"):
        raise CannotStart(
            f"The master key of this data is gone ({master}), so its talks cannot be read. "
            "Put the key back, or throw the data away: make demo-reset"
        )
    if not has_data:
        write_once(master, "demo:" + base64.b64encode(secrets.token_bytes(32)).decode())
    write_once(var / "secrets" / "secret_key", secrets.token_urlsafe(64))


def write_once(path: Path, text: str) -> None:
    """Write a file that only its owner can read, unless it is there."""
    path.parent.mkdir(mode=0o700, exist_ok=True)
    if not path.exists():
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text + "\n")


def environment(var: Path, port: int, name: str = HOST) -> dict[str, str]:
    """Settings of the demo. Databases are named outright, so that example data never lands in a real one."""
    return {
        "MODE": "embedded",
        "DEMO": "1",
        "DEBUG": "0",
        "VAR_DIR": str(var),
        "ORIGIN": f"http://{name}:{port}",
        "ALLOWED_HOSTS": ",".join(NAMES),
        "TRUSTED_PROXIES": "0",
        "DATABASE_URL": f"sqlite:///{var / 'data.sqlite3'}",
        "KEYS_DATABASE_URL": f"sqlite:///{var / 'keys.sqlite3'}",
        "REDIS_URL": "",
        "CELERY_BROKER_URL": "memory://inside",
    }


def set_up_or_exit(argv: Sequence[str]) -> IO[str]:
    try:
        return set_up(argv)
    except CannotStart as fault:
        sys.exit(str(fault))
