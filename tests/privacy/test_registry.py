"""Every table about people is signed in, with a clock and one way in which it goes."""

import pytest
from django.apps import apps
from django.db import models

from privacy import registry
from privacy.registry import Holding, Kind
from tests.test_house import ABOUT_PEOPLE, THEIRS_ABOUT_PEOPLE

HOLDINGS = {holding.model: holding for holding in registry.holdings()}


@pytest.mark.promise("F13")
def test_every_table_about_people_is_signed_in():
    assert set(HOLDINGS) ^ (ABOUT_PEOPLE | THEIRS_ABOUT_PEOPLE) == set(), (
        "Sign it in in your app's holders.py: its class, its clock, and how it goes."
    )


@pytest.mark.parametrize("holding", HOLDINGS.values(), ids=HOLDINGS)
def test_clock_is_a_field_that_there_is(holding):
    app, model, field = holding.clock.split(".")
    assert apps.get_model(app, model)._meta.get_field(field).name == field


@pytest.mark.parametrize("holding", [one for one in HOLDINGS.values() if one.goes_with], ids=lambda one: one.model)
def test_what_goes_with_another_table_is_deleted_with_it(holding):
    links = [
        field
        for field in apps.get_model(holding.model)._meta.get_fields()
        if isinstance(field, models.ForeignKey) and field.related_model._meta.label == holding.goes_with
    ]
    assert models.CASCADE in [field.remote_field.on_delete for field in links]


@pytest.mark.parametrize(
    "ways", [{}, {"goes_with": "helplines.Staff", "removed_by": "somebody"}, {"eraser": "unknown"}], ids=str
)
def test_holding_that_cannot_be_meant_is_refused(ways):
    holding = Holding(model="x.Y", kind=Kind.TALK, clock="x.Y.at", lasts="a day", **ways)
    with pytest.raises(ValueError, match=r"x\.Y"):
        registry.sign_in(holdings=[holding])
    assert "x.Y" not in {one.model for one in registry.holdings()}


def test_every_eraser_has_something_to_erase():
    named = {holding.eraser for holding in HOLDINGS.values() if holding.eraser}
    assert named == {eraser.name for eraser in registry.erasers()}
