"""The second wall between organisations: row-level security of PostgreSQL, under the scopes of `helplines.tenancy` (O10, A6).

A table behind the wall shows, and takes, only rows of the organisations that the statement before it named, for one transaction,
in SETTING. `config.postgresql` names them with every statement, from the scope in which it runs; where nothing is named there
are no rows. A new table of an organisation gets its wall in the migration that makes it:

    operations = [migrations.CreateModel(name="Dossier", ...), raise_wall("registration_dossier")]

A table without an organisation of its own, which belongs to a row that has one, stands behind the wall of that row:
`raise_wall_behind("helplines_invitation_lines", "invitation_id", "helplines_invitation")`.
"""

from typing import Any

from django.apps import apps
from django.db import models, router
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django_scopes import get_scope

SETTING = "toeverlaat.organisations"
POLICY = "wall"
# What the setting says: nothing is seen, or (no organisation has the number 0) the wall is lifted.
NOBODY, EVERYBODY = "", "{0}"
_NAMED = f"current_setting('{SETTING}', true)"


def named() -> str:
    """The organisations of the scope that we are in, as the setting has them."""
    scope = get_scope()
    if not scope.get("_enabled", True):
        return EVERYBODY
    found = scope.get("organisation")
    keys = found if isinstance(found, list | tuple) else [] if found is None else [found]
    return "{" + ",".join(str(int(key)) for key in keys) + "}" if keys else NOBODY


def own_rows(column: str) -> str:
    """The rows that may be seen: the sub-select is worked out once a statement, the rest once for a row of somebody else."""
    listed = f"(SELECT NULLIF({_NAMED}, '')::bigint[])::bigint[]"
    return f"{column} = ANY ({listed}) OR {_NAMED} = '{EVERYBODY}'"


def rows_of(column: str, parent: str) -> str:
    """The rows whose parent may be seen; the parent's own wall says which."""
    return f"EXISTS (SELECT 1 FROM {parent} AS parent WHERE parent.id = {column})"  # noqa: S608  names of ours


class RaiseWall(Operation):
    """The operation of a migration that puts a table behind the wall; SQLite has none, and stays as it is."""

    reduces_to_sql = reversible = True

    def __init__(self, table: str, condition: str, database: str) -> None:
        self.table, self.condition, self.database = table, condition, database

    def describe(self) -> str:
        return f"Put {self.table} behind the wall between organisations"

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Django's models know nothing of it."""

    def database_forwards(self, app_label: str, schema_editor: Any, *_states: ProjectState) -> None:
        self.say(app_label, schema_editor, raising(self.table, self.condition))

    def database_backwards(self, app_label: str, schema_editor: Any, *_states: ProjectState) -> None:
        self.say(app_label, schema_editor, lowering(self.table))

    def say(self, app_label: str, schema_editor: Any, statements: list[str]) -> None:
        connection = schema_editor.connection
        is_home = router.allow_migrate(connection.alias, app_label, database=self.database)
        if connection.vendor == "postgresql" and is_home:
            for statement in statements:
                schema_editor.execute(statement)


def raising(table: str, condition: str) -> list[str]:
    """FORCE, so that the wall holds for the owner of the table too."""
    return [
        f"CREATE POLICY {POLICY} ON {table} USING ({condition}) WITH CHECK ({condition})",
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY",
    ]


def lowering(table: str) -> list[str]:
    return [
        f"DROP POLICY {POLICY} ON {table}",
        f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY",
    ]


def raise_wall(table: str, *, column: str = "organisation_id", database: str = "default") -> RaiseWall:
    """Put a table behind the wall, by the column that says whose a row is."""
    return RaiseWall(table, own_rows(column), database)


def raise_wall_behind(table: str, column: str, parent: str, *, database: str = "default") -> RaiseWall:
    """Put a table behind the wall of the table to which `column` points."""
    return RaiseWall(table, rows_of(f"{table}.{column}", parent), database)


def is_of_an_organisation(model: type[models.Model]) -> bool:
    """Whether a table has rows of organisations: by a column of its own, or by a row that it belongs to."""
    if model._meta.label == "helplines.Organisation":
        return True
    columns = model._meta.concrete_fields
    parents = [column.remote_field.model for column in columns if column.remote_field is not None]
    return any(column.attname == "organisation_id" for column in columns) or any(
        is_of_an_organisation(parent) for parent in parents if parent is not model
    )


def tables() -> dict[str, set[str]]:
    """By database, the tables that must stand behind the wall."""
    found: dict[str, set[str]] = {"default": set(), "keys": set()}
    for model in apps.get_models(include_auto_created=True):
        if is_of_an_organisation(model):
            found[router.db_for_read(model)].add(model._meta.db_table)
    return found
