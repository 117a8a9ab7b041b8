"""The registration forms of the example, one of the shipped ones for each, with some history to make figures of."""

from datetime import date
from random import Random
from typing import Any

from django.utils import timezone

from helplines.models import Line, Organisation
from helplines.tenancy import inside
from registration import closing, retention, shipped
from registration.answers import dimensions
from registration.models import Registration, Tree
from registration.retention import months_before
from registration.shape import Field

# So long that there is always a whole year, and so many a month on each line that there are figures to see.
PAST_MONTHS, A_MONTH = 23, (22, 38)


def plant_forms(organisation: Organisation, seed: dict[str, Any]) -> None:
    """The form of one organisation with its trees, and some anonymous history to make figures of."""
    if "registration" not in seed:
        return
    with inside(organisation):
        chosen = shipped.shipped()[seed["registration"]["form"]]
        form = shipped.begin(organisation=organisation, form=chosen, reason="v1", author=None, now=timezone.now())
        plant_history(organisation, form.asked)


def plant_history(organisation: Organisation, asked: tuple[Field, ...]) -> None:
    """Contacts of the months before, made up; those past the months of the policy are figures already."""
    today = timezone.now().date()
    lines = [line for line in Line.objects.filter(organisation=organisation) if line.kind != "office"]
    codes = {tree.code: list(tree.nodes.values_list("code", flat=True)) for tree in Tree.objects.all()}
    for line in lines:
        chance = Random(f"{organisation.slug} {line.slug}")
        made = [
            contact(line, asked, codes, month, chance)
            for back in range(1, PAST_MONTHS + 1)
            for month in [months_before(today, back)]
            for _contact in range(chance.randint(*A_MONTH))
        ]
        Registration.objects.bulk_create(made, batch_size=closing.CHUNK)
    for rows in retention.overdue(organisation, timezone.now()):
        closing.settle(organisation, rows)


def contact(
    line: Line, asked: tuple[Field, ...], codes: dict[str, list[str]], month: date, chance: Random
) -> Registration:
    answers: dict[str, Any] = {}
    for field in asked:
        if field.kind == "tree":
            answers[field.key] = [often(codes[field.tree], chance)]
        elif field.options:
            answers[field.key] = often([option.key for option in field.options], chance)
    return Registration(
        organisation_id=line.organisation_id,
        line=line,
        channel=line.kind,
        month=month,
        moment=often(["evening", "afternoon", "morning"], chance),
        minutes=often([30, 45, 15, 60], chance),
        answers=answers,
        **dimensions(asked, answers),
    )


def often(choices: list[Any], chance: Random) -> Any:
    """One of these; the first come most, as in life."""
    return chance.choices(choices, weights=[1 / place for place in range(1, len(choices) + 1)])[0]
