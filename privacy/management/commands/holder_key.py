"""`manage.py holder_key`: the keys to which visitors' addresses are sealed, for who works at the command line (D02, D03)."""

import os
from argparse import ArgumentParser
from getpass import getpass
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from helplines.models import Organisation
from helplines.tenancy import across_organisations, inside
from privacy import custody, key_files
from privacy.custody import CustodyError
from privacy.models import Office

NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL
REFUSALS = {
    "weak": f"The passphrase needs at least {key_files.SHORTEST_PASSPHRASE} characters; five words do well.",
    "too_many": f"This office has {custody.MOST_KEYS} keys in use already. Retire one first.",
    "two_offices": "This person keeps a key of another office already.",
    "unknown": "There is no such key here, or it is in use or retired already.",
    "unreadable": "This file does not open with this passphrase.",
    "no_other": "This office has no key in use that could follow. Make one first.",
}


class Command(BaseCommand):
    help = "Make, compare, retire and follow the keys to which the addresses of visitors are sealed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        steps = parser.add_subparsers(dest="step", required=True)
        make = steps.add_parser("make", help="make a key; its private half goes into a file with a passphrase")
        make.add_argument("office", choices=Office.values)
        make.add_argument("--file", type=Path, required=True, help="where the private half goes; it must not exist")
        steps.add_parser("fingerprint", help="every key with its fingerprint, to compare aloud")
        retire = steps.add_parser("retire", help="seal nothing more to a key")
        retire.add_argument("key", help="its short name, as `fingerprint` shows it")
        reseal = steps.add_parser("reseal", help="let the keys in use open what a retired key opens")
        reseal.add_argument("--file", type=Path, required=True, help="the file of the retired key")
        for step in steps.choices.values():
            step.add_argument("--organisation", required=True, metavar="NAME", help="its address name")
            step.add_argument("--passphrase-file", type=Path, help="read the passphrase from here instead of asking")

    def handle(self, *args: Any, **options: Any) -> None:
        # Only to find the organisation whose wall to stand behind.
        with across_organisations():
            organisation = Organisation.objects.filter(slug=options["organisation"]).first()
        if organisation is None:
            raise CommandError(f"There is no organisation {options['organisation']!r}.")
        try:
            getattr(self, options["step"])(organisation, options)
        except CustodyError as error:
            raise CommandError(REFUSALS[error.why]) from None

    def make(self, organisation: Organisation, options: dict[str, Any]) -> None:
        path: Path = options["file"]
        if path.exists():
            raise CommandError("This file exists already. A key is never written over another.")
        passphrase = self.passphrase(options, again=True)
        # A key without its file would seal what nobody opens: where the file cannot be written there is no key.
        # Readable by nobody else from the first byte on.
        try:
            with transaction.atomic(), os.fdopen(os.open(path, NEW_FILE, 0o600), "wb") as sink:
                try:
                    made = custody.make(
                        organisation=organisation,
                        office=options["office"],
                        passphrase=passphrase,
                        by=None,
                        now=timezone.now(),
                    )
                    sink.write(made.file)
                    sink.flush()
                    os.fsync(sink.fileno())
                except BaseException:
                    path.unlink(missing_ok=True)
                    raise
        except OSError as error:
            raise CommandError(f"{path} cannot be written, so no key was made: {error.strerror}.") from None
        self.stdout.write(f"Key {made.holder} of the office {options['office']} is in use. Its fingerprint:")
        self.stdout.write(made.holder.fingerprint)
        self.stdout.write(
            f"The private half is in {path} and nowhere else. Give it to its holder, with the passphrase."
        )

    def fingerprint(self, organisation: Organisation, options: dict[str, Any]) -> None:
        with inside(organisation):
            rows = [row for found in custody.standing(organisation).values() for row in found]
        for row in rows:
            state = "retired" if row.holder.retired_at else "spare" if row.is_spare else "in use"
            said = f"{row.holder.office:13}  {row.holder}  {row.holder.fingerprint}  {state}, opens {row.opens}"
            self.stdout.write(said)
        if not rows:
            self.stdout.write("There is no key: no address of a visitor is kept.")

    def retire(self, organisation: Organisation, options: dict[str, Any]) -> None:
        custody.retire(organisation=organisation, name=options["key"], office=None, by=None, now=timezone.now())
        self.stdout.write("Nothing more is sealed to this key. What was sealed to it before, it still opens.")

    def reseal(self, organisation: Organisation, options: dict[str, Any]) -> None:
        data, passphrase = self.content(options["file"]), self.passphrase(options)
        count = custody.reseal(organisation=organisation, file=data, passphrase=passphrase, offices=None, by=None)
        self.stdout.write(f"{count} followed to the keys in use; the old key opens them no longer.")

    def passphrase(self, options: dict[str, Any], *, again: bool = False) -> str:
        if options["passphrase_file"]:
            return self.content(options["passphrase_file"]).decode(errors="replace").strip()
        given = getpass("Passphrase: ")
        if again and getpass("Once more: ") != given:
            raise CommandError("These two are not the same.")
        return given

    def content(self, path: Path) -> bytes:
        try:
            return path.read_bytes()
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror}.") from None
