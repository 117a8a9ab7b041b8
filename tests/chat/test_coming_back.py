"""Taking up a talk again: by the secret of the tab, in time, and never by anything else."""

import pytest
import time_machine
from django.utils import timezone

from chat import service
from chat.states import Why
from privacy import keys
from tests.chat.talks import SECRET, now_in, resume, why
from tests.factories.chat import (
    ActiveConversationFactory,
)
from tests.factories.helplines import LineFactory

pytestmark = pytest.mark.django_db


@pytest.mark.promise("C02")
@pytest.mark.parametrize(("away", "outcome"), [(299, "active"), (300, "late"), (301, "late")])
def test_a_talk_is_taken_up_within_five_minutes_and_not_after(away, outcome):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        talk = ActiveConversationFactory()
        service.drop(conversation=talk, socket="socket", now=timezone.now())
        clock.shift(away)
        if outcome == "late":
            assert why(resume, talk) == "late"
            assert (now_in(talk).state, now_in(talk).end_reason) == ("abandoned", Why.NOT_BACK)
            assert why(resume, talk) == "late"
        else:
            held = resume(talk)
            assert (held.conversation.state, held.conversation.counsellor_id) == (outcome, talk.counsellor_id)


@pytest.mark.promise("C02")
def test_the_code_and_the_nickname_open_nothing():
    talk = ActiveConversationFactory()
    assert [why(resume, talk, secret) for secret in ("", "Robin", talk.code)] == ["unknown"] * 3
    assert now_in(talk).visitor_socket == "socket"


def test_another_line_does_not_open_the_talk():
    talk, elsewhere = ActiveConversationFactory(), LineFactory()
    args = {"code": talk.code, "secret": SECRET, "socket": "s", "now": timezone.now()}
    assert why(service.resume, line=elsewhere, **args) == "unknown"


def test_secrets_are_stored_only_as_keyed_hashes():
    talk = ActiveConversationFactory()
    held = resume(talk)
    row = now_in(talk)
    assert not {SECRET, held.secret} & {row.secret, row.next_secret, *row.spent_secrets}
    assert len(held.secret) >= 43


def test_a_lost_new_secret_costs_nothing():
    talk = ActiveConversationFactory()
    resume(talk)
    assert resume(talk, socket="third").conversation.pk == talk.pk


def test_the_new_secret_works_also_without_keep_and_spends_the_old():
    talk = ActiveConversationFactory()
    fresh = resume(talk).secret
    assert resume(talk, fresh).conversation.pk == talk.pk
    assert why(resume, talk, SECRET) == "reused"


def test_a_kept_secret_spends_the_old_one_and_a_copy_ends_them_all():
    talk = ActiveConversationFactory()
    held = resume(talk)
    service.keep(conversation=held.conversation, socket="again")
    assert why(resume, talk, SECRET) == "reused"
    assert why(resume, talk, held.secret) == "unknown"
    assert now_in(talk).state == "active"


def test_keep_by_a_socket_that_was_replaced_does_nothing():
    talk = ActiveConversationFactory()
    held = resume(talk)
    service.keep(conversation=held.conversation, socket="socket")
    assert now_in(talk).next_secret != ""


def test_a_replaced_socket_that_drops_does_not_drop_the_talk():
    talk = ActiveConversationFactory()
    resume(talk)
    service.drop(conversation=talk, socket="socket", now=timezone.now())
    assert now_in(talk).visitor_connected is True


def test_a_talk_without_its_key_cannot_be_resumed():
    talk = ActiveConversationFactory()
    keys.destroy(talk.organisation_id, [talk.code])
    assert why(resume, talk) == "ended"
