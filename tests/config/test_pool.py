"""A connection that the pool lends is alive, and that costs nothing to know."""

import psycopg
import pytest
from django.db import connection
from psycopg_pool import ConnectionPool

from config.postgresql import base

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no pool"),
]


def asked(question="SELECT pg_backend_pid()"):
    with connection.cursor() as cursor:
        cursor.execute(question)
        return cursor.fetchone()[0]


def lent():
    """The connections of the pool, which lends them in turn."""
    found = set()
    for _turn in range(20):
        found.add(asked())
        connection.close()
    return found


@pytest.fixture
def round_trips(monkeypatch):
    """How often a connection was asked whether it is alive."""
    made = []
    ordinary = ConnectionPool.check_connection
    monkeypatch.setattr(ConnectionPool, "check_connection", lambda one: made.append(one) or ordinary(one))
    return made


def test_connection_that_waited_in_the_pool_is_used_without_a_question(round_trips):
    known = lent()
    assert lent() <= known
    assert round_trips == []


def test_connection_of_which_the_server_hung_up_is_not_handed_out(round_trips):
    asked()
    params = connection.get_connection_params()
    connection.close()
    # Those that wait in the pool, and none that another thread has: it would meet a dead one in a later test.
    gone = {waiting.info.backend_pid for waiting in connection.pool._pool}
    assert gone
    given = {name: params[name] for name in ("host", "port", "user", "password", "dbname") if name in params}
    with psycopg.connect(**given, autocommit=True) as other:
        other.execute("select pg_terminate_backend(pid, 10000) from unnest(%s::int[]) as pid", [list(gone)])
    assert asked() not in gone
    assert round_trips


def test_socket_on_which_something_came_is_told(monkeypatch):
    asked("SELECT 1")
    socket = connection.connection.pgconn.socket
    assert not base.has_come(socket)
    connection.connection.pgconn.send_query(b"SELECT 1")
    while not base.has_come(socket):
        pass
    while connection.connection.pgconn.get_result() is not None:
        pass
    assert not base.has_come(socket)
