"""Visitors read whether the promises are kept, where the organisation chose so; they read no ids and no counts of now (N04)."""

import pytest
from django.db import models
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from helplines.models import Organisation, Policy
from helplines.tenancy import across_organisations
from privacy import service
from tests.factories.chat import staffed_line
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
