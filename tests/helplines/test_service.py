import datetime as dt

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.utils import timezone

from helplines import policies, queries, service
from helplines.holidays import Holiday
from helplines.models import AgreementAcceptance, Closure, ConfidentialityAgreement, Organisation, Policy
from helplines.policies import PolicyError, PolicyValues
from helplines.tenancy import across_organisations, inside
from tests.factories.helplines import (
    AgreementFactory,
    ClosureFactory,
    LineFactory,
    MembershipFactory,
    OrganisationFactory,
    StaffFactory,
    open_always,
)

pytestmark = pytest.mark.django_db
NAME = {"key": "who", "kind": "nickname", "label": {"nl": "Je naam"}, "why": {"nl": "Dan weten we hoe je heet."}}


@pytest.fixture
def line():
    return LineFactory()


def publish(organisation, values=None, **given):
    given = {"reason": "Nieuw beleid", "author": None, **given}
    return service.publish_policy(organisation=organisation, values=values or {}, **given)


def codes(organisation, values=None, **given):
    with pytest.raises(PolicyError) as problem:
        publish(organisation, values, **given)
    with across_organisations():
        assert not Policy.objects.filter(reason=given.get("reason", "Nieuw beleid"), values=values or {}).exists()
    return [(entry.field, entry.code) for entry in problem.value.problems]


def in_force(organisation, at=None):
    with inside(organisation):
        return queries.organisation_policy(organisation, at)


def promises(line, at=None):
    with inside(line.organisation):
        return queries.policy_for(line, at)


GIVEN = {
    "slug": "nieuw",
    "name": "Nieuw",
    "legal_name": "Nieuw vzw",
    "privacy_email": "privacy@example.org",
    "complaints_email": "complaints@example.org",
    "support_email": "support@example.org",
}


@pytest.mark.promise("J01", "N04")
def test_new_organisation_has_an_agreement_and_a_policy():
    author = StaffFactory()
    made = service.create_organisation(**GIVEN, author=author)
    with inside(made):
        assert [entry.number for entry in made.agreements.all()] == [1]
        (policy,) = queries.versions(made)
    assert (policy.number, policy.author, policies.parse(policy.values)) == (1, author, PolicyValues())


@pytest.mark.parametrize("wrong", [{"slug": "admin"}, {"time_zone": "Mars/Base"}, {"accent": "#ffff00"}, {"name": ""}])
def test_new_organisation_that_cannot_be_leaves_nothing_behind(wrong):
    with pytest.raises(ValidationError) as problem:
        service.create_organisation(**{**GIVEN, **wrong})
    assert list(problem.value.message_dict) == list(wrong)
    with across_organisations():
        assert Organisation.objects.count() == 0


@pytest.mark.promise("N04")
def test_versions_count_up_and_the_newest_counts(line):
    first = publish(line.organisation, {"capacity": 2})
    second = publish(line.organisation, {"capacity": 3})
    assert (first.number, second.number) == (1, 2)
    assert in_force(line.organisation).capacity == 3


@pytest.mark.promise("N04")
def test_organisation_and_each_line_and_each_other_organisation_count_for_themselves(line):
    other = LineFactory(organisation=line.organisation)
    made = [
        publish(line.organisation),
        publish(line.organisation, {"capacity": 2}, line=line),
        publish(line.organisation, {"capacity": 3}, line=other),
        publish(OrganisationFactory()),
    ]
    assert [policy.number for policy in made] == [1, 1, 1, 1]


@pytest.mark.promise("N04")
def test_version_counts_from_its_day_on(line):
    with time_machine.travel(dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC), tick=False):
        start = timezone.now() + dt.timedelta(days=1)
        publish(line.organisation, {"capacity": 2})
        publish(line.organisation, {"capacity": 3}, valid_from=start)
        found = [in_force(line.organisation, start + dt.timedelta(seconds=off)).capacity for off in (-1, 0)]
    assert found == [2, 3]


@pytest.mark.promise("N04")
def test_version_for_the_past_is_refused(line):
    past = timezone.now() - dt.timedelta(hours=1)
    assert codes(line.organisation, valid_from=past) == [("valid_from", "in_the_past")]


def test_version_that_was_now_when_the_form_was_sent_counts_from_now(line):
    with time_machine.travel(dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC), tick=False):
        sent = timezone.now() - dt.timedelta(minutes=1)
        assert publish(line.organisation, valid_from=sent).valid_from == timezone.now()


@pytest.mark.parametrize(("reason", "code"), [(" ", "empty"), ("x" * 301, "too_long")])
def test_version_without_a_fit_reason_is_refused(line, reason, code):
    assert codes(line.organisation, reason=reason) == [("reason", code)]


@pytest.mark.promise("O10")
def test_version_for_another_organisations_line_is_refused(line):
    assert ("line", "elsewhere") in codes(OrganisationFactory(), line=line)


def test_version_with_a_wrong_value_is_refused(line):
    assert codes(line.organisation, {"retention_months": 0}) == [("retention_months", "out_of_range")]
    assert codes(line.organisation, {"capacity": 0}, line=line) == [("capacity", "out_of_range")]


def test_version_in_a_language_that_the_organisation_does_not_write_is_refused(line):
    values = {"greeting": {"nl": "Dag", "fr": "Salut"}, "questions": [{**NAME, "why": {"de": "Darum"}}]}
    assert codes(line.organisation, values) == [
        ("greeting.fr", "language_not_ours"),
        ("questions.0.why.de", "language_not_ours"),
    ]


@pytest.mark.promise("B03")
def test_line_cannot_ask_a_name_where_its_organisation_may_not(line):
    publish(line.organisation, {"may_ask_name": False})
    assert codes(line.organisation, {"questions": [NAME]}, line=line) == [("questions.0", "asks_name")]


@pytest.mark.promise("B03")
def test_organisation_cannot_promise_to_ask_no_name_while_a_line_does(line):
    publish(line.organisation)
    publish(line.organisation, {"questions": [NAME]}, line=line)
    assert codes(line.organisation, {"may_ask_name": False}) == [("questions.0", "asks_name")]


@pytest.mark.promise("B03")
def test_line_cannot_ask_a_name_that_a_coming_version_forbids(line):
    publish(line.organisation)
    publish(line.organisation, {"may_ask_name": False}, valid_from=timezone.now() + dt.timedelta(days=9))
    assert codes(line.organisation, {"questions": [NAME]}, line=line) == [("questions.0", "asks_name")]


def test_line_does_only_otherwise_what_it_says(line):
    publish(line.organisation, {"block_hours": 12, "capacity": 2})
    publish(line.organisation, {"capacity": 3}, line=line)
    assert promises(line) == PolicyValues(block_hours=12, capacity=3)
    publish(line.organisation, {"block_hours": 4})
    assert promises(line) == PolicyValues(block_hours=4, capacity=3)


@pytest.mark.promise("O10")
def test_policy_of_another_organisation_does_not_count(line):
    publish(OrganisationFactory(), {"capacity": 9})
    assert promises(line) == PolicyValues()


@pytest.mark.promise("J01")
def test_agreement_counts_up_and_needs_words():
    organisation = OrganisationFactory()
    assert service.publish_agreement(organisation=organisation, text={"nl": " Ik zwijg. "}).text == {"nl": "Ik zwijg."}
    with pytest.raises(ValidationError):
        service.publish_agreement(organisation=organisation, text={"nl": "  "})
    with inside(organisation):
        assert [entry.number for entry in ConfidentialityAgreement.objects.all()] == [2, 1]


@pytest.mark.promise("J01", "M05")
def test_acceptance_is_kept_with_its_version_and_time():
    member = MembershipFactory(accepted=False)
    with time_machine.travel(dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC), tick=False):
        made = service.accept_agreement(organisation=member.organisation, staff=member.staff, number=1)
        assert (made.agreement.number, made.accepted_at) == (1, timezone.now())


@pytest.mark.promise("J01")
def test_acceptance_twice_is_one():
    member = MembershipFactory(accepted=False)
    twice = [
        service.accept_agreement(organisation=member.organisation, staff=member.staff, number=1) for _time in range(2)
    ]
    assert twice[0] == twice[1]


@pytest.mark.promise("J01")
def test_acceptance_of_an_older_version_is_refused():
    member = MembershipFactory(accepted=False)
    AgreementFactory(organisation=member.organisation)
    with pytest.raises(service.AgreementMoved):
        service.accept_agreement(organisation=member.organisation, staff=member.staff, number=1)
    with across_organisations():
        assert AgreementAcceptance.objects.count() == 0


@pytest.mark.promise("J01", "O10")
def test_acceptance_by_an_outsider_is_refused():
    outsider = MembershipFactory()
    with pytest.raises(service.NotAMember):
        service.accept_agreement(organisation=OrganisationFactory(), staff=outsider.staff, number=1)


def reason_of(line):
    with inside(line.organisation):
        return queries.opening_of(line).reason


@pytest.mark.promise("A06")
def test_line_closed_in_exceptional_circumstances_opens_again_when_lifted(line):
    open_always(line)
    states = [reason_of(line)]
    service.close_now(organisation=line.organisation, line=line, reason="Stroom weg")
    states.append(reason_of(line))
    assert service.reopen(organisation=line.organisation, line=line) == 1
    states.append(reason_of(line))
    assert states == [None, "exceptional", None]


@pytest.mark.promise("A06")
def test_closing_one_line_leaves_another_open(line):
    other = LineFactory(organisation=line.organisation)
    open_always(line)
    open_always(other)
    service.close_now(organisation=line.organisation, line=line, reason="Stroom weg")
    assert [reason_of(line), reason_of(other)] == ["exceptional", None]


@pytest.mark.promise("A06", "O10")
def test_closing_everything_closes_every_line_of_this_organisation_only(line):
    other, foreign = LineFactory(organisation=line.organisation), LineFactory()
    for one in (line, other, foreign):
        open_always(one)
    service.close_now(organisation=line.organisation, reason="Stroom weg")
    assert [reason_of(one) for one in (line, other, foreign)] == ["exceptional", "exceptional", None]


def test_closing_what_is_closed_changes_nothing(line):
    once = service.close_now(organisation=line.organisation, line=line, reason="Stroom weg")
    assert service.close_now(organisation=line.organisation, line=line, reason="Nog eens") == once
    with across_organisations():
        assert list(Closure.objects.values_list("reason", flat=True)) == ["Stroom weg"]


def test_closing_without_a_reason_is_refused(line):
    with pytest.raises(ValidationError):
        service.close_now(organisation=line.organisation, line=line, reason=" ")


@pytest.mark.promise("O10")
def test_closing_another_organisations_line_is_refused(line):
    with pytest.raises(ValidationError):
        service.close_now(organisation=OrganisationFactory(), line=line, reason="Stroom weg")


def test_reopening_lifts_no_other_kind_and_no_other_level(line):
    open_always(line)
    ClosureFactory(organisation=line.organisation, kind="planned")
    service.close_now(organisation=line.organisation, reason="Stroom weg")
    assert service.reopen(organisation=line.organisation, line=line) == 0
    assert service.reopen(organisation=line.organisation) == 1
    assert reason_of(line) == "planned"


def test_closing_and_reopening_in_one_instant_leaves_nothing(line):
    with time_machine.travel(dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC), tick=False):
        service.close_now(organisation=line.organisation, line=line, reason="Vergissing")
        assert service.reopen(organisation=line.organisation, line=line) == 1
    with across_organisations():
        assert Closure.objects.count() == 0


@pytest.mark.promise("A06")
def test_confirmed_holidays_close_from_midnight_to_midnight_once():
    organisation = OrganisationFactory()
    christmas = [Holiday(dt.date(2026, 12, 25), "Kerstmis")]
    (closure,) = service.add_holidays(organisation=organisation, days=christmas)
    assert service.add_holidays(organisation=organisation, days=christmas) == []
    assert (closure.starts_at, closure.ends_at, closure.reason, closure.line) == (
        dt.datetime(2026, 12, 24, 23, tzinfo=dt.UTC),
        dt.datetime(2026, 12, 25, 23, tzinfo=dt.UTC),
        "Kerstmis",
        None,
    )
