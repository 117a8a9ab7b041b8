"""A policy that is read, not written: its texts say the true values, never the names that stand for them."""

from typing import Any

import pytest
from django.urls import reverse

from helplines import policies, policy_words
from helplines.tenancy import across_organisations
from tests.factories.helplines import LineFactory, MembershipFactory, OpeningHoursFactory, PolicyFactory
from tests.helplines.admin_rooms import House, at, house, signed_in
from tests.helplines.policy_room import page_of, promising_house, publish, review

pytestmark = pytest.mark.django_db
TEXTS = {"en": "Gone after {{ retention }}. Open: {{ hours }}."}


@pytest.fixture
def ours() -> House:
    return promising_house()


def version_page(ours: House, **given: Any) -> str:
    version = PolicyFactory(organisation=ours.organisation, **given)
    return signed_in(ours.admin).get(at("policy", "change", version.pk)).content.decode()


@pytest.mark.promise("N04")
def test_version_shows_its_texts_as_visitors_of_each_line_read_them(ours):
    OpeningHoursFactory(line=ours.line, weekday=1)
    other = LineFactory(organisation=ours.organisation, name="Other", slug="other")
    OpeningHoursFactory(line=other, weekday=4)
    words = version_page(ours, values={"retention_months": 9, "disclaimer": TEXTS})
    assert "Gone after 9 months. Open: Monday–Tuesday 13:00–17:00." in words
    assert "Gone after 9 months. Open: Friday 13:00–17:00." in words
    assert "{{" not in words


def test_version_of_a_line_lays_its_texts_over_what_the_organisation_promised_then(ours):
    OpeningHoursFactory(line=ours.line, weekday=1)
    words = version_page(ours, line=ours.line, values={"disclaimer": TEXTS})
    assert "Gone after 6 months. Open: Monday–Tuesday 13:00–17:00." in words
    assert "A talk is gone 6 months after it ends." not in words.partition('id="read"')[0]


def test_version_of_who_has_no_line_yet_says_what_each_name_stands_for(ours):
    with across_organisations():
        ours.organisation.lines.update(is_active=False)
    words = version_page(ours, values={"disclaimer": TEXTS})
    assert "EN: Gone after [how long a talk is kept]. Open: [the opening hours of the line]." in words


def test_difference_of_a_text_names_no_name_in_braces():
    after = policies.parse({"disclaimer": {"nl": "Weg na {{ retention }}."}})
    [change] = [entry for entry in policy_words.changes_said(policies.PolicyValues(), after) if entry.title]
    assert change.after == ["NL: Weg na [hoe lang een gesprek bewaard blijft]."]


def test_second_person_reads_what_visitors_will_read(ours):
    client = signed_in(ours.admin)
    second = MembershipFactory(organisation=ours.organisation, role="dpo").staff
    reviewed = review(client, page_of(ours), retention_months="12", disclaimer_en="Gone after {{ retention }}.")
    publish(client, page_of(ours), reviewed, reason="The board wants so")
    words = signed_in(second).get(reverse("proposal", args=[ours.organisation.slug])).content.decode()
    assert "Gone after 12 months." in words
    assert "{{" not in words


def test_texts_of_another_organisation_stay_out_of_sight(ours):
    theirs = house("Theirs")
    version = PolicyFactory(organisation=theirs.organisation, values={"disclaimer": TEXTS})
    assert signed_in(ours.admin).get(at("policy", "change", version.pk)).status_code == 404
