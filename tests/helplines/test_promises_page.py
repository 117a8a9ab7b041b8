"""What people who work somewhere read about its promises: nothing that contradicts, and no name in braces."""

import pytest
from django.test import Client

from helplines import policies, policy_words
from helplines.models import Role
from tests.factories.helplines import LineFactory, MembershipFactory, PolicyFactory

pytestmark = pytest.mark.django_db
TEXT = {"en": "A talk lasts {{ soft_minutes }}.", "nl": "Een gesprek duurt {{ soft_minutes }}."}


def shown(**values):
    member = MembershipFactory(role=Role.MANAGER)
    LineFactory(organisation=member.organisation, name="Kade")
    PolicyFactory(organisation=member.organisation, values=values)
    client = Client(headers={"accept-language": "en"})
    client.force_login(member.staff, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client.get(f"/promises/{member.organisation.slug}/").content.decode()


@pytest.mark.parametrize(("queue", "told"), [(True, True), (False, False)])
def test_number_of_who_may_wait_is_told_only_where_somebody_may(queue, told):
    page = shown(queue=queue, queue_length=7)
    assert ("at most 7 of them wait" in page) is told
    assert ("There is no waiting" in page) is not told


def test_own_texts_are_told_with_their_values():
    page = shown(greeting=TEXT, disclaimer=TEXT)
    assert page.count("A talk lasts 60\xa0minutes.") + page.count("A talk lasts 60 minutes.") == 2
    assert "{{" not in page


def test_each_promise_stands_under_one_heading():
    under = [field for fields in policy_words.THEMES.values() for field in fields]
    assert sorted(under) == sorted(set(policies.FIELDS) - set(policies.TEXTS))
    page = shown(soft_minutes=45, complaint_months=3)
    places = [page.index(words) for words in (">The talk</h2>", "after 45 minutes", ">Waiting and coming back</h2>")]
    places += [page.index(words) for words in (">Complaints and suggestions</h2>", "3 months", ">Versions</h2>")]
    assert places == sorted(places)


@pytest.mark.promise("B05")
def test_question_that_may_ask_for_a_name_need_not_be_answered():
    assert "may ask for a name or an address. Nobody has to answer it." in shown(may_ask_name=True)


def test_what_a_line_does_otherwise_is_told_with_its_values():
    member = MembershipFactory(role=Role.MANAGER)
    line = LineFactory(organisation=member.organisation)
    PolicyFactory(organisation=member.organisation, values={"greeting": TEXT})
    PolicyFactory(organisation=member.organisation, line=line, values={"greeting": TEXT, "soft_minutes": 45})
    client = Client(headers={"accept-language": "en"})
    client.force_login(member.staff, backend="allauth.account.auth_backends.AuthenticationBackend")
    page = client.get(f"/promises/{member.organisation.slug}/").content.decode()
    assert "A talk is meant to end after 45 minutes." in page
    assert "{{" not in page
