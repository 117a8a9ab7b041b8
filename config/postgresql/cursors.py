"""Cursors that name, with each statement, the organisations of the scope in which it runs (`helplines.walls`).

Nothing is ever named for longer than one transaction, so a connection that is used again, by us or behind a pooler, knows nothing
of who had it before. A statement outside a transaction goes in one message with its naming, and PostgreSQL makes of one message
one transaction: no round trip more. Within a transaction, what was named already is not named again.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

from django.db.backends.postgresql import base
from psycopg.pq import TransactionStatus
from psycopg.sql import SQL, Composable

from helplines.walls import NOBODY, SETTING, named

# What PostgreSQL refuses within a transaction, and what makes or ends one. None of these reads a row.
ALONE = re.compile(
    r"\s*(BEGIN|START|COMMIT|END|ROLLBACK|ABORT|SAVEPOINT|RELEASE|VACUUM|REINDEX"
    r"|(CREATE|DROP|ALTER)\s+(DATABASE|TABLESPACE|SYSTEM)|(CREATE|DROP)\s+(UNIQUE\s+)?INDEX\s+CONCURRENTLY)\b",
    re.IGNORECASE,
)
ours: Any = base.Cursor
held: Any = base.ServerSideCursor
# Back to a savepoint, what was named after it is no longer named.
BACK = re.compile(r"\s*ROLLBACK\b", re.IGNORECASE)


def naming(connection: Any, query: Any) -> str:
    """What must be said before a statement, or nothing; the connection remembers what its transaction was told."""
    if connection.pgconn.transaction_status != TransactionStatus.INTRANS:
        # Nothing is named where a transaction begins.
        connection.told = NOBODY
    if isinstance(query, str) and ALONE.match(query):
        if BACK.match(query):
            connection.told = None
        return ""
    wanted = named()
    if connection.told == wanted:
        return ""
    connection.told = wanted
    return f"SET LOCAL {SETTING} = '{wanted}'; "


@contextmanager
def told(connection: Any) -> Iterator[None]:
    """For statements that take no naming in front: a transaction, ours or one for them alone, in which it is said first."""
    with connection.transaction() if connection.autocommit else nullcontext():
        if connection.autocommit:
            # It has begun already, so nothing else would tell that what was named before it is gone.
            connection.told = NOBODY
        with connection.cursor() as cursor:
            # The naming goes before it.
            cursor.execute("SELECT")
        yield


class NamingCursor(ours):  # type: ignore[misc]
    """Names the organisations in front of the statement, in the same message."""

    def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
        first = naming(self.connection, query)
        if not first:
            return super().execute(query, params, **options)
        super().execute(SQL(first) + query if isinstance(query, Composable) else first + query, params, **options)
        self.nextset()
        return self

    def executemany(self, query: Any, params_seq: Any, **options: Any) -> None:
        with told(self.connection):
            super().executemany(query, params_seq, **options)

    @contextmanager
    def copy(self, statement: Any, params: Any = None, **options: Any) -> Iterator[Any]:
        with told(self.connection), super().copy(statement, params, **options) as found:
            yield found


class HeldCursor(held):  # type: ignore[misc]
    """Rows that the server keeps until they are fetched; whose they may be is settled when it is opened."""

    def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
        with told(self.connection):
            return super().execute(query, params, **options)
