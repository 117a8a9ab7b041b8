"""The pages of a change that takes two people: proposed in the administration, confirmed by somebody else."""

import pytest
from django.urls import reverse

from helplines.models import Policy, PolicyProposal, Role
from helplines.tenancy import across_organisations
from tests.factories.helplines import MembershipFactory
from tests.helplines.admin_rooms import House, house, signed_in
from tests.helplines.policy_room import page_of, promising_house, publish, review

pytestmark = pytest.mark.django_db


@pytest.fixture
def ours() -> House:
    return promising_house()


def page(ours: House) -> str:
    return reverse("proposal", args=[ours.organisation.slug])


def propose(ours: House, months: str = "12", **given: str):
    client = signed_in(ours.admin)
    reviewed = review(client, page_of(ours), retention_months=months)
    return publish(client, page_of(ours), reviewed, **{"reason": "The board wants so", **given})


def second(ours: House, role: str = Role.DPO):
    return signed_in(MembershipFactory(organisation=ours.organisation, role=role).staff)


def versions(ours: House) -> int:
    with across_organisations():
        return Policy.objects.filter(organisation=ours.organisation).count()


@pytest.mark.promise("N04")
def test_administrator_alone_is_told_plainly_and_changes_nothing(ours):
    client, before = signed_in(ours.admin), versions(ours)
    reviewed = review(client, page_of(ours), retention_months="12")
    words = reviewed.content.decode()
    assert ("You cannot make this change alone" in words, 'value="publish"' in words) == (True, False)
    answer = publish(client, page_of(ours), reviewed, reason="I try it anyway")
    assert "nobody else here can confirm it yet" in answer.content.decode()
    with across_organisations():
        assert (versions(ours), PolicyProposal.objects.count()) == (before, 0)


@pytest.mark.promise("N04")
def test_change_waits_and_the_second_person_sees_the_same_difference(ours):
    dpo, before = second(ours), versions(ours)
    answer = propose(ours)
    assert (answer.status_code, versions(ours)) == (302, before)
    shown = dpo.get(page(ours))
    assert [(change.before, change.after) for change in shown.context["changes"]] == [
        (["A talk is gone 6 months after it ends."], ["A talk is gone 12 months after it ends."])
    ]
    dpo.post(page(ours), {"step": "confirm", "mark": shown.context["difference"].mark})
    assert versions(ours) == before + 1
    assert "Nothing waits." in dpo.get(page(ours)).content.decode()


def test_proposer_can_withdraw_and_not_confirm(ours):
    second(ours)
    propose(ours)
    client, before = signed_in(ours.admin), versions(ours)
    shown = client.get(page(ours))
    assert (shown.context["may_confirm"], "Confirm and publish" in shown.content.decode()) == (False, False)
    mark = shown.context["difference"].mark
    refused = client.post(page(ours), {"step": "confirm", "mark": mark}, follow=True).content.decode()
    assert ("cannot confirm it too" in refused, versions(ours)) == (True, before)
    client.post(page(ours), {"step": "end", "mark": mark})
    with across_organisations():
        assert PolicyProposal.objects.get().state == "withdrawn"


def test_review_names_who_can_confirm(ours):
    MembershipFactory(organisation=ours.organisation, role=Role.DPO, staff__first_name="Noor")
    MembershipFactory(organisation=ours.organisation, role=Role.MANAGER, staff__first_name="Mika")
    reviewed = review(signed_in(ours.admin), page_of(ours), retention_months="12").content.decode()
    assert ("Noor" in reviewed, "Mika" in reviewed, "Propose this version" in reviewed) == (True, False, True)


def test_change_of_something_else_is_published_at_once(ours):
    client, before = signed_in(ours.admin), versions(ours)
    publish(client, page_of(ours), review(client, page_of(ours), capacity="3"), reason="Room")
    assert versions(ours) == before + 1


def test_first_page_of_the_administration_lists_what_waits(ours):
    second(ours)
    theirs = house("Theirs")
    propose(ours)
    assert "A change waits for a second person" in signed_in(ours.admin).get("/admin/").content.decode()
    assert "A change waits for a second person" not in signed_in(theirs.admin).get("/admin/").content.decode()


@pytest.mark.parametrize(("role", "expected"), [(Role.DPO, True), (Role.MANAGER, False), (Role.COUNSELLOR, False)])
def test_page_of_promises_leads_who_may_confirm(ours, role, expected):
    client = second(ours, role)
    second(ours)
    propose(ours)
    promises = client.get(reverse("promises", args=[ours.organisation.slug])).content.decode()
    assert (page(ours) in promises) == expected
    assert client.get(page(ours)).status_code == (200 if expected else 404)


def test_version_tells_who_confirmed_it(ours):
    dpo = second(ours)
    propose(ours)
    dpo.post(page(ours), {"step": "confirm", "mark": dpo.get(page(ours)).context["difference"].mark})
    with across_organisations():
        newest = Policy.objects.filter(organisation=ours.organisation).order_by("-pk").first()
        confirmed = newest.proposal.decided_by
    words = signed_in(ours.admin).get(reverse("admin:helplines_policy_change", args=[newest.pk])).content.decode()
    assert (str(confirmed) in words, "Confirmed by" in words) == (True, True)


@pytest.mark.parametrize("sent", [{"step": "confirm"}, {"step": "end", "mark": "x" * 5000}, {"step": "other"}, {}])
def test_post_without_the_mark_changes_nothing(ours, sent):
    dpo, before = second(ours), versions(ours)
    propose(ours)
    assert dpo.post(page(ours), sent).status_code in {200, 302}
    with across_organisations():
        assert (versions(ours), PolicyProposal.objects.get().state) == (before, "open")
