"""Backups: data and keys in files of their own, sealed, each with its own lifetime (security goals C10, C11).

Keys live at most seven days in any backup: that is how long a destroyed key can come back at the most, and how the promise that a
talk is gone is kept in backups too.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO

from privacy import dumps, keys, pulse, sealed_file
from privacy.keys import MasterKeyError

DATA_DAYS, KEYS_DAYS = 30, 7
NAME = re.compile(r"(data|keys)-(\d{8}T\d{6})\.backup")
STAMP = "%Y%m%dT%H%M%S"


def make(what: str, directory: Path, now: datetime) -> Path:
    """Write a sealed backup of `data` or `keys` and give its path. A file under its own name is whole. Raises DumpError."""
    alias, known = dumps.DATABASES[what], keys.master_keys()
    path = directory / f"{what}-{now.astimezone(UTC).strftime(STAMP)}.backup"
    part = path.with_suffix(".part")
    head = {"what": what, "made": now.isoformat(), "master": known.newest, "vendor": dumps.vendor(alias)}
    try:
        with private(part) as sink, dumps.reading(alias, directory) as source:
            sealed_file.write(source, sink, keys.derived(known.keys[known.newest], "backup"), head)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    part.rename(path)
    # Twice: whoever puts this very backup back is seen to be behind.
    pulse.beat()
    pulse.beat()
    return path


@contextmanager
def private(path: Path) -> Iterator[IO[bytes]]:
    """A new file that only we read."""
    path.touch(mode=0o600)
    with path.open("wb") as stream:
        yield stream


def contents(path: Path) -> Iterator[bytes]:
    """What is in a backup, proved chunk by chunk. Raises UnreadableError, or MasterKeyError without the master key it needs."""
    with path.open("rb") as stream:
        name = sealed_file.head_of(stream).get("master", "")
        master = keys.master_keys().keys.get(name)
        if master is None:
            raise MasterKeyError(f"The master key {name!r} is not in MASTER_KEYS.")
        stream.seek(0)
        yield from sealed_file.read(stream, keys.derived(master, "backup"))


def check(path: Path) -> dict[str, str]:
    """Open a backup to its end; gives what it says of itself. Raises UnreadableError or MasterKeyError."""
    for _chunk in contents(path):
        pass
    with path.open("rb") as stream:
        return sealed_file.head_of(stream)


def put_back(path: Path, room: Path) -> dict[str, str]:
    """Check a backup, then put it in the place of its database. Raises DumpError, UnreadableError or MasterKeyError."""
    head = check(path)
    alias = dumps.DATABASES[head["what"]]
    if head["vendor"] != dumps.vendor(alias):
        raise dumps.DumpError(f"This is a backup of {head['vendor']}, and the database is {dumps.vendor(alias)}.")
    dumps.put_back(alias, contents(path), room)
    return head


def prune(directory: Path, now: datetime, data_days: int = DATA_DAYS, keys_days: int = KEYS_DAYS) -> list[Path]:
    """Remove the backups that are past their own time; gives which. Raises ValueError for a time that breaks the promise."""
    if data_days < 1 or not 1 <= keys_days <= KEYS_DAYS:
        raise ValueError(f"Data is kept at least one day, keys from one to {KEYS_DAYS} days.")
    kept = {"data": timedelta(days=data_days), "keys": timedelta(days=keys_days)}
    old = []
    for path in sorted(directory.iterdir()):
        named = NAME.fullmatch(path.name)
        if named and datetime.strptime(named[2], STAMP).replace(tzinfo=UTC) <= now - kept[named[1]]:
            path.unlink()
            old.append(path)
    return old
