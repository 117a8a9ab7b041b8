"""The line behind an address: one for all who come to it, for as long as it says the same."""

import pytest
from django.http import Http404

from chat.access import line_for_visitors
from helplines.tenancy import across_organisations
from tests.factories.chat import staffed_line

pytestmark = pytest.mark.django_db


@pytest.fixture
def line():
    return staffed_line()[0]


def found(line):
    return line_for_visitors(line.organisation.slug, line.slug)


def test_everybody_has_the_same_line_in_hand(line):
    assert found(line) is found(line)
    assert (found(line).pk, found(line).organisation) == (line.pk, line.organisation)


def test_changed_line_is_another_one(line):
    before = found(line)
    with across_organisations():
        type(line).objects.filter(pk=line.pk).update(name="Another name")
    assert (before.name, found(line).name) == (line.name, "Another name")


def test_line_of_a_changed_organisation_is_another_one(line):
    before = found(line)
    with across_organisations():
        type(line.organisation).objects.filter(pk=line.organisation_id).update(name="Another name")
    assert (before.organisation.name, found(line).organisation.name) == (line.organisation.name, "Another name")


def test_line_that_was_closed_down_is_not_found(line):
    assert found(line)
    with across_organisations():
        type(line).objects.filter(pk=line.pk).update(is_active=False)
    with pytest.raises(Http404):
        found(line)
