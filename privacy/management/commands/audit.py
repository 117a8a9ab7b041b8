"""`manage.py audit verify`: is the log whole? `manage.py audit head --to FILE`: its signed ends, to keep elsewhere."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from helplines.models import Organisation
from helplines.tenancy import across_organisations
from privacy import heads, verifying
from privacy.heads import Head
from privacy.keys import MasterKeyError


class Command(BaseCommand):
    help = "Check the audit log, or write its signed ends to a file."

    def add_arguments(self, parser: CommandParser) -> None:
        steps = parser.add_subparsers(dest="step", required=True)
        verify = steps.add_parser("verify", help="One line for each fault; the exit code is 1 when there is any.")
        verify.add_argument("--organisation", default="", help="The address name of one organisation; else all.")
        verify.add_argument("--heads", default="", help="A file or folder with signed heads; else AUDIT_HEADS_DIR.")
        verify.add_argument("--trust", action="append", default=[], help="A public key of before the last master keys.")
        head = steps.add_parser("head", help="Write the signed ends of the logs.")
        head.add_argument("--to", required=True, help="The file to add to; - for the screen.")
        head.add_argument("--organisation", default="", help="The address name of one organisation; else all.")

    def handle(self, *args: Any, step: str, organisation: str, **options: Any) -> None:
        chosen = self.chosen(organisation)
        if step == "head":
            self.write_heads(chosen, options["to"])
        else:
            source = options["heads"] or settings.AUDIT_HEADS_DIR
            self.verify(chosen, source, options["trust"], everything=not organisation)

    def chosen(self, slug: str) -> list[Organisation]:
        # The operator looks after the logs of the whole installation.
        with across_organisations():
            found = Organisation.objects.order_by("slug")
            rows = list(found.filter(slug=slug) if slug else found)
        if slug and not rows:
            raise CommandError(f"There is no organisation {slug!r}.")
        return rows

    def write_heads(self, organisations: list[Organisation], to: str) -> None:
        """The heads of the logs whose end is ours; of the others is told that there is none."""
        lines, unsealed = [], []
        for one in organisations:
            try:
                head = heads.head_of(one.pk)
            except (ValueError, MasterKeyError) as fault:
                unsealed.append(f"{one.slug}: {fault}")
            else:
                lines += [heads.written(head)] if head else []
        if to == "-":
            self.stdout.write("\n".join(lines))
        else:
            self.add_to(to, lines)
        if unsealed:
            raise CommandError("\n".join(["Not signed; look with `audit verify`.", *unsealed]))

    def add_to(self, to: str, lines: list[str]) -> None:
        try:
            with Path(to).open("a") as file:
                file.writelines(f"{line}\n" for line in lines)
        except OSError as fault:
            raise CommandError(f"The heads cannot be written to {to}: {fault.strerror}.") from None
        self.stdout.write(f"{len(lines)} heads written, signed with {heads.own_keys()[0]}.")

    def verify(self, organisations: list[Organisation], source: str, trusted: list[str], *, everything: bool) -> None:
        known, unsigned = self.heads(source, {*heads.own_keys(), *trusted})
        found = [f"{source}: {unsigned} lines are not signed by a key that we know."] if unsigned else []
        for one in organisations:
            own = [head for head in known if head.organisation == one.pk]
            found += [f"{one.slug}: {fault}." for fault in verifying.faults(one.pk, own)]
        if everything:
            found += [f"{fault}." for fault in verifying.gone(known)]
        for fault in found:
            self.stdout.write(fault)
        if found:
            raise SystemExit(1)
        self.stdout.write(f"{len(organisations)} logs are whole; compared with {len(known)} signed heads.")

    def heads(self, source: str, trusted: set[str]) -> tuple[list[Head], int]:
        """The heads that we know to be ours, and how many lines are something else."""
        if not source:
            return [], 0
        if not Path(source).exists():
            raise CommandError(f"There are no signed heads at {source}.")
        lines = list(heads.read(Path(source)))
        ours = [head for head in lines if head is not None and head.is_signed_by(trusted)]
        return ours, len(lines) - len(ours)
