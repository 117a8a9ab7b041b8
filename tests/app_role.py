"""On PostgreSQL the tests are what the program is in production: a role that owns nothing, so the second wall is really up.

The tests themselves look at all sides of the wall: a statement of theirs, outside any scope, sees everything. One that the
program makes sees what its scope names, and without one nothing.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from django.db import DatabaseError, connections
from django_scopes import get_scope
from psycopg.pq import TransactionStatus

from config.postgresql import cursors
from helplines import walls
from helplines.owners import grants
from privacy import dumps

ROLE = "toeverlaat_test"
ROOT = Path(__file__).parent.parent
TESTS, OURS = (
    f"{ROOT}/tests/",
    tuple(
        f"{ROOT}/{app}/" for app in ("tests", "config", "registration", "complaints", "chat", "privacy", "helplines")
    ),
)
OF_THE_BACKEND = f"{ROOT}/config/postgresql/"


def put_on() -> None:
    """Work as the role of the program from now on. Whoever logs in must be able to make roles."""
    for connection in connections.all():
        if connection.vendor == "postgresql" and made_role(connection):
            # What a test wrote need not outlive a power cut.
            connection.settings_dict["OPTIONS"]["options"] = f"-c role={ROLE} -c synchronous_commit=off"
            start_anew(connection)


def put_off() -> None:
    for connection in connections.all():
        if connection.vendor == "postgresql" and connection.settings_dict["OPTIONS"].pop("options", None):
            start_anew(connection)


def start_anew(connection: Any) -> None:
    connection.close()
    connection.close_pool()


def made_role(connection: Any) -> bool:
    with connection.cursor() as cursor:
        try:
            cursor.execute(f"CREATE ROLE {ROLE} NOLOGIN")
        except DatabaseError as fault:
            # Roles are of the whole server: another run made it.
            known = (psycopg.errors.DuplicateObject, psycopg.errors.UniqueViolation)
            if not isinstance(fault.__cause__, known):
                return False
        for statement in grants(ROLE):
            cursor.execute(statement)
    return True


def is_on(connection: Any) -> bool:
    return bool(connection.settings_dict["OPTIONS"].get("options"))


@contextmanager
def as_owner(connection: Any) -> Iterator[None]:
    """For what the program may not: emptying tables, changing them."""
    if connection.vendor != "postgresql" or not is_on(connection):
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE NONE")
    try:
        yield
    finally:
        # A transaction that failed takes the role back itself, when it is undone.
        if connection.connection.pgconn.transaction_status != TransactionStatus.INERROR:
            with connection.cursor() as cursor:
                cursor.execute(f"SET ROLE {ROLE}")


def named() -> str:
    """The same as `walls.named`, but a test that asks outside any scope sees everything."""
    found = walls.named()
    return walls.EVERYBODY if not found and "organisation" not in get_scope() and asked_by_a_test() else found


def asked_by_a_test() -> bool:
    frame = sys._getframe(1)
    while frame is not None:
        place = frame.f_code.co_filename
        if place.startswith(OURS) and not place.startswith(OF_THE_BACKEND):
            if place.startswith(TESTS) and place != __file__:
                return True
            if place != __file__:
                return False
        frame = frame.f_back  # type: ignore[assignment]
    return False


def watch(patch: Any) -> None:
    """Have statements ask who made them; and a backup that is put back makes the tables anew, which takes all rights away."""
    ordinary = dumps.load_postgresql

    def load(alias: str, copy: Path) -> None:
        ordinary(alias, copy)
        with as_owner(connections[alias]), connections[alias].cursor() as cursor:
            for statement in grants(ROLE):
                cursor.execute(statement)

    patch.setattr(dumps, "load_postgresql", load)
    patch.setattr(cursors, "named", named)
