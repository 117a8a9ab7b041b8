"""What the database itself says of the wall of `helplines.walls`: whether it stands everywhere, and nothing goes around it."""

from collections.abc import Iterator
from typing import Any

from helplines.walls import POLICY, SETTING, tables

ROLE = "SELECT rolname, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user"
TABLES = """
SELECT c.relname, c.relrowsecurity, c.relforcerowsecurity, pg_has_role(current_user, c.relowner, 'MEMBER'),
       has_table_privilege(current_user, c.oid, 'TRUNCATE'),
       EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'organisation_id' AND NOT a.attisdropped)
  FROM pg_class c
 WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace
"""
POLICIES = """
SELECT c.relname, p.polname, p.polcmd = '*' AND p.polpermissive AND p.polroles = '{0}',
       pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)
  FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid
 WHERE c.relnamespace = 'public'::regnamespace
"""
# A view reads with the rights of who made it, a SECURITY DEFINER function too.
AROUND = """
SELECT 'view ' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_%%'
   AND (c.relkind = 'm' OR c.relkind = 'v' AND NOT coalesce(c.reloptions @> '{security_invoker=true}', false))
   AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
 UNION ALL
SELECT 'function ' || p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
 WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND p.prosecdef
   AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
"""


def asked(connection: Any, question: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(question.replace("%%", "%"))
        return list(cursor.fetchall())


def faults(connection: Any) -> list[str]:
    """Everything by which somebody could see rows of another organisation; nothing on SQLite, which has no such wall."""
    if connection.vendor != "postgresql":
        return []
    return [*of_the_role(connection), *of_the_tables(connection), *around(connection)]


def of_the_role(connection: Any) -> Iterator[str]:
    """What makes PostgreSQL let the program through every wall."""
    for name, is_super, bypasses in asked(connection, ROLE):
        if is_super or bypasses:
            yield f"the role {name} is a superuser or has BYPASSRLS"
    owned = sorted(table for table, _on, _forced, is_owner, *_rest in asked(connection, TABLES) if is_owner)
    if owned:
        yield f"the role of the program owns tables, such as {owned[0]}"
    emptied = sorted(table for table, *_row, may_truncate, _column in asked(connection, TABLES) if may_truncate)
    if emptied:
        yield f"the role of the program may TRUNCATE, such as {emptied[0]}"


def of_the_tables(connection: Any) -> Iterator[str]:
    """Tables of organisations of which the wall is missing, lies down or has a second door."""
    wanted = tables()[connection.alias]
    there = {name: (on, forced) for name, on, forced, *_rest in asked(connection, TABLES)}
    unknown = {name for name, *_rest, has_column in asked(connection, TABLES) if has_column} - wanted
    policies: dict[str, list[tuple[Any, ...]]] = {}
    for name, *policy in asked(connection, POLICIES):
        policies.setdefault(name, []).append(tuple(policy))
    for name in sorted(wanted | unknown):
        if there.get(name) != (True, True):
            yield f"{name} has no row-level security with FORCE"
        elif not is_the_wall(policies.get(name, [])):
            yield f"{name} has another policy than the wall"


def is_the_wall(policies: list[tuple[Any, ...]]) -> bool:
    """One policy, for every role and command, that lets the same rows out as in, by what a statement named."""
    if len(policies) != 1:
        return False
    name, is_for_all, shown, taken = policies[0]
    return bool(name == POLICY and is_for_all and shown == taken and (SETTING in shown or "parent.id" in shown))


def around(connection: Any) -> Iterator[str]:
    for (what,) in asked(connection, AROUND):
        yield f"the {what} reads with the rights of somebody else"
