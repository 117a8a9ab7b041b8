"""`manage.py retention`: let go now of what is past its time, or say what would go."""

import time
from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from privacy import retention
from privacy.retention import Round

WIDTH, A_LOOK = 30, 0.1  # characters of the bar; seconds between two drawings


class Command(BaseCommand):
    help = "Erase everything that is past its time, as the sweep does every five minutes."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="erase nothing; say what would go")
        parser.add_argument(
            "--organisation", default="", metavar="NAME", help="only this organisation (its address name)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        slug, now = options["organisation"], timezone.now()
        rounds = retention.rounds(slug)
        if slug and not rounds:
            raise CommandError(f"There is no organisation {slug!r}.")
        work = [(one, one.due(now)) for one in rounds]
        if options["dry_run"]:
            self.tell(work)
            return
        total = sum(self.erase(one, due, now) for one, due in work)
        self.stdout.write(f"{total} gone." if total else "Nothing was past its time.")

    def tell(self, work: list[tuple[Round, int]]) -> None:
        """A line for each organisation and each eraser, also where nothing would go."""
        names = [one.organisation or "(installation)" for one, _due in work]
        width = max(map(len, ["organisation", *names]))
        self.stdout.write(f"{'organisation':{width}}  {'what':12}  {'would go':>8}")
        for name, (one, due) in zip(names, work, strict=True):
            self.stdout.write(f"{name:{width}}  {one.eraser.name:12}  {due:8}")
        self.stdout.write(f"{sum(due for _one, due in work)} would go. Nothing was erased.")

    def erase(self, one: Round, due: int, now: datetime) -> int:
        """Erase it all, with a bar where somebody looks on."""
        gone, drawn = 0, 0.0
        for count in one.erase_all(now):
            gone += count
            if self.stdout.isatty() and time.monotonic() - drawn > A_LOOK:
                self.draw(one, gone, due)
                drawn = time.monotonic()
        if gone:
            self.draw(one, gone, max(due, gone), end="\n")
        return gone

    def draw(self, one: Round, gone: int, due: int, end: str = "") -> None:
        share = min(1.0, gone / due) if due else 1.0
        bar = "#" * round(WIDTH * share)
        name = f"{one.organisation or '(installation)'} {one.eraser.name}"
        start = "\r" if self.stdout.isatty() else ""
        self.stdout.write(f"{start}{name:40} [{bar:{WIDTH}}] {gone}/{due}", ending=end)
        self.stdout.flush()
