"""The terms of complaints become values of the policy, in versions. The columns stay one release longer, for who still runs the last one."""

from typing import Any

import django.core.validators
from django.db import migrations, models

from helplines.tenancy import across_organisations

# Of each column: the value of the policy that takes its place, and what both were by themselves.
TERMS = {
    "acknowledge_days": ("complaint_read_days", 7),
    "answer_days": ("complaint_answer_days", 42),
    "read_days": ("complaint_open_days", 30),
    "kept_months": ("complaint_months", 24),
}


def carry(apps: Any, _editor: Any) -> None:
    """Terms that an organisation chose stood beside every version of its policy, so each of them gets them."""
    policies = apps.get_model("helplines", "Policy").objects
    with across_organisations():  # every organisation's own row, once
        for procedure in apps.get_model("complaints", "Procedure").objects.all():
            chosen = {
                name: getattr(procedure, column)
                for column, (name, usual) in TERMS.items()
                if getattr(procedure, column) != usual
            }
            for policy in policies.filter(organisation_id=procedure.organisation_id, line=None) if chosen else ():
                policies.filter(pk=policy.pk).update(values={**chosen, **policy.values})


def days(default: int, low: int, high: int) -> "models.PositiveSmallIntegerField[int, int]":
    within = [django.core.validators.MinValueValidator(low), django.core.validators.MaxValueValidator(high)]
    return models.PositiveSmallIntegerField(default=default, db_default=default, validators=within)


LIMITS = {"acknowledge_days": (7, 1, 60), "answer_days": (42, 1, 180), "read_days": (30, 7, 90), "kept_months": (24, 1, 120)}


class Migration(migrations.Migration):
    dependencies = [("complaints", "0002_requests_about_data"), ("helplines", "0016_talks_at_once")]
    operations = [
        *(migrations.AlterField("procedure", name, days(*limits)) for name, limits in LIMITS.items()),
        migrations.RunPython(carry, migrations.RunPython.noop),
        migrations.SeparateDatabaseAndState(
            state_operations=[migrations.RemoveField("procedure", name) for name in LIMITS]
        ),
    ]
