"""`manage.py open_identity`: open what is sealed of one talk with the files of its holders, by its policy (E01-E05)."""

import tomllib
from argparse import ArgumentParser
from getpass import getpass
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from helplines.models import Organisation, Staff
from helplines.tenancy import across_organisations
from privacy import disclosure, key_files, opening
from privacy.disclosure import Asked
from privacy.sealing import UnreadableError

REFUSALS = {
    "asker": "Who asks has no role here that may ask this.",
    "ground": "The policy of this organisation knows no such ground. Nothing is opened.",
    "recipient": "The policy of this organisation lets nobody like this receive it. Nothing is opened.",
    "discussed": "Say with --discussed whether it was first discussed with the visitor.",
    "order": f"The order must have {', '.join(disclosure.ORDER_FIELDS)}, and a date that is not after today.",
    "consent": "No yes of the visitor stands for this recipient while the talk goes on. Nothing is opened.",
    "keys": "These are not the keys of the offices that the policy wants, in their order.",
    "same_person": "Who asks keeps one of these keys, or one person made two of them. It takes different people.",
    "nothing": "All of this was right. Nothing is kept of this talk.",
    "damaged": "These keys do not open it, or it is past its time. Nothing is shown.",
}


class Command(BaseCommand):
    help = "Open what is sealed of one talk. Every try stands in the audit log."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--organisation", required=True, metavar="NAME", help="its address name")
        parser.add_argument("--talk", required=True, metavar="CODE", help="the code of the talk")
        parser.add_argument("--asked-by", required=True, metavar="USERNAME", help="who asks it")
        parser.add_argument("--ground", required=True, choices=disclosure.GROUNDS)
        parser.add_argument("--recipient", required=True, choices=disclosure.RECIPIENTS, help="who will be told")
        parser.add_argument(
            "--discussed", default="", choices=("", *disclosure.DISCUSSED), help="with the visitor first"
        )
        parser.add_argument("--order", type=Path, help="a TOML file with " + ", ".join(disclosure.ORDER_FIELDS))
        parser.add_argument(
            "--key", type=Path, action="append", default=[], help="the file of a holder, the outermost office first"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        # Only to find the organisation whose wall to stand behind.
        with across_organisations():
            organisation = Organisation.objects.filter(slug=options["organisation"]).first()
        staff = Staff.objects.filter(username=options["asked_by"]).first()
        if organisation is None or staff is None:
            raise CommandError("There is no such organisation, or nobody signs in with this name.")
        asked = Asked(options["ground"], options["recipient"], options["discussed"], order_in(options["order"]))
        try:
            found = opening.open_identity(
                organisation=organisation,
                conversation=options["talk"],
                asked=asked,
                by=staff,
                privates=[private_in(path) for path in options["key"]],
                now=timezone.now(),
            )
        except opening.RefusedError as error:
            raise CommandError(REFUSALS[error.why]) from None
        for entry in found:
            self.stdout.write(f"{entry.kind}: {entry.value}")
        self.stdout.write("Tell it to nobody but whom you named. Clear this screen afterwards.")
        if asked.order:
            self.stdout.write(f"Write on the order, to find it again in the audit log: {asked.mark}")


def order_in(path: Path | None) -> dict[str, str]:
    if path is None:
        return {}
    try:
        return {name: str(value) for name, value in tomllib.loads(path.read_text()).items()}
    except (OSError, ValueError):
        raise CommandError(f"{path} cannot be read as TOML.") from None


def private_in(path: Path) -> bytes:
    """The private half in the file of a holder, who types the passphrase here."""
    try:
        return key_files.read(path.read_bytes(), getpass(f"Passphrase of {path.name}: ")).private
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}.") from None
    except UnreadableError:
        raise CommandError(f"{path} does not open with this passphrase.") from None
