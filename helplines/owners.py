"""Who owns the tables, and what the role of the program may do with them.

The wall of `helplines.walls` holds only for a role that owns nothing and is no superuser. So the program works as one role, and
tables are made, and backups taken, as another: MIGRATE_DATABASE_URL, which only `migrate`, `backup` and `restore` are given.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings

PARTS = ("USER", "PASSWORD", "HOST", "PORT", "NAME")


def grants(role: str) -> list[str]:
    """The statements that give a role its rights, to be said by the owner of the tables; safe to say twice.

    No TRUNCATE, which no wall stops, and nothing of the tables themselves.
    """
    name = quoted(role)
    return [
        f"GRANT USAGE ON SCHEMA public TO {name}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {name}",
        f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {name}",
        f"REVOKE INSERT, UPDATE, DELETE ON TABLE django_migrations FROM {name}",
    ]


def making(role: str, password: str) -> str:
    return f"CREATE ROLE {quoted(role)} LOGIN PASSWORD {quoted(password, chr(39))}"


def quoted(name: str, mark: str = '"') -> str:
    return mark + name.replace(mark, mark * 2) + mark


def owner_of(alias: str) -> dict[str, Any] | None:
    """How to log in as the owner of the tables, where that is somebody else than the program."""
    found: dict[str, Any] | None = settings.OWNER_DATABASES.get(alias)
    return found


@contextmanager
def as_owner(connection: Any) -> Iterator[None]:
    """Work as the owner of the tables; then the program's role has its rights to what is there now."""
    owner = owner_of(connection.alias)
    if owner is None or connection.vendor != "postgresql":
        yield
        return
    program = {part: connection.settings_dict[part] for part in PARTS}
    log_in(connection, {part: owner[part] for part in PARTS if part != "NAME"})
    try:
        yield
        let_in(connection, program["USER"], program["PASSWORD"])
    finally:
        log_in(connection, program)


def log_in(connection: Any, known: dict[str, Any]) -> None:
    connection.close()
    connection.close_pool()
    connection.settings_dict.update(known)


def let_in(connection: Any, role: str, password: str) -> None:
    """Give the program's role its rights; an owner who may make roles makes it where it is missing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
        if cursor.fetchone() is None:
            cursor.execute(making(role, password))
        for statement in grants(role):
            cursor.execute(statement)
