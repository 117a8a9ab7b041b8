"""Who answers for the promises reads how each is proved, checks them now, and is told once a day when one is broken (N04)."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core import mail
from django.db import models
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone

from helplines.models import Letter, Role
from helplines.tenancy import across_organisations, inside
from privacy import service, tasks
from privacy.models import PromiseAlarm, PromiseCheck
from tests.factories.chat import ConversationFactory
from tests.factories.helplines import MembershipFactory, OrganisationFactory, open_always

pytestmark = [pytest.mark.django_db, pytest.mark.promise("N04")]
NOON = datetime(2026, 11, 18, 11, 0, tzinfo=UTC)
ADDRESS = "203.0.113.7"


@pytest.fixture(autouse=True)
def two_steps():
    with override_settings(DEMO=True):  # here nobody has a second step, which is another test's
        yield


def page_of(organisation, name="ledger"):
    return reverse(name, args=[organisation.slug])


def signed_in(member):
    client = Client(headers={"accept-language": "en"})
    client.force_login(member.staff)
    return client


def with_somebody_who_decides(organisation):
    """Without one, nobody can open an address when it must be, and that is a promise too."""
    MembershipFactory(organisation=organisation, role=Role.ADMINISTRATOR)
    return organisation


def break_one(organisation=None):
    """Somebody's address is stored in a talk."""
    talk = ConversationFactory(**({"line__organisation": organisation} if organisation else {}))
    with_somebody_who_decides(talk.organisation)
    open_always(talk.line)
    with across_organisations():
        models.QuerySet(type(talk)).filter(pk=talk.pk).update(visitor_socket=ADDRESS)
    return talk


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.DPO, Role.AUDITOR])
def test_ledger_tells_promise_proof_and_requirements_with_what_is_broken_on_top(role):
    talk = break_one()
    client = signed_in(MembershipFactory(organisation=talk.organisation, role=role))
    before = client.get(page_of(talk.organisation)).content.decode()
    assert "Nothing was checked yet." in before
    assert client.post(page_of(talk.organisation)).status_code == 302
    text = client.get(page_of(talk.organisation)).content.decode()
    assert "Promises that are not kept: 1." in text
    assert text.index("cannot see the address of your computer") < text.index("is gone 6 months after it ends")
    assert f"chat.Conversation:{talk.pk}" in text
    assert "D01, D02, A08" in text
    assert 'data-state="busy">broken' in text
    assert 'data-state="open">kept' in text
    assert "Readable addresses in them: 1." in text
    assert ADDRESS not in text


@pytest.mark.parametrize("role", [Role.COUNSELLOR, Role.MENTOR, Role.MANAGER])
def test_ledger_is_not_for_everybody(role):
    member = MembershipFactory(role=role)
    assert signed_in(member).get(page_of(member.organisation)).status_code == 404
    assert signed_in(member).post(page_of(member.organisation)).status_code == 404
    with inside(member.organisation):
        assert not PromiseCheck.objects.exists()


def test_ledger_shows_nothing_of_another_organisation():
    talk, mine = break_one(), MembershipFactory(role=Role.ADMINISTRATOR)
    service.keep_evidence(talk.organisation, NOON)
    text = signed_in(mine).get(page_of(mine.organisation)).content.decode()
    assert f"chat.Conversation:{talk.pk}" not in text
    assert "Nothing was checked yet." in text


def test_promises_page_leads_to_the_ledger_for_who_answers_for_it():
    member = MembershipFactory(role=Role.DPO)
    assert (
        page_of(member.organisation) in signed_in(member).get(page_of(member.organisation, "promises")).content.decode()
    )


def test_broken_promise_is_mailed_once_a_day_without_anything_about_anybody(done):
    talk = break_one(OrganisationFactory(privacy_email="dpo@example.org", languages=["en"]))
    organisation = talk.organisation
    with time_machine.travel(timezone.now() + timedelta(minutes=1), tick=False) as clock:
        for _again in range(2):
            with done():
                tasks.check_promises(organisation.pk)
        assert [letter.to for letter in mail.outbox] == [["dpo@example.org"]]
        letter = mail.outbox[0]
        assert letter.subject == f"A promise of {organisation.name} is not kept"
        assert f"chat.Conversation:{talk.pk}" in letter.body
        assert page_of(organisation) in letter.body
        assert ADDRESS not in letter.body
        assert "Robin" not in letter.body
        clock.shift(timedelta(days=1))
        with done():
            tasks.check_promises(organisation.pk)
    assert len(mail.outbox) == 2


def test_nobody_is_mailed_while_every_promise_is_kept(done):
    organisation = with_somebody_who_decides(OrganisationFactory())
    with done():
        tasks.check_promises(organisation.pk)
    assert mail.outbox == []
    with inside(organisation):
        assert not PromiseAlarm.objects.exists()


def test_letter_that_cannot_be_sent_waits_to_be_sent(monkeypatch, done):
    talk = break_one()
    service.keep_evidence(talk.organisation, timezone.now())

    def fails(*_args, **_kwargs):
        raise OSError("no mail server")

    monkeypatch.setattr("helplines.carriers.hand_over", fails)
    with done():
        assert service.tell_of_broken(talk.organisation, timezone.now()) is True
    with inside(talk.organisation):
        letter = Letter.objects.get()
    assert (letter.state, letter.trouble, mail.outbox) == ("waiting", "OSError", [])


def test_letter_about_what_was_mended_meanwhile_does_not_leave():
    organisation = OrganisationFactory()
    assert service.broken_letter(organisation, {}) is None


def test_figures_count_broken_promises_and_forget_them_when_mended():
    talk = break_one()
    service.keep_evidence(talk.organisation, timezone.now())
    assert "toeverlaat_promises_broken 1.0" in Client().get("/metrics").content.decode()
    with across_organisations():
        models.QuerySet(type(talk)).filter(pk=talk.pk).update(visitor_socket="")
    service.keep_evidence(talk.organisation, timezone.now())
    assert "toeverlaat_promises_broken 0.0" in Client().get("/metrics").content.decode()
