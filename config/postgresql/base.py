"""Django's PostgreSQL backend; when its server was restarted, no dead connection of the pool is handed out."""

from typing import Any

import psycopg
from django.db.backends.postgresql import base
from psycopg_pool import ConnectionPool

TRIES = 3


class DatabaseWrapper(base.DatabaseWrapper):
    """Looks at each connection that the pool gives. Where one is dead the others died with it: all are replaced at once.

    CONN_HEALTH_CHECKS looks too, and then waits a second or more for each dead one, with people waiting.
    """

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        for _number in range(TRIES):
            connection: Any = super().get_new_connection(conn_params)
            if self.pool is None or is_alive(connection):
                break
            self.pool.putconn(connection)
            self.pool.drain()
        return connection


def is_alive(connection: Any) -> bool:
    try:
        ConnectionPool.check_connection(connection)
    except psycopg.OperationalError:
        return False
    return True
