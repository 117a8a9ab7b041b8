"""Django's PostgreSQL backend, with two things of ours.

- When the server was restarted, no dead connection of the pool is handed out.
- Each statement names the organisations of the scope in which it runs, for the wall of `helplines.walls`.
"""

import select
from typing import Any

import psycopg
from django.db.backends.postgresql import base, operations
from psycopg_pool import ConnectionPool

from config.postgresql.cursors import HeldCursor, NamingCursor

TRIES = 3


class DatabaseOperations(operations.DatabaseOperations):
    compiler_module = "config.postgresql.compiler"


class DatabaseWrapper(base.DatabaseWrapper):
    """Looks at each connection that the pool gives. Where one is dead the others died with it: all are replaced at once.

    CONN_HEALTH_CHECKS looks too, and then waits a second or more for each dead one, with people waiting.
    """

    ops_class = DatabaseOperations

    def get_connection_params(self) -> dict[str, Any]:
        # What names the organisations goes with a statement in one message, which only cursors can that bind values here.
        return {**super().get_connection_params(), "cursor_factory": NamingCursor}

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        for _number in range(TRIES):
            connection: Any = super().get_new_connection(conn_params)
            if self.pool is None or is_alive(connection):
                break
            self.pool.putconn(connection)
            self.pool.drain()
        return connection

    def create_cursor(self, name: str | None = None) -> Any:
        if name is None:
            return super().create_cursor()
        return HeldCursor(self.connection, name=name, scrollable=False, withhold=self.connection.autocommit)


def is_alive(connection: Any) -> bool:
    """Whether the server is still at the other end of an idle connection.

    It says nothing unless asked, except goodbye; only where something came is it asked, which costs a round trip.
    """
    if not has_come(connection.pgconn.socket):
        return True
    try:
        ConnectionPool.check_connection(connection)
    except psycopg.OperationalError:
        return False
    return True


def has_come(socket: int) -> bool:
    """Whether there is something to read, or an end."""
    waiting = select.poll()
    waiting.register(socket, select.POLLIN)
    return bool(waiting.poll(0))
