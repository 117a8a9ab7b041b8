"""`manage.py backup`: make sealed backups, check them, and remove those that are past their own time."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from privacy import backups, pulse
from privacy.dumps import DATABASES, DumpError
from privacy.keys import MasterKeyError
from privacy.sealing import UnreadableError


class Command(BaseCommand):
    help = "Write sealed backups of the data and of the keys, in files of their own, and check that they open."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--to", type=Path, default=settings.VAR / "backups", metavar="DIRECTORY")
        parser.add_argument("--only", choices=DATABASES, help="only this database; the keys can go more often")
        parser.add_argument("--check", type=Path, metavar="FILE", help="only open this backup to its end")
        parser.add_argument("--prune", action="store_true", help="then remove what is past its time")
        parser.add_argument("--data-days", type=int, default=backups.DATA_DAYS)
        parser.add_argument("--keys-days", type=int, default=backups.KEYS_DAYS, help="at most 7")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["check"]:
                head = backups.check(options["check"])
                self.stdout.write(f"Whole: {head['what']} of {head['made']}, master key {head['master']}.")
                return
            self.make(options)
        except UnreadableError:
            raise CommandError("This file is no backup of ours, or it was cut or changed.") from None
        except (DumpError, MasterKeyError, OSError, ValueError) as fault:
            raise CommandError(str(fault)) from None

    def make(self, options: dict[str, Any]) -> None:
        directory: Path = options["to"]
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        now = timezone.now()
        for what in [options["only"]] if options["only"] else DATABASES:
            path = backups.make(what, directory, now)
            backups.check(path)
            pulse.backed_up(what, now)
            self.stdout.write(f"{path} ({path.stat().st_size} bytes): made, and opened to its end.")
        if options["prune"]:
            for path in backups.prune(directory, now, options["data_days"], options["keys_days"]):
                self.stdout.write(f"{path}: past its time, removed.")
