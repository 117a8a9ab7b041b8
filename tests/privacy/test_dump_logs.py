"""What the databases write before they write: PostgreSQL's log of changes, and the files that Redis keeps (security goal C1).

`DUMP_TALKS=1000` makes it the long form, as in `test_dump.py`.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis
from django.conf import settings
from django.core.cache import cache
from django.db import connection, connections

from tests.privacy.test_dump import SHOWN, STEMS, TALKS, found_in, house, raw_key

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.promise("O06")]
redis_only = pytest.mark.skipif(not settings.REDIS_URL, reason="looks at the files of Redis (REDIS_URL)")
pg_only = pytest.mark.skipif(connection.vendor != "postgresql", reason="looks at PostgreSQL's log (DATABASE_URL)")


def as_superuser(alias: str) -> psycopg.Connection:
    """As who installed the server: nobody else may read its log."""
    known = connections[alias].settings_dict
    return psycopg.connect(
        host=known["HOST"], port=known["PORT"], user=known["USER"], password=known["PASSWORD"], dbname=known["NAME"],
        autocommit=True,
    )  # fmt: skip


def written_since(server: psycopg.Connection, place: str) -> bytes:
    """Every piece of the log from this place to where it is now; pieces that wait to be used again are of another time."""
    names = (
        "SELECT name FROM pg_ls_waldir() WHERE name >= pg_walfile_name(%s::pg_lsn)"
        " AND name <= pg_walfile_name(pg_current_wal_flush_lsn()) ORDER BY name"
    )
    found = [name for (name,) in server.execute(names, [place])]
    pieces = [server.execute("SELECT pg_read_binary_file('pg_wal/' || %s)", [name]).fetchone() for name in found]
    return b"".join(piece[0] for piece in pieces if piece)


@pg_only
def test_log_of_changes_holds_no_word_of_any_talk_and_no_master_key():
    with as_superuser("default") as server:
        place = server.execute("SELECT pg_current_wal_lsn()::text").fetchone()[0]
        house(TALKS)
        log = written_since(server, place)
    assert found_in(log, STEMS) == []
    assert [form for form in raw_key() if form in log] == []
    # The search was there to find something.
    assert found_in(log, [SHOWN]) == [SHOWN]


@pytest.fixture
def kept() -> Iterator[redis.Redis]:
    """Redis as one that keeps all that it gets, in both of its ways."""
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        folder = Path(client.config_get("dir")["dir"])
        log, snapshot = folder / client.config_get("appenddirname")["appenddirname"], folder / "dump.rdb"
        had = {path for path in (log, snapshot) if path.exists()}
        before = {name: client.config_get(name)[name] for name in ("appendonly", "rdbcompression")}
        client.config_set("rdbcompression", "no")
        client.config_set("appendonly", "yes")
        yield client
        for name, value in before.items():
            client.config_set(name, value)
        # What it never kept before is not left lying about.
        if log not in had:
            shutil.rmtree(log, ignore_errors=True)
        if snapshot not in had:
            snapshot.unlink(missing_ok=True)


def files_of(client: redis.Redis) -> bytes:
    """Its snapshot and its log of commands; where its files are on another machine, what it says that it holds."""
    client.save()
    folder = Path(client.config_get("dir")["dir"])
    names = client.config_get("dbfilename"), client.config_get("appenddirname")
    places = [folder / names[0]["dbfilename"], *(folder / names[1]["appenddirname"]).glob("*")]
    stored = [path.read_bytes() for path in places if path.is_file()]
    return b"\0".join(stored or [client.dump(key) or b"" for key in client.scan_iter()])


@redis_only
def test_files_of_redis_hold_no_word_of_any_talk_and_no_master_key(kept):
    house(TALKS)
    cache.set("shown", SHOWN, 60)
    files = files_of(kept)
    assert found_in(files, STEMS) == []
    assert [form for form in raw_key() if form in files] == []
    assert found_in(files, [SHOWN]) == [SHOWN]
