"""The wall of PostgreSQL between organisations: it stands, shows own rows alone, and cannot be opened unseen (O10, A6)."""

import asyncio
from itertools import chain
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, connections, transaction

from config import checks
from config.postgresql import catalogue, cursors
from helplines import walls
from helplines.models import Branch, Line, Organisation
from helplines.tenancy import across_organisations, inside, inside_all
from tests.app_role import as_owner, is_on
from tests.factories.helplines import LineFactory
from tests.threads import at_once

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.urls("tests.isolation.urls"),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="the second wall is PostgreSQL's (DATABASE_URL)"),
]
OPENINGS = {
    "no policy": "DROP POLICY wall ON chat_message",
    "not forced": "ALTER TABLE chat_message NO FORCE ROW LEVEL SECURITY",
    "disabled": "ALTER TABLE chat_message DISABLE ROW LEVEL SECURITY",
    "second door": "CREATE POLICY door ON chat_message USING (true)",
    "open policy": "ALTER POLICY wall ON chat_message USING (true) WITH CHECK (true)",
    "view": "CREATE VIEW around AS SELECT * FROM chat_message",
    "function": "CREATE FUNCTION around() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS 'SELECT count(*) FROM chat_message'",
    "new table": "CREATE TABLE around (organisation_id bigint)",
    "emptying": "GRANT TRUNCATE ON chat_message TO toeverlaat_test",
}


@pytest.fixture(autouse=True)
def behind_the_wall() -> None:
    assert is_on(connection), "The tests must work as the role of the program: let them make one (CREATEROLE)."


@pytest.fixture
def unaided(monkeypatch: pytest.MonkeyPatch) -> None:
    """A statement of a test sees no more than one of the program."""
    monkeypatch.setattr(cursors, "named", walls.named)


def organisations_in(alias: str, table: str, column: str) -> set[int]:
    with connections[alias].cursor() as cursor:
        cursor.execute(f"SELECT DISTINCT {column} FROM {table}")  # noqa: S608  names of ours
        return {key for (key,) in cursor.fetchall()}


def walled() -> list[tuple[str, str, str]]:
    """Database, table and the column that says whose a row is, of every table with one."""
    own = [(alias, table, "organisation_id") for alias, names in walls.tables().items() for table in sorted(names)]
    own.remove(("default", "helplines_organisation", "organisation_id"))
    own.remove(("default", "helplines_invitation_lines", "organisation_id"))
    return [*own, ("default", "helplines_organisation", "id")]


def test_wall_stands_in_both_databases() -> None:
    assert {alias: catalogue.faults(connections[alias]) for alias in connections} == {"default": [], "keys": []}


@pytest.mark.parametrize("opening", OPENINGS)
def test_opening_in_the_wall_is_found_and_refuses_the_start(opening: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "close_all", lambda: None)
    with as_owner(connection), connection.cursor() as cursor:
        cursor.execute(OPENINGS[opening])
    assert len(catalogue.faults(connection)) == 1
    with pytest.raises(ImproperlyConfigured, match=r"config\.E017"):
        checks.refuse_open_walls()


def test_owner_and_superuser_are_refused_as_the_role_of_the_program() -> None:
    with as_owner(connection):
        found = catalogue.faults(connection)
    assert [word for word in ("superuser", "owns tables", "TRUNCATE") if word in " ".join(found)] == [
        "superuser",
        "owns tables",
        "TRUNCATE",
    ]


@pytest.mark.promise("O10")
def test_statement_without_a_scope_finds_no_row_in_any_table(houses: Any, unaided: None) -> None:
    found = {(alias, table): organisations_in(alias, table, column) for alias, table, column in walled()}
    assert found == {place: set() for place in found}


@pytest.mark.promise("O10")
def test_statement_in_a_scope_finds_own_rows_alone_in_every_table(houses: Any, unaided: None) -> None:
    keys = [home.organisation.pk for home in houses.values()]
    seen: set[str] = set()
    for some in (keys[:1], keys[1:2], keys[1:], []):
        for alias, table, column in walled():
            with inside_all(some):
                found = organisations_in(alias, table, column)
            assert found <= set(some), (table, found)
            seen |= {table} if found else set()
    assert {"chat_message", "privacy_conversationkey", "helplines_policy", "helplines_organisation"} <= seen


def test_table_behind_another_shows_what_that_one_shows(unaided: None, houses: Any) -> None:
    ours, theirs = houses["alpha"], houses["bravo"]
    with across_organisations():
        for home in (ours, theirs):
            home.rows["invitation"].lines.add(home.line)
    with inside(ours.organisation):
        assert organisations_in("default", "helplines_invitation_lines", "line_id") == {ours.line.pk}


def test_row_of_another_organisation_is_not_taken_in(unaided: None) -> None:
    ours, theirs = LineFactory(), LineFactory()
    with inside(ours.organisation), connection.cursor() as cursor:
        cursor.execute("UPDATE helplines_line SET slug = 'taken' WHERE id = %s", [theirs.pk])
        assert cursor.rowcount == 0
    with pytest.raises(Exception, match="row-level security"), transaction.atomic(), inside(ours.organisation):
        Branch.objects.create(organisation=theirs.organisation, name="Foreign")


def test_going_back_to_a_savepoint_forgets_nobody(unaided: None) -> None:
    """PostgreSQL forgets what was named since; the next statement must name it again, and no other."""
    ours, theirs = LineFactory(), LineFactory()
    with inside(ours.organisation):
        assert organisations_in("default", "helplines_line", "id") == {ours.pk}
    with inside(theirs.organisation):
        with pytest.raises(RuntimeError), transaction.atomic():
            organisations_in("default", "helplines_line", "id")
            raise RuntimeError
        assert organisations_in("default", "helplines_line", "id") == {theirs.pk}
    assert organisations_in("default", "helplines_line", "id") == set()


@pytest.mark.django_db(transaction=True)
def test_transaction_that_begins_with_a_savepoint_names_them_again(unaided: None) -> None:
    ours = LineFactory()
    with inside(ours.organisation):
        assert organisations_in("default", "helplines_line", "id") == {ours.pk}
        connection.set_autocommit(False)
        try:
            connection.savepoint()
            assert organisations_in("default", "helplines_line", "id") == {ours.pk}
            connection.rollback()
        finally:
            connection.set_autocommit(True)


@pytest.mark.django_db(transaction=True)
def test_rows_that_the_server_holds_are_there_after_any_other_statement(unaided: None) -> None:
    ours, _theirs = LineFactory(), LineFactory()
    with inside(ours.organisation):
        for _time in range(2):
            assert (Line.objects.count(), list(Line.objects.iterator())) == (1, [ours])


@pytest.mark.django_db(transaction=True)
def test_statement_of_many_rows_reaches_them_after_any_other_statement(unaided: None) -> None:
    ours, theirs = LineFactory(), LineFactory()
    with inside(ours.organisation), connection.cursor() as cursor:
        assert Line.objects.count() == 1
        given = [("one", ours.pk), ("two", theirs.pk)]
        cursor.executemany("UPDATE helplines_line SET slug = %s WHERE id = %s", given)
        assert cursor.rowcount == 1
    with across_organisations():
        assert set(Line.objects.values_list("slug", flat=True)) == {"one", theirs.slug}


@pytest.mark.django_db(transaction=True)
def test_ten_thousand_turns_on_connections_that_others_used_show_no_foreign_row(unaided: None) -> None:
    """Threads and tasks take turns for three organisations and for nobody; in a transaction and outside, with faults between."""
    keys = [LineFactory().organisation_id for _ in range(3)]
    turns = [(number, keys[number % 4] if number % 4 < 3 else 0) for number in range(10_000)]

    def turn(given: tuple[int, int]) -> bool:
        number, key = given
        try:
            with inside_all([key] if key else []):
                if number % 7 == 0:
                    with transaction.atomic():
                        found = organisations_in("default", "helplines_line", "organisation_id")
                        connection.set_rollback(number % 2 == 0)
                elif number % 101 == 0:
                    with pytest.raises(Exception, match="nowhere"):
                        organisations_in("default", "nowhere", "id")
                    return True
                else:
                    found = organisations_in("default", "helplines_line", "organisation_id")
            # What a statement leaves behind on the connection is nothing.
            return found == ({key} if key else set())
        finally:
            if number % 5 == 0:
                connection.close()  # back to the pool, for somebody else

    async def tasks(some: list[tuple[int, int]]) -> list[bool]:
        parts = [some[start::20] for start in range(20)]

        async def one(part: list[tuple[int, int]]) -> list[bool]:
            return [await sync_to_async(turn)(given) for given in part]

        return list(chain(*await asyncio.gather(*(one(part) for part in parts))))

    answers = at_once(turn, turns[:8000]) + asyncio.run(tasks(turns[8000:]))
    assert (len(answers), [answer for answer in answers if answer is not True]) == (10_000, [])


def test_query_set_read_after_its_scope_shows_what_it_was_made_for(unaided: None) -> None:
    ours, theirs = LineFactory(), LineFactory()
    with inside(ours.organisation):
        rows = Line.objects.all()
    with inside(theirs.organisation):
        assert (list(rows), rows.count(), list(rows.iterator())) == ([ours], 1, [ours])
    with across_organisations():
        everybody = Organisation.objects.all()
    assert list(everybody) == []
