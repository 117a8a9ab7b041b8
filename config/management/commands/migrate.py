"""Django's `migrate`, as the owner of the tables where the program works as somebody else."""

from typing import Any

from django.core.management.commands import migrate
from django.db import connections

from helplines.owners import as_owner
from helplines.tenancy import across_organisations


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        # A migration that moves rows moves those of everybody, and the wall holds for the owner too.
        with as_owner(connections[options["database"]]), across_organisations():
            super().handle(*args, **options)
