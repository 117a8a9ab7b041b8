"""Visitors read whether the promises are kept, where the organisation chose so; they read no ids and no counts of now (N04)."""

import pytest
from django.db import models
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from helplines.models import Organisation, Policy, Role
from helplines.tenancy import across_organisations
from privacy import promises, service
from privacy.models import PromiseCheck
from tests.factories.chat import staffed_line
from tests.factories.helplines import MembershipFactory
from tests.privacy.test_ledger import ADDRESS, break_one

pytestmark = [pytest.mark.django_db, pytest.mark.promise("N04")]


def shown(line, language="en"):
    names = {"organisation": line.organisation.slug, "line": line.slug}
    return Client().get(reverse("kept", kwargs=names), {"lang": language})


def choose(line, **values):
    with across_organisations():
        models.QuerySet(Organisation).filter(pk=line.organisation_id).update(**values)
    line.refresh_from_db()


@pytest.fixture
def line():
    made, _members = staffed_line()
    choose(made, shows_proof=True)
    return made


def test_page_is_there_only_where_the_organisation_chose_it(line):
    assert shown(line).status_code == 200
    choose(line, shows_proof=False)
    assert shown(line).status_code == 404


def test_page_tells_promise_and_proof(line):
    service.keep_evidence(line.organisation, timezone.now())
    text = shown(line).content.decode()
    assert "Your talk is gone 6 months after it ends." in text
    assert "Still there after its time: 0." in text
    assert 'data-state="open">kept' in text
    assert "Last checked on" in text


def test_page_tells_what_is_broken_without_naming_a_row_or_who_is_at_work(line):
    talk = break_one(line.organisation)
    service.keep_evidence(line.organisation, timezone.now())
    text = shown(line).content.decode()
    assert 'data-state="busy">broken' in text
    assert "Readable addresses in them: 1." in text
    hidden = (
        f"chat.Conversation:{talk.pk}",
        talk.code,
        ADDRESS,
        "People at work now",
        "Talks going on",
        "People with access",
    )
    assert [word for word in hidden if word in text] == []


def test_page_says_je_or_u(line):
    assert "wat we je beloven" in shown(line, "nl").content.decode()
    choose(line, form_of_address="formal")
    text = shown(line, "nl").content.decode()
    assert "wat we u beloven" in text
    assert "Uw gesprek is 6 maanden na het einde weg." in text


def test_opening_page_leads_there_only_where_the_page_is(line):
    names = {"organisation": line.organisation.slug, "line": line.slug}
    with across_organisations():
        rows = models.QuerySet(Policy).filter(organisation=line.organisation)
        rows.update(values={"disclaimer": {"nl": "Welkom.", "en": "Welcome."}})
    page = reverse("chat", kwargs=names)
    assert reverse("kept", kwargs=names) in Client().get(page, {"lang": "en"}).content.decode()
    choose(line, shows_proof=False)
    assert reverse("kept", kwargs=names) not in Client().get(page, {"lang": "en"}).content.decode()


# Of each promise the numbers that visitors and auditors may read: of faults, and of nothing that people did.
FAULTS = {
    "agreement": {"without", "early", "desks"}, "audit-log": {"faults"}, "block": {"longer", "left"},
    "capacity": {"most", "people"}, "deciders": {"offices", "lacking"}, "figures": {"months", "looked", "wrong"},
    "hours": {"outside"}, "limit": {"tried", "wrong"}, "no-address": {"readable"}, "registrations": {"oldest", "overdue"},
    "rejoin": {"later", "held"}, "retention": {"oldest", "swept_at", "overdue", "readable"}, "rights": {"late", "longest"},
    "sealed": {"readable"}, "second-step": {"people", "without", "open"}, "silence": set(), "soft-end": {"otherwise"},
    "texts": {"wrong"},
}  # fmt: skip


def test_every_number_of_a_proof_is_one_of_faults_or_a_count_that_is_kept_inside():
    """A new number must be thought about: exact, every night, of what people did, it would undo what reports hide (L2, L3)."""
    found = {one.key: set(promises.NAME.findall(str(one.proof))) - one.counts for one in promises.promises()}
    assert {key: names for key, names in found.items() if names != FAULTS.get(key)} == {}


@pytest.mark.promise("N04", "G06")
def test_exact_counts_of_what_people_did_are_for_who_answers_for_it(line):
    """Not for visitors, and not for an auditor: beside the reports they would tell what these hide."""
    service.keep_evidence(line.organisation, timezone.now())
    with across_organisations():
        for row in PromiseCheck.objects.filter(organisation=line.organisation):
            counts = promises._promises[row.promise].counts
            found = {**row.found, **{name: 7717 for name in row.found if name in counts}}
            models.QuerySet(PromiseCheck).filter(pk=row.pk).update(found=found)
    pages = [shown(line, language).content.decode() for language in ("nl", "en", "fr", "de")]
    address = reverse("ledger", args=[line.organisation.slug])
    for role in (Role.AUDITOR, Role.ADMINISTRATOR):
        client = Client()
        staff = MembershipFactory(organisation=line.organisation, role=role).staff
        client.force_login(staff, backend="allauth.account.auth_backends.AuthenticationBackend")
        pages.append(client.get(address).content.decode())
    assert ["7717" in page for page in pages] == [False] * 5 + [True]
    assert "Begun outside the hours: 0." in pages[1]
