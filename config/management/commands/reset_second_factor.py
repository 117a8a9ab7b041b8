"""For the operator: somebody lost their telephone and their spare codes, and no administrator can help."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from helplines import second_factor
from helplines.models import Staff


class Command(BaseCommand):
    help = "Take the second step to sign in and every session away from one person, who hears it by e-mail."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username", help="the name with which the person signs in")

    def handle(self, *args: Any, **options: Any) -> None:
        staff = Staff.objects.filter(username__iexact=options["username"]).first()
        if staff is None:
            raise CommandError("Nobody signs in with this name.")
        second_factor.reset(staff=staff, by=None)
        self.stdout.write(
            "Done. Whoever has the password can now set up a second step: be sure that it is the person who asked."
        )
