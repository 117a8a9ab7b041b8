"""`manage.py restore`: put a backup back, and erase again what was erased since, before anything is served."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from privacy import backups, dumps, retention
from privacy.keys import MasterKeyError
from privacy.sealing import UnreadableError


class Command(BaseCommand):
    help = "Put sealed backups back in the place of the databases (stop the service first), then replay every erasure."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "files", nargs="*", type=Path, metavar="FILE", help="a backup of the data, the keys, or both"
        )
        parser.add_argument("--replay", action="store_true", help="only erase again what was erased")
        parser.add_argument("--yes", action="store_true", help="do not ask")

    def handle(self, *args: Any, **options: Any) -> None:
        if bool(options["files"]) == options["replay"]:
            raise CommandError("Name the backups to put back, or give --replay.")
        if options["files"] and not options["yes"]:
            self.ask()
        try:
            for path in options["files"]:
                head = backups.put_back(path, path.resolve().parent)
                self.stdout.write(f"{path}: {head['what']} of {head['made']} is back.")
                call_command("migrate", database=dumps.DATABASES[head["what"]], verbosity=0, interactive=False)
        except UnreadableError:
            raise CommandError(
                "This file is no backup of ours, or it was cut or changed. Nothing was put back."
            ) from None
        except (dumps.DumpError, MasterKeyError, OSError) as fault:
            raise CommandError(str(fault)) from None
        gone = retention.replay(timezone.now())
        self.stdout.write(f"Erasures replayed: {gone} gone again. The service may start.")

    def ask(self) -> None:
        self.stdout.write("This takes the place of what is stored now. Stop the service first. Type yes to go on:")
        if input().strip() != "yes":
            raise CommandError("Nothing was done.")
