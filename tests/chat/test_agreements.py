"""The privacy statement of a line: who answers, what is promised, every version; and looking again in time (N03-N08)."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import models
from django.test import Client
from django.urls import reverse
from django.utils import translation

from helplines import reminders, reviews
from helplines.models import Organisation, Role
from helplines.tenancy import across_organisations, inside
from tests.factories.helplines import LineFactory, MembershipFactory, OrganisationFactory, PolicyFactory
from tests.logged import logged, take_the_pen

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def line():
    """Three versions: of the organisation, of the line, and one that is to come."""
    organisation = OrganisationFactory(
        legal_name="Voorbeeldhulp vzw",
        register_number="0123.456.789",
        address="Voorbeeldstraat 1\n1000 Voorbeeld",
        provider="Voorbeeldbeheer nv",
        privacy_email="privacy@example.org",
        dpo_email="dpo@example.org",
    )
    made = LineFactory(organisation=organisation)
    text = {"disclaimer": {"nl": "We bewaren je gesprek {{ retention }}.", "en": "We keep it {{ retention }}."}}
    given = [
        (None, {"retention_months": 12, "contact_limit": 4, **text}, NOON - 90 * DAY),
        (made, {"retention_months": 6}, NOON - 30 * DAY),
        (None, {"retention_months": 3, "contact_limit": 4, **text}, NOON + 10 * DAY),
    ]
    with across_organisations():
        for number, (of, values, at) in enumerate(given, 1):
            PolicyFactory(organisation=organisation, line=of, number=number, values=values, valid_from=at)
    # Somebody else's version is in the room.
    PolicyFactory(values={"retention_months": 99})
    with time_machine.travel(NOON, tick=False):
        yield made


def shown(line, **asked):
    names = {"organisation": line.organisation.slug, "line": line.slug}
    return Client().get(reverse("agreements", kwargs=names), {"lang": "en", **asked})


def text_of(line, **asked):
    return " ".join(shown(line, **asked).content.decode().split())


@pytest.mark.promise("N03", "N06", "N07", "N08")
def test_statement_names_who_answers_who_watches_and_who_runs_the_computers(line):
    text = text_of(line)
    for word in ("Voorbeeldhulp vzw", "Voorbeeldstraat 1<br>1000 Voorbeeld", "Register number: 0123.456.789"):
        assert word in text
    assert "Voorbeeldbeheer nv looks after the computers." in text
    assert '<dt>Who watches over privacy here</dt><dd><a href="mailto:dpo@example.org">' in text
    assert "Would you like to know more?" in text
    assert '<dt>Your privacy</dt><dd><a href="mailto:privacy@example.org">' in text


@pytest.mark.promise("N03", "N08")
def test_what_an_organisation_does_not_have_is_not_spoken_of(line):
    with across_organisations():
        models.QuerySet(Organisation).filter(pk=line.organisation_id).update(
            dpo_email="", provider="", register_number=""
        )
    text = text_of(line)
    assert ("watches over privacy" in text, "the computers" in text, "Register" in text) == (False, False, False)


@pytest.mark.promise("A09", "N04")
def test_what_counts_now_is_said_with_the_values_of_the_line(line):
    text = text_of(line)
    assert "<li>Your talk is gone 6 months after it ends.</li>" in text
    assert "<li>You can have at most 4 talks in 24 hours; a talk that nobody answers does not count.</li>" in text
    assert "We keep it 6 months." in text.replace("\xa0", " ")
    assert "only the administrator can open it" in text
    assert "Version 2, from 19 October 2026" in text
    assert "older version" not in text


@pytest.mark.promise("N04")
@pytest.mark.parametrize(
    ("version", "months", "notice"),
    [
        ("1", 12, "This is an older version. It counted until 19 October 2026."),
        ("2", 6, ""),
        ("3", 6, "This version counts from 28 November 2026."),
    ],
)
def test_every_version_can_be_read_with_what_counted_then(line, version, months, notice):
    text = text_of(line, version=version)
    assert f"<li>Your talk is gone {months} months after it ends.</li>" in text
    assert notice in text
    assert ("To what counts now" in text) == bool(notice)
    assert text.count('aria-current="page"') == 1
    assert [f"Version {number}, from" in text for number in (1, 2, 3, 4)] == [True, True, True, False]


@pytest.mark.parametrize("version", ["0", "4", "-1", "01", "x", "1' OR 1=1", ""])
def test_version_that_there_never_was_is_not_found(line, version):
    assert shown(line, version=version).status_code == 404


def test_line_without_any_version_says_how_the_program_starts():
    text = text_of(LineFactory())
    assert "<li>Your talk is gone 6 months after it ends.</li>" in text
    assert "Version 1" not in text


@pytest.mark.promise("A09")
def test_page_before_the_chat_leads_to_the_statement(line):
    names = {"organisation": line.organisation.slug, "line": line.slug}
    page = Client().get(reverse("chat", kwargs=names), {"lang": "en"}).content.decode()
    assert f'href="{reverse("agreements", kwargs=names)}?lang=en"' in page


@pytest.mark.promise("N04")
def test_statement_asks_to_look_again_and_says_when_the_organisation_did(line):
    text = text_of(line)
    assert "Look here from time to time." in text
    assert "at least every 6 months" in text


def waiting(organisation):
    with inside(organisation), translation.override("en"):
        return [one.title for one in reminders.of([organisation]) if "promises" in one.title]


@pytest.mark.promise("N05")
@pytest.mark.parametrize(
    ("months", "at", "due"),
    [
        (3, "2026-05-28T08:59:59", False),
        (3, "2026-05-28T09:00:00", True),
        (6, "2026-08-28T08:59:59", False),
        (6, "2026-08-28T09:00:00", True),
    ],
)
def test_reminder_comes_so_many_months_after_somebody_last_looked(months, at, due):
    organisation = OrganisationFactory(review_months=months)
    with time_machine.travel("2026-02-28T11:00:00+01:00", tick=False):  # the same hour on the clock of Brussels
        PolicyFactory(organisation=organisation)
    moment = datetime.fromisoformat(at).replace(tzinfo=UTC)
    looked = moment - timedelta(days=1) if due else None
    with time_machine.travel(moment, tick=False):
        assert (waiting(organisation) != []) == due
        if looked:
            with across_organisations():
                models.QuerySet(Organisation).filter(pk=organisation.pk).update(reviewed_at=looked)
            organisation.refresh_from_db()
            assert waiting(organisation) == []


@pytest.mark.promise("N05")
def test_organisation_without_a_version_has_nothing_to_look_at():
    organisation = OrganisationFactory()
    with time_machine.travel(NOON + 4000 * DAY, tick=False):
        assert waiting(organisation) == []


@pytest.mark.parametrize(("months", "fine"), [(2, False), (3, True), (6, True), (7, False)])
def test_reminder_comes_every_three_to_six_months_and_no_other(months, fine):
    organisation = OrganisationFactory.build(review_months=months)
    found = []
    try:
        organisation.clean_fields()
    except ValidationError as fault:
        found = list(fault.message_dict)
    assert ("review_months" not in found) == fine


def signed_in(role, organisation):
    client = Client(headers={"accept-language": "en"})
    member = MembershipFactory(organisation=organisation, role=role)
    client.force_login(member.staff, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client, member


@pytest.mark.promise("N05")
@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.DPO])
def test_who_answers_for_it_says_that_they_looked_and_the_log_tells(line, role):
    organisation = line.organisation
    with time_machine.travel(NOON + 300 * DAY, tick=False):
        client, member = signed_in(role, organisation)
        page = reverse("promises", args=[organisation.slug])
        assert "It is time to look at your promises again" in client.get(page).content.decode()
        assert client.post(page, {"looked": "yes"}).status_code == 302
        assert "It is time to look" not in client.get(page).content.decode()
        organisation.refresh_from_db()
        assert organisation.reviewed_at == NOON + 300 * DAY
    [entry] = logged(organisation, "policy-reviewed")
    assert (entry.who, entry.what.partition(":")[0]) == (member.staff_id, "policy")


@pytest.mark.promise("N05")
@pytest.mark.parametrize("role", [Role.COUNSELLOR, Role.MANAGER, Role.AUDITOR])
def test_nobody_else_says_that_they_looked(line, role):
    client, _member = signed_in(role, line.organisation)
    page = reverse("promises", args=[line.organisation.slug])
    assert 'name="looked"' not in client.get(page).content.decode()
    assert client.post(page, {"looked": "yes"}).status_code == 404
    line.organisation.refresh_from_db()
    assert line.organisation.reviewed_at is None


def test_nothing_is_noted_that_the_log_cannot_tell(line, monkeypatch):
    client, _member = signed_in(Role.DPO, line.organisation)
    take_the_pen(monkeypatch)
    assert client.post(reverse("promises", args=[line.organisation.slug]), {"looked": "yes"}).status_code == 503
    line.organisation.refresh_from_db()
    assert line.organisation.reviewed_at is None


def test_editions_of_another_line_do_not_count(line):
    other = LineFactory(organisation=line.organisation)
    PolicyFactory(organisation=line.organisation, line=other, number=9, values={}, valid_from=NOON - 5 * DAY)
    with inside(line.organisation):
        assert [one.number for one in reviews.editions(line)] == [1, 2, 3]
        assert len(reviews.editions(other)) == 3
