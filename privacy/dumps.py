"""A database as one stream of bytes, and back: SQLite by its own backup, PostgreSQL by its programs."""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any

from django.db import connections

from helplines.owners import as_owner, owner_of

DATABASES = {"data": "default", "keys": "keys"}


class DumpError(Exception):
    """A database could not be written out or put back; says why in plain words."""


def vendor(alias: str) -> str:
    return str(connections[alias].vendor)


@contextmanager
def reading(alias: str, room: Path) -> Iterator[IO[bytes]]:
    """The whole database at one moment, as a stream. `room` is a directory of our own for a copy of an SQLite file."""
    if vendor(alias) == "postgresql":
        with pg(
            "pg_dump", alias, "--format=custom", "--no-owner", "--no-privileges", stdout=subprocess.PIPE
        ) as process:
            assert process.stdout is not None  # noqa: S101  asked for above
            yield process.stdout
        return
    with TemporaryDirectory(dir=room) as folder:
        copy = Path(folder) / "copy.sqlite3"
        with closing(sqlite3.connect(file_of(alias))) as source, closing(sqlite3.connect(copy)) as target:
            source.backup(target)
        with copy.open("rb") as stream:
            yield stream


def put_back(alias: str, parts: Iterator[bytes], room: Path) -> None:
    """Put a database in the place of what is there. It is written down whole first: a file that does not open changes nothing."""
    with TemporaryDirectory(dir=room) as folder:
        copy = Path(folder) / "copy"
        with copy.open("wb") as stream:
            stream.writelines(parts)
        connections[alias].close()
        if vendor(alias) == "postgresql":
            load_postgresql(alias, copy)
        else:
            with closing(sqlite3.connect(copy)) as source, closing(sqlite3.connect(file_of(alias))) as target:
                source.backup(target)


def load_postgresql(alias: str, copy: Path) -> None:
    options = ("--clean", "--if-exists", "--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error")
    # The program's role gets its rights to the new tables.
    with as_owner(connections[alias]), copy.open("rb") as stream, pg("pg_restore", alias, *options, stdin=stream):
        pass


def file_of(alias: str) -> str:
    return str(connections[alias].settings_dict["NAME"])


@contextmanager
def pg(program: str, alias: str, *options: str, **streams: Any) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a program of PostgreSQL on a database; the password goes by the environment, where no list of processes shows it."""
    found = shutil.which(program)
    if found is None:
        raise DumpError(f"{program} was not found. Install the client programs of PostgreSQL on this machine.")
    # Only its owner may see a whole database: the wall between organisations hides rows from the program.
    settings = {**connections[alias].settings_dict, **(owner_of(alias) or {}), "NAME": file_of(alias)}
    given = {"PGHOST": settings["HOST"], "PGPORT": settings["PORT"], "PGUSER": settings["USER"]}
    given["PGPASSWORD"] = settings["PASSWORD"]
    surroundings = {**os.environ, **{name: str(value) for name, value in given.items() if value}}
    command = [found, *options, f"--dbname={settings['NAME']}"]
    with subprocess.Popen(command, env=surroundings, stderr=subprocess.PIPE, **streams) as process:  # noqa: S603  ours
        yield process
        said = process.stderr.read().decode(errors="replace") if process.stderr else ""
        if process.wait():
            raise DumpError(f"{program} did not finish: {said.strip()[:500]}")
