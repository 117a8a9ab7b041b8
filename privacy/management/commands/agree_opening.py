"""`manage.py agree_opening`: the provider, who has no account here, agrees to a request with the file of its key (D03, E05)."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from helplines.models import Organisation
from helplines.tenancy import across_organisations
from privacy import opening_words, requests
from privacy.management.commands.open_identity import private_in
from privacy.models import OpeningState
from privacy.opening import RefusedError


class Command(BaseCommand):
    help = "Agree to a request to open an identity, for the provider. Every try stands in the audit log."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--organisation", required=True, metavar="NAME", help="its address name")
        parser.add_argument(
            "--request", required=True, metavar="CODE", help="the last part of the address of the request"
        )
        parser.add_argument("--key", required=True, type=Path, help="the file of the provider's key")

    def handle(self, *args: Any, **options: Any) -> None:
        # Only to find the organisation whose wall to stand behind.
        with across_organisations():
            organisation = Organisation.objects.filter(slug=options["organisation"]).first()
        if organisation is None:
            raise CommandError("There is no such organisation.")
        try:
            agreed = requests.agree(
                organisation=organisation,
                code=options["request"],
                by=None,
                private=private_in(options["key"]),
                device="",
                now=timezone.now(),
            )
        except RefusedError as error:
            raise CommandError(str(opening_words.REFUSALS[error.why])) from None
        if agreed.value:
            self.stdout.write(f"{agreed.request.kind}: {agreed.value}")
            self.stdout.write("Tell it to nobody but whom the request names. Clear this screen afterwards.")
        else:
            self.stdout.write(str(OpeningState(agreed.request.state).label))
