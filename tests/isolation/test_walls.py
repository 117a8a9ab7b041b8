"""The second wall, of PostgreSQL itself: each table of an organisation has it, whatever the program forgets (O10, A6)."""

import pytest
from django.db.migrations.loader import MigrationLoader

from helplines import walls

MISSING = """{table} holds rows of organisations and has no wall in the database. In its migration, after CreateModel:
    from helplines.walls import raise_wall
    operations = [..., raise_wall("{table}", database="{database}")]"""


@pytest.mark.promise("O10")
def test_every_table_of_an_organisation_gets_its_wall_in_a_migration():
    raised = {
        (operation.database, operation.table)
        for migration in MigrationLoader(None).disk_migrations.values()
        for operation in migration.operations
        if isinstance(operation, walls.RaiseWall)
    }
    wanted = {(database, table) for database, names in walls.tables().items() for table in names}
    missing = [MISSING.format(database=database, table=table) for database, table in sorted(wanted - raised)]
    assert missing == [], "\n".join(missing)
    assert raised - wanted == set()
