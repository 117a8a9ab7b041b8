"""What a query set is made for holds until it runs: the wall is told of the organisations that its manager filtered on.

A query set that was made in a scope, or with `objects.with_scope(...)`, may be read later, outside it. It has a filter on its
organisations; the database must be told of the same ones. One that was made across organisations gets what holds where it runs.
"""

from contextlib import AbstractContextManager, nullcontext
from typing import Any

from django.db.backends.postgresql import compiler
from django_scopes import scope


def whose(query: Any) -> AbstractContextManager[None]:
    # What is counted over another query has that one within it.
    organisations = getattr(getattr(query, "inner_query", query), "organisations", None)
    return nullcontext() if organisations is None else scope(organisation=organisations)


class Told:
    """Runs a statement in the scope for which its query set was made."""

    def execute_sql(self, *args: Any, **options: Any) -> Any:
        with whose(self.query):  # type: ignore[attr-defined]
            return super().execute_sql(*args, **options)  # type: ignore[misc]


class SQLCompiler(Told, compiler.SQLCompiler):
    pass


class SQLInsertCompiler(Told, compiler.SQLInsertCompiler):
    pass


class SQLDeleteCompiler(Told, compiler.SQLDeleteCompiler):
    pass


class SQLUpdateCompiler(Told, compiler.SQLUpdateCompiler):
    pass


class SQLAggregateCompiler(Told, compiler.SQLAggregateCompiler):
    pass
