"""`make demo`: the whole installation in one process, with made-up organisations."""

from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections
from django.db.migrations.executor import MigrationExecutor

from config.demo import accounts, seed, surroundings
from config.demo.interrupts import Interrupts
from config.demo.sites import example_sites
from privacy.keys import MasterKeyError, check_master_keys


class Command(BaseCommand):
    help = "Serve the example organisations on 127.0.0.1, with a fresh environment on the first start."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        surroundings.arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO or not settings.EMBEDDED:
            raise CommandError("Start the demo as `manage.py demo`, so that it can prepare its surroundings first.")
        with suppress(KeyboardInterrupt):
            self.run(int(options["port"]))
        self.stdout.write("\nStopped. The data is kept; `make demo` goes on with it.")

    def run(self, port: int) -> None:
        with Interrupts() as interrupts:
            self.prepare()
            interrupts.check()
            report = accounts.report(example_sites(), accounts.renewed(settings.VAR / "demo.json", seed.people()))
            accounts.write(settings.VAR / "demo.json", report)
            self.stdout.write(accounts.in_words(report))
        self.serve(port)

    def prepare(self) -> None:
        """Bring tables and example data up to date; a second start finds nothing to do."""
        for alias in connections:
            migrate_if_needed(alias)
        try:
            check_master_keys()
        except MasterKeyError as fault:
            where = Path(settings.VAR / "secrets" / "master_keys")
            raise CommandError(f"{fault} Put the right key in {where}, or start over: make demo-reset") from fault
        seed.sow()

    def serve(self, port: int) -> None:
        """Serve until Ctrl-C. What serves is imported here: Twisted wants its reactor chosen first, and once."""
        from config.server import QuietServer
        from config.asgi import application  # isort: skip
        from chat.stopping import leave
        from config.celery import app
        from config.jobs import JobsInside

        jobs = JobsInside(app)
        at_once = partial(leave, within=0)
        server = QuietServer(application, host=surroundings.HOST, port=port, when_ready=jobs.start, before_stop=at_once)
        server.run()
        jobs.stop()
        if server.failed:
            raise CommandError(f"Port {port} was taken by another program at the last moment.")


def migrate_if_needed(alias: str) -> None:
    executor = MigrationExecutor(connections[alias])
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", database=alias, verbosity=0, interactive=False)
