"""`manage.py rotate_keys`: renew master keys, an organisation's key, or all; while talks go on, and safe to run twice."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from helplines.models import Organisation
from helplines.tenancy import across_organisations
from privacy import rotation
from privacy.audit import AuditUnavailable
from privacy.keys import MasterKeyError, master_keys
from privacy.sealing import UnreadableError


class Command(BaseCommand):
    help = "Renew keys while the service runs. Add the new master key to MASTER_KEYS everywhere first (docs/keys.md)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("--master", action="store_true", help="wrap everything in the newest of MASTER_KEYS")
        which.add_argument("--organisation", metavar="SLUG", help="give this organisation a new key")
        which.add_argument("--all", action="store_true", help="both, for every organisation")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            chosen = self.chosen(options["organisation"] or "")
            if options["master"] or options["all"]:
                self.master(chosen)
            if not options["master"]:
                for slug, number in chosen:
                    self.organisation(slug, number)
        except (MasterKeyError, AuditUnavailable) as fault:
            raise CommandError(str(fault) or "The audit log cannot be written, so nothing was renewed.") from None
        except UnreadableError:
            raise CommandError("A key is not what it says. Nothing was lost; run `manage.py check --deploy`.") from None

    def chosen(self, slug: str) -> list[tuple[str, int]]:
        with across_organisations():  # only names and ids, to enter each organisation's own scope
            rows = Organisation.objects.order_by("slug").values_list("slug", "pk")
            found = list(rows.filter(slug=slug) if slug else rows)
        if slug and not found:
            raise CommandError(f"There is no organisation {slug!r}.")
        return found

    def master(self, organisations: list[tuple[str, int]]) -> None:
        newest = master_keys().newest
        for slug, number in organisations:
            self.stdout.write(f"{slug}: {rotation.renew_master(number)} keys wrapped in {newest!r}.")
        changed, broken = rotation.renew_factors()
        self.stdout.write(f"{changed} second steps sealed with {newest!r}.")
        others = sorted(rotation.masters_in_use() - {newest})
        if others or broken:
            raise CommandError(f"Still in use: {', '.join(others) or '-'}; {broken} second steps cannot be opened.")
        self.stdout.write(
            "The other master keys open nothing any more but older backups and signed ends of the audit logs."
        )

    def organisation(self, slug: str, number: int) -> None:
        version = rotation.renew(number)
        total = rotation.left(number)
        done = 0
        for count in rotation.rewrap_all(number):
            done += count
            self.stdout.write(f"{slug}: {done}/{max(total, done)} keys under key {version}.")
        self.stdout.write(f"{slug}: key {version} is in use; {rotation.retire(number)} older ones destroyed.")
