"""The example organisations in the databases of `make cluster`, with accounts to try."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.demo import accounts, seed
from config.demo.sites import example_sites


class Command(BaseCommand):
    help = "Add the example organisations and tell who can sign in. Never on a real installation."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="where the accounts are kept")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("These are made-up people with known names: only `make cluster` sows them.")
        seed.sow()
        report = accounts.report(example_sites(), accounts.renewed(options["file"], seed.people()))
        accounts.write(options["file"], report)
        rows = [f"As a visitor: {line['chat']}" for line in report["lines"].values()]
        for entry in report["accounts"]:
            if entry["role"] in accounts.SHOWN:
                rows.append(f"As {entry['role']} of {entry['organisation']}: {entry['username']} {entry['password']}")
        self.stdout.write("\n".join([*rows, f"All accounts stand in {options['file']}."]))
