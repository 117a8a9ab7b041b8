"""The terms of complaints are promises in versions: a new one counts from its day on, and moves no term given before."""

from datetime import UTC, datetime, timedelta
from importlib import import_module

import pytest
import time_machine
from django.apps import apps
from django.db import models

from complaints import queries
from complaints.models import Procedure
from complaints.steps import Terms
from helplines import policies
from helplines.models import Policy
from helplines.tenancy import across_organisations
from tests.factories.complaints import ProcedureFactory, received
from tests.factories.helplines import OrganisationFactory, PolicyFactory

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def test_terms_are_the_usual_ones_before_anything_was_promised():
    assert queries.terms(OrganisationFactory()) == Terms(7, 42, 30, 24)


@pytest.mark.promise("I02", "N04")
def test_new_version_counts_from_its_day_on_and_moves_no_term_that_was_given():
    organisation = OrganisationFactory()
    with time_machine.travel(NOON, tick=False) as clock:
        PolicyFactory(organisation=organisation, values={"complaint_read_days": 3}, valid_from=NOON)
        PolicyFactory(
            organisation=organisation, values={"complaint_read_days": 20}, valid_from=NOON + timedelta(days=1)
        )
        before, _receipt = received(organisation)
        clock.shift(timedelta(days=1))
        after, _receipt = received(organisation)
    before.refresh_from_db()
    assert [(one.due_at - NOON).days for one in (before, after)] == [3, 21]
    assert queries.terms(organisation, NOON).acknowledge_days == 3


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"complaint_read_days": 0}, "out_of_range"),
        ({"complaint_open_days": 6}, "out_of_range"),
        ({"complaint_months": "2"}, "not_a_number"),
    ],
)
def test_terms_have_limits(values, code):
    with pytest.raises(policies.PolicyError) as error:
        policies.parse(values)
    assert [problem.code for problem in error.value.problems] == [code]


class Old:
    """A procedure with its columns of before."""

    acknowledge_days, answer_days, read_days, kept_months = 3, 42, 30, 12

    def __init__(self, organisation):
        self.organisation_id = organisation.pk


class Apps:
    """What a migration is given."""

    def __init__(self, procedures):
        self.procedures = procedures

    def get_model(self, app, name):
        if name == "Procedure":
            return type("Model", (), {"objects": type("Manager", (), {"all": lambda _self: self.procedures})()})
        # As in a migration: without the rules of the model of today, which lets nobody change a version.
        return type("Model", (), {"objects": models.QuerySet(apps.get_model(app, name))})


def test_chosen_terms_of_before_go_to_every_version_and_usual_ones_to_none():
    chose, another = OrganisationFactory(), OrganisationFactory()
    for organisation in (chose, another):
        PolicyFactory(organisation=organisation, values={"soft_minutes": 30})
    PolicyFactory(organisation=chose, values={"complaint_months": 6})
    import_module("complaints.migrations.0003_terms_are_promises").carry(Apps([Old(chose)]), None)
    with across_organisations():
        stored = [row.values for row in Policy.objects.filter(line=None).order_by("pk")]
    carried = [{name: one[name] for name in one if name.startswith("complaint_")} for one in stored]
    assert carried == [
        {"complaint_read_days": 3, "complaint_months": 12},
        {},
        {"complaint_read_days": 3, "complaint_months": 6},
    ]


def test_procedure_is_stored_while_the_columns_of_before_are_still_there():
    ProcedureFactory()
    with across_organisations():
        assert Procedure.objects.count() == 1
