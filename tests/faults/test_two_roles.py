"""Two roles in the database, of which neither is a superuser: an owner who migrates, backs up and restores, and the program (A6).

On a machine that was lost everything comes back from the two backups, to the same wall between organisations.
"""

from pathlib import Path

import psycopg
import pytest
from psycopg.sql import SQL, Identifier, Literal

from deploy.cluster import done
from deploy.programs import CannotStartError
from tests.faults.sites import Site

pytestmark = pytest.mark.faults
OWNER, PROGRAM, PASSWORD = "house_owner", "house_program", "of-no-worth-beyond-this-test"
SAID = "only the two of us know this"


class House:
    """An installation on the servers of the cluster, with databases and roles of its own."""

    def __init__(self, cluster, directory):
        self.cluster, self.directory = cluster, directory
        names = {"DATABASE_URL": "database", "KEYS_DATABASE_URL": "keys"}
        self.env = {
            **cluster.env,
            **{setting: self.url(name, PROGRAM) for setting, name in names.items()},
            "VAR_DIR": str(directory / "var"),
        }
        self.owner = {f"MIGRATE_{setting}": self.url(name, OWNER) for setting, name in names.items()}
        self.site = Site(cluster.origin, 0, self.env, directory)

    def url(self, name, user):
        host = self.cluster.database_url(name).rsplit("@", 1)[1].rsplit("/", 1)[0]
        return f"postgres://{user}:{PASSWORD}@{host}/house_{name}"

    def asked(self, name, *statements):
        """Said by the one who set the server up."""
        with psycopg.connect(self.cluster.server_url(name), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)

    def make_roles(self):
        for name in ("database", "keys"):
            roles = [(OWNER, SQL("NOSUPERUSER")), (PROGRAM, SQL("NOSUPERUSER NOBYPASSRLS"))]
            made = [
                SQL("CREATE ROLE {} LOGIN {} PASSWORD {}").format(Identifier(role), how, Literal(PASSWORD))
                for role, how in roles
            ]
            self.asked(name, *made)

    def make_databases(self):
        for name in ("database", "keys"):
            place = Identifier(f"house_{name}")
            self.asked(
                name,
                SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(place),
                SQL("CREATE DATABASE {} OWNER {}").format(place, Identifier(OWNER)),
            )

    def manage(self, *arguments, as_owner=True):
        env = {**self.env, **(self.owner if as_owner else {})}
        return done([str(Path(".venv/bin/python").absolute()), "manage.py", *arguments], env)

    def migrate(self):
        for database in ("default", "keys"):
            self.manage("migrate", "--no-input", "-v", "0", "--database", database)

    def rows(self, role, table):
        """How many rows this role sees without naming an organisation."""
        with psycopg.connect(self.url("database", role).replace("postgres://", "postgresql://")) as connection:
            return connection.execute(SQL("SELECT count(*) FROM {}").format(Identifier(table))).fetchone()[0]


@pytest.fixture
def house(cluster, tmp_path):
    made = House(cluster, tmp_path)
    made.make_roles()
    made.make_databases()
    yield made
    made.site.close()


def test_everything_comes_back_from_the_backups_to_the_same_wall(house, tmp_path):
    house.migrate()
    sown = house.site.sow(1)
    code = house.site.ask(do="talk", slug=sown.slug, text=SAID)
    held = house.site.stored([code])
    assert [row[2:] for row in held[code]["messages"]] == [["visitor", SAID]]
    files = tmp_path / "backups"

    # Neither the program nor an owner who sees a part of the rows makes a backup that would hold a part.
    for is_owner in (False, True):
        with pytest.raises(CannotStartError, match="did not finish"):
            house.manage("backup", "--to", str(files), as_owner=is_owner)
    assert list(files.glob("*.backup")) == []
    for name in ("database", "keys"):
        house.asked(name, SQL("ALTER ROLE {} BYPASSRLS").format(Identifier(OWNER)))
    assert house.manage("backup", "--to", str(files)).count("made, and opened to its end") == 2

    house.site.close()
    house.make_databases()
    house.manage("restore", *sorted(map(str, files.iterdir())), "--yes")
    assert house.site.stored([code]) == held
    assert (house.rows(PROGRAM, "chat_message"), house.rows(OWNER, "chat_message")) == (0, 1)
    # The program goes on with what came back.
    again = house.site.ask(do="talk", slug=sown.slug, text="and more")
    assert house.site.stored([again])[again]["last_seq"] == 1
    with pytest.raises(CannotStartError, match=r"permission denied|must be owner"):
        house.manage("migrate", "--no-input", "-v", "0", "chat", "zero", as_owner=False)
