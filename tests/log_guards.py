"""Lowering what the database itself refuses about the audit log: to empty it after a test, and to play a thief of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from tests.app_role import as_owner

guards = import_module("privacy.migrations.0003_audit_only_grows")


@contextmanager
def lowered(connection: Any) -> Iterator[None]:
    """Without the triggers, while there is anything that they would keep."""
    if connection.alias == "keys" or not has_entries(connection):
        yield
        return
    with as_owner(connection):
        guards.run(connection, guards.DROP_SQLITE, guards.DROP_POSTGRESQL)
    try:
        yield
    finally:
        with as_owner(connection):
            guards.run(connection, guards.SQLITE, guards.POSTGRESQL)


def has_entries(connection: Any) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM privacy_auditentry LIMIT 1")
        return cursor.fetchone() is not None
