"""Puts the organisations of `organisations/*.toml` in the database, and keeps their lines open to be tried."""

import tomllib
from datetime import date, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext

from complaints.models import Procedure, Tally
from config.demo.forms import plant_forms
from helplines import policies, service
from helplines.models import (
    Branch,
    CannedReply,
    EmergencyNumber,
    ExtraOpening,
    Line,
    LineKind,
    Membership,
    OpeningHours,
    Organisation,
    Staff,
)
from helplines.tenancy import across_organisations, inside
from privacy.keys import organisation_key

SEEDS = Path(__file__).resolve().parent / "organisations"
DAYS_AHEAD = 14
APART = {"about", "secrecy"}  # texts of an organisation that are tables in TOML, unlike the other tables
MIDNIGHT = time(0)
BY_ITS_HOURS = "praktijk-chat"  # so that a newcomer also sees a line that is closed at times


class Person(NamedTuple):
    """Somebody of the example, as the seeds name them."""

    organisation: str
    role: str
    username: str


@cache
def seeds() -> dict[str, dict[str, Any]]:
    """What each file says, by the address name of its organisation."""
    found = [tomllib.loads(path.read_text()) for path in sorted(SEEDS.glob("*.toml"))]
    return {seed["slug"]: seed for seed in found}


def people() -> list[Person]:
    return [Person(slug, row["role"], row["username"]) for slug, seed in seeds().items() for row in seed["people"]]


def site_text(line: Line, language: str) -> str:
    """What the example site of this line says on top; "" for a line that is not in the seeds."""
    rows = seeds().get(line.organisation.slug, {}).get("lines", [])
    return next((row["site"][language] for row in rows if row["slug"] == line.slug and "site" in row), "")


def sow() -> None:
    """Add the organisations that are not there yet, and open the lines for the coming days."""
    with across_organisations():  # the example is the whole installation
        there = set(Organisation.objects.values_list("slug", flat=True))
    for slug, seed in seeds().items():
        if slug not in there:
            # The key makes a wrong master key known at the next start, before anybody has talked.
            organisation_key(plant(seed).pk)
    open_to_be_tried(timezone.now().date())


@transaction.atomic
def plant(seed: dict[str, Any]) -> Organisation:
    """One organisation with all that is in its file."""
    plain = {name: value for name, value in seed.items() if not isinstance(value, dict | list)}
    organisation = service.create_organisation(
        values=policies.parse(seed["policy"]),
        agreement=seed["agreement"],
        languages=seed["languages"],
        **{name: seed[name] for name in APART},
        **plain,
    )
    with inside(organisation):
        for place, row in enumerate(seed["branches"]):
            add(Branch(organisation=organisation, position=place, **row))
        for place, row in enumerate(seed["emergency_numbers"]):
            add(EmergencyNumber(organisation=organisation, position=place, **row))
        for place, row in enumerate(seed["lines"]):
            plant_line(organisation, place, row)
        for row in seed.get("replies", []):
            plant_reply(organisation, row)
        for row in seed["people"]:
            plant_person(organisation, row)
        add(Procedure(organisation=organisation, **seed.get("procedure", {})))
        plant_feedback(organisation)
    plant_forms(organisation, seed)
    return organisation


def plant_line(organisation: Organisation, place: int, row: dict[str, Any]) -> None:
    """One line with its hours; its button may stand on the example site and nowhere else."""
    fields = {name: value for name, value in row.items() if name not in {"hours", "site"}}
    origins = [settings.DEMO_SITE_ORIGIN] if row.get("kind", "chat") == LineKind.CHAT else []
    line = Line(organisation=organisation, position=place, origins=origins, **fields)
    add(line)
    for span in row["hours"]:
        for day in span["days"]:
            opens, closes = time.fromisoformat(span["opens"]), time.fromisoformat(span["closes"])
            add(OpeningHours(organisation=organisation, line=line, weekday=day, opens=opens, closes=closes))


def plant_reply(organisation: Organisation, row: dict[str, Any]) -> None:
    """A canned reply of the organisation, or of the line that it names."""
    line = Line.objects.get(organisation=organisation, slug=row["line"]) if "line" in row else None
    add(CannedReply(organisation=organisation, line=line, name=row["name"], texts=row["texts"]))


def plant_feedback(organisation: Organisation) -> None:
    """What forty visitors of the example answered to the first questions, so that there is something to see."""
    month = timezone.localdate().replace(day=1)
    for question, counts in (("q0", (27, 9, 4)), ("q1", (31, 6, 3)), ("q2", (22, 11, 7))):
        for place, count in enumerate(counts):
            add(
                Tally(
                    organisation=organisation,
                    version=0,
                    month=month,
                    question=question,
                    choice=f"c{place}",
                    count=count,
                )
            )


def plant_person(organisation: Organisation, row: dict[str, Any]) -> None:
    """Somebody who accepted the agreement; the password comes later, and until then nobody can sign in as them."""
    staff = Staff(
        username=row["username"], email=f"{row['username']}@example.org", first_name=row.get("public_name", "")
    )
    staff.set_unusable_password()
    add(staff)
    public_name = row.get("public_name", "")
    add(Membership(organisation=organisation, staff=staff, role=row["role"], public_name=public_name))
    service.accept_agreement(organisation=organisation, staff=staff, number=1)


def add(row: models.Model) -> None:
    """Store a row that holds to every rule that a form would hold it to."""
    row.full_clean()
    row.save()


def open_to_be_tried(today: date) -> None:
    """Open the example lines around the clock from yesterday to two weeks ahead, besides their weekly hours.

    The reason stands in the administration, so that nobody takes it for the organisation's own choice. Today starts
    elsewhere before it starts here, hence yesterday.
    """
    wanted = [today + timedelta(days=number) for number in range(-1, DAYS_AHEAD + 1)]
    for line in lines_to_try():
        with inside(line.organisation), translation.override(line.organisation.first_language):
            reason = gettext("Only in this example: open all day, so that you can try it.")
            days = ExtraOpening.objects.filter(line=line, opens=MIDNIGHT, closes=MIDNIGHT)
            days.filter(day__lt=wanted[0]).delete()
            there = set(days.values_list("day", flat=True))
            ExtraOpening.objects.bulk_create(
                ExtraOpening(
                    organisation=line.organisation, line=line, day=day, opens=MIDNIGHT, closes=MIDNIGHT, reason=reason
                )
                for day in wanted
                if day not in there
            )


def lines_to_try() -> list[Line]:
    """The example chat lines but one, which keeps to its own hours."""
    with across_organisations():  # the example is the whole installation
        lines = Line.objects.chats().select_related("organisation").filter(organisation__slug__in=seeds())
        return list(lines.exclude(slug=BY_ITS_HOURS))
