"""One talk is erased before its time, by who answers for it: at once, for good, told in the log, and nothing beside it (C13)."""

import time
from uuid import uuid4

import pytest
from django.apps import apps
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone

from chat import erasing, notes, writer
from chat.models import Conversation, new_code
from chat.states import Party
from chat.wire import RefusedError
from helplines import second_factor
from helplines.models import Role
from helplines.tenancy import across_organisations, inside
from privacy import keys, registry
from privacy.audit import AuditUnavailable
from tests.chat.talks import now_in
from tests.chat.test_retention import ended
from tests.factories.chat import (
    ActiveConversationFactory,
    ConversationFactory,
    contents_of,
    say,
    staffed_line,
    texts_in,
)
from tests.factories.helplines import MembershipFactory
from tests.logged import logged, take_the_pen

pytestmark = pytest.mark.django_db(transaction=True)
NOBODY = "Er is hier geen gesprek met deze code"


@pytest.fixture
def house():
    """(a line, its counsellor, the data protection officer, a client who is signed in as the latter)"""
    line, [member] = staffed_line(capacity=8)
    officer, client = MembershipFactory(organisation=line.organisation, role=Role.DPO), Client()
    client.force_login(officer.staff)
    return line, member, officer, client


def page(line) -> str:
    return reverse("erase_talk", kwargs={"organisation": line.organisation.slug})


def post(client, line, code, **more):
    return client.post(page(line), {"code": code, "why": "asked-by-visitor", **more})


def beside() -> dict[str, int]:
    """How many rows there are in every table that goes with a talk, as the tables say themselves."""
    names = [one.model for one in registry.holdings() if one.eraser == "talks"]
    with across_organisations():
        return {name: apps.get_model(name).objects.count() for name in names}


@pytest.mark.promise("F01")
def test_talk_is_looked_up_asked_about_and_then_gone_with_all_beside_it(house):
    line, member, officer, client = house
    before = beside()
    talk = ended(line, member, timezone.now())
    made = {name for name, count in beside().items() if count > before[name]}
    assert made >= {
        "chat.Conversation",
        "chat.Message",
        "chat.Note",
        "chat.Advice",
        "chat.AdviceAnswer",
        "chat.Handover",
    }
    asked = post(client, line, talk.code)
    assert (asked.status_code, talk.code in asked.content.decode(), now_in(talk).code) == (200, True, talk.code)
    assert post(client, line, talk.code, sure="yes").status_code == 302
    assert beside() == before
    with pytest.raises(keys.KeyGoneError):
        keys.conversation_key(line.organisation_id, talk.code)
    [entry] = logged(line.organisation, "erased")
    assert (entry.what, entry.why, entry.who, entry.role) == (talk.code, "asked-by-visitor", officer.staff_id, "dpo")


@pytest.mark.parametrize("factory", [ActiveConversationFactory, ConversationFactory])
def test_talk_that_goes_on_ends_first_and_takes_nothing_more(house, factory):
    line, member, _officer, client = house
    given = {"counsellor": member} if factory is ActiveConversationFactory else {}
    talk, other = factory(line=line, **given), ActiveConversationFactory(line=line, counsellor=member)
    say(other, Party.VISITOR, "Van een ander")
    held = contents_of(talk)
    assert "Dit gesprek loopt nog" in post(client, line, talk.code).content.decode()
    post(client, line, talk.code, sure="yes")
    [outcome] = writer.store([writer.Saying(talk.pk, held, 0, None, uuid4(), "Nog iets")])
    assert isinstance(outcome, RefusedError)
    with pytest.raises(RefusedError, match="not_here"):
        notes.write(conversation=talk, membership=member, text="x", version=0, socket="s", now=timezone.now())
    with across_organisations():
        assert list(Conversation.objects.values_list("code", flat=True)) == [other.code]
    assert texts_in(other) == [(1, "visitor", "Van een ander")]


@pytest.mark.promise("O10")
def test_code_of_elsewhere_is_answered_like_one_that_is_nowhere(house):
    line, _member, _officer, client = house
    theirs = ActiveConversationFactory()
    for sure in ({}, {"sure": "yes"}):
        answers = [post(client, line, code, **sure).content.decode() for code in (theirs.code, new_code())]
        assert [NOBODY in answer for answer in answers] == [True, True]
    assert contents_of(now_in(theirs)).nickname(theirs) == "Robin"
    assert logged(line.organisation, "erased") == logged(theirs.organisation, "erased") == []


def test_two_who_erase_at_once_do_it_once(house):
    line, member, officer, _client = house
    talk = ActiveConversationFactory(line=line, counsellor=member)
    given = {"conversation": talk, "membership": officer, "why": "by-order", "now": timezone.now()}
    assert [erasing.erase(**given) for _twice in range(2)] == [True, False]
    assert len(logged(line.organisation, "erased")) == 1


def test_nothing_is_erased_that_the_log_cannot_tell(house, monkeypatch):
    line, member, officer, _client = house
    talk = ActiveConversationFactory(line=line, counsellor=member)
    take_the_pen(monkeypatch)
    with pytest.raises(AuditUnavailable):
        erasing.erase(conversation=talk, membership=officer, why="by-order", now=timezone.now())
    assert (now_in(talk).state, bool(contents_of(talk).key)) == ("active", True)


@pytest.mark.parametrize("given", [{"why": ""}, {"why": "because"}, {"code": ""}])
def test_form_without_a_reason_or_a_code_erases_nothing(house, given):
    line, member, _officer, client = house
    talk = ActiveConversationFactory(line=line, counsellor=member)
    answer = client.post(page(line), {"code": talk.code, "why": "by-order", "sure": "yes", **given})
    assert (answer.status_code, now_in(talk).code) == (200, talk.code)
    assert 'role="alert"' in answer.content.decode()


@pytest.mark.parametrize(("role", "status"), [(Role.ADMINISTRATOR, 302), (Role.MANAGER, 404), (Role.AUDITOR, 404)])
def test_only_who_answers_for_it_erases(house, role, status):
    line, member, _officer, _client = house
    talk, other = ActiveConversationFactory(line=line, counsellor=member), Client()
    other.force_login(MembershipFactory(organisation=line.organisation, role=role).staff)
    assert post(other, line, talk.code, sure="yes").status_code == status
    with inside(line.organisation):
        assert Conversation.objects.exists() == (status == 404)


def test_form_of_another_site_and_an_old_second_step_erase_nothing(house):
    line, member, officer, client = house
    talk, strict = ActiveConversationFactory(line=line, counsellor=member), Client(enforce_csrf_checks=True)
    strict.force_login(officer.staff)
    assert post(strict, line, talk.code, sure="yes").status_code == 403
    session = client.session
    session[second_factor.HELD], session[second_factor.SHOWN_AT] = "app", time.time() - 3600
    session.save()
    with override_settings(SECOND_FACTOR_REQUIRED=False):
        assert post(client, line, talk.code, sure="yes").status_code == 302
    assert now_in(talk).code == talk.code
