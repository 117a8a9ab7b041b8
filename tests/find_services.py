"""Looks for PostgreSQL and Redis on this machine and prints the settings to test with them.

What it prints is `NAME=value NAME=value`; when one is not there, the reason in one line, and it ends with 1.
"""

import getpass
import os
import sys

import psycopg
import redis

PLACE = "127.0.0.1"
# Others than the usual ones are named as the clients of PostgreSQL and Redis name them.
PORT = int(os.environ.get("PGPORT") or 5432)
REDIS_PORT = int(os.environ.get("REDISCLI_PORT") or 6379)
REDIS = f"redis://{PLACE}:{REDIS_PORT}/1"


def postgresql() -> str:
    """`user@host:port` or `user:password@host:port` that may make databases."""
    password = os.environ.get("PGPASSWORD", "")
    reason = ""
    for user in dict.fromkeys([os.environ.get("PGUSER", "postgres"), "postgres", getpass.getuser()]):
        try:
            with psycopg.connect(host=PLACE, port=PORT, user=user, dbname="postgres", connect_timeout=3) as connection:
                row = connection.execute("select rolcreatedb from pg_roles where rolname = current_user").fetchone()
        except psycopg.OperationalError as fault:
            reason = reason or str(fault).strip().splitlines()[0]
            continue
        if row and row[0]:
            return f"{user}:{password}@{PLACE}:{PORT}" if password else f"{user}@{PLACE}:{PORT}"
        reason = reason or f"the user {user} may not make databases"
    raise LookupError(f"PostgreSQL with Redis, because PostgreSQL on {PLACE}:{PORT} did not let us in ({reason}).")


def main() -> int:
    try:
        server = postgresql()
        redis.Redis.from_url(REDIS, socket_connect_timeout=3).ping()
    except LookupError as fault:
        print(fault)  # noqa: T201  the shell reads it
        return 1
    except redis.RedisError as fault:
        print(f"PostgreSQL with Redis, because Redis on {PLACE}:{REDIS_PORT} did not answer ({type(fault).__name__}).")  # noqa: T201
        return 1
    data, keys = f"postgres://{server}/toeverlaat", f"postgres://{server}/toeverlaat_keys"
    print(f"DATABASE_URL={data} KEYS_DATABASE_URL={keys} REDIS_URL={REDIS}")  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
