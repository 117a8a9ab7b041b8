"""`manage.py promises`: check every promise now and say how it stands; exit code 1 where one is broken."""

import sys
from argparse import ArgumentParser
from typing import Any
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from helplines.models import Organisation
from helplines.tenancy import across_organisations
from privacy import promises
from privacy.models import Verdict


class Command(BaseCommand):
    help = "Check every promise now, broken ones first, with the opaque ids of what breaks it; exit code 1 if one is broken."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--organisation", default="", metavar="NAME", help="only this organisation (its address name)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        slug, now, broken = options["organisation"], timezone.now(), 0
        with across_organisations():  # only the rows, to enter each organisation's own scope
            found = Organisation.objects.order_by("slug")
            organisations = list(found.filter(slug=slug) if slug else found)
        if slug and not organisations:
            raise CommandError(f"There is no organisation {slug!r}.")
        for organisation in organisations:
            seen = promises.look(organisation, now)
            for verdict, line in promises.lines_of(seen, ZoneInfo(organisation.time_zone)):
                broken += verdict == Verdict.BROKEN
                self.stdout.write(f"{organisation.slug}  {verdict.value:7}  {line}")
        self.stdout.write(f"{broken} broken.")
        if broken:
            sys.exit(1)
