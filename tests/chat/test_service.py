"""How a talk ends, what the sweep ends, and who is there."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from chat import picture, presence, service
from chat.models import Presence
from chat.states import Party, Why
from helplines.tenancy import across_organisations, inside
from privacy.models import ConversationKey
from tests.chat.talks import now_in, why
from tests.factories.chat import (
    ActiveConversationFactory,
    ConversationFactory,
    PresenceFactory,
    staffed_line,
)
from tests.factories.helplines import LineFactory, MembershipFactory

pytestmark = pytest.mark.django_db


# Ending
@pytest.mark.parametrize("reason", ["finished", "referred", "no_answer", "misuse"])
def test_the_owner_closes(reason):
    talk = ActiveConversationFactory()
    service.close(conversation=talk, membership=talk.counsellor, why=reason, now=timezone.now())
    row = now_in(talk)
    assert (row.state, row.ended_by, row.end_reason) == ("closed", Party.COUNSELLOR, reason)


def test_a_colleague_does_not_close():
    talk = ActiveConversationFactory()
    colleague = MembershipFactory(organisation=talk.organisation)
    assert why(service.close, conversation=talk, membership=colleague, why="finished", now=timezone.now()) == "not_here"
    assert now_in(talk).state == "active"


def test_a_second_close_changes_nothing():
    talk = ActiveConversationFactory()
    first = timezone.now()
    service.close(conversation=talk, membership=talk.counsellor, why="finished", now=first)
    later = first + timedelta(hours=1)
    assert why(service.close, conversation=talk, membership=talk.counsellor, why="misuse", now=later) == "closed"
    assert (now_in(talk).ended_at, now_in(talk).end_reason) == (first, "finished")


def test_a_reason_that_is_none_is_malformed():
    talk = ActiveConversationFactory()
    assert (
        why(service.close, conversation=talk, membership=talk.counsellor, why="left", now=timezone.now()) == "malformed"
    )


@pytest.mark.parametrize(
    ("factory", "state"), [(ActiveConversationFactory, "closed"), (ConversationFactory, "abandoned")]
)
def test_the_visitor_leaves(factory, state):
    talk = factory()
    service.leave(conversation=talk, now=timezone.now())
    row = now_in(talk)
    assert (row.state, row.ended_by, row.end_reason) == (state, Party.VISITOR, Why.LEFT)
    service.leave(conversation=talk, now=timezone.now() + timedelta(hours=1))
    assert now_in(talk).ended_at == row.ended_at


@pytest.mark.django_db(transaction=True)
def test_closing_sets_the_day_on_which_the_key_goes():
    line, [member] = staffed_line(retention_months=6)
    with time_machine.travel("2026-08-31T20:00:00Z", tick=False):
        talk = ActiveConversationFactory(line=line, counsellor=member)
        service.close(conversation=talk, membership=member, why="finished", now=timezone.now())
    with across_organisations():
        expires = ConversationKey.objects.get(conversation=talk.code).expires_at
    # 22:00 in Brussels in summer is 22:00 in Brussels in winter, on the last day of February.
    assert expires.isoformat() == "2027-02-28T21:00:00+00:00"


# Sweeping
@pytest.mark.promise("C02")
def test_the_sweep_ends_what_nobody_came_back_to_and_nothing_else():
    there, gone = ActiveConversationFactory(), ActiveConversationFactory(rejoin_until=timezone.now())
    for _twice in range(2):
        service.abandon_gone(organisation_id=gone.organisation_id, now=timezone.now())
        service.abandon_gone(organisation_id=there.organisation_id, now=timezone.now())
    assert (now_in(there).state, now_in(gone).state) == ("active", "abandoned")


def test_the_sweep_stays_in_its_organisation():
    gone, elsewhere = ActiveConversationFactory(rejoin_until=timezone.now()), ActiveConversationFactory()
    assert service.abandon_gone(organisation_id=elsewhere.organisation_id, now=timezone.now()) == 0
    assert now_in(gone).state == "active"


def test_closing_time_empties_the_waiting_and_lets_talks_go_on():
    line, [member] = staffed_line()
    shut = LineFactory(organisation=line.organisation)
    waiting, still = ConversationFactory(line=shut), ConversationFactory(line=line)
    running = ActiveConversationFactory(line=shut, counsellor=member)
    assert service.refuse_after_closing(organisation_id=line.organisation_id, now=timezone.now()) == 1
    assert [now_in(talk).state for talk in (waiting, still, running)] == ["refused", "waiting", "active"]


# Who is there
def test_a_beat_keeps_the_promise_running():
    talk = ActiveConversationFactory()
    later = timezone.now() + timedelta(minutes=4)
    presence.beat(
        organisation_id=talk.organisation_id,
        memberships={talk.counsellor_id},
        visitors={5: {talk.pk}},
        now=later,
    )
    row = now_in(talk)
    assert (row.visitor_seen_at, row.rejoin_until) == (later, later + timedelta(minutes=5))


def test_who_was_gone_for_a_while_says_anew_that_they_are_there():
    fresh, stale = PresenceFactory(), PresenceFactory(seen_at=timezone.now() - timedelta(minutes=1))
    for row in (fresh, stale):
        presence.arrive(membership=row.membership, now=timezone.now())
    with across_organisations():
        assert [Presence.objects.get(pk=row.pk).state for row in (fresh, stale)] == ["present", "away"]


@pytest.mark.promise("D01")
def test_no_frame_of_a_desk_says_where_the_visitor_is():
    line, [member] = staffed_line()
    ActiveConversationFactory(line=line, counsellor=member)
    with inside(line.organisation):
        frame = picture.desk_frame(member, picture.board(line.organisation_id, timezone.now()), timezone.now())
    assert set(frame["talks"][0]) == {
        "code", "line", "line_name", "state", "nickname", "answers", "language", "since", "claimed", "last_seq", "seen_seq",
        "waited_from", "visitor_seen_seq", "present", "soft_minutes", "contact", "readers",
    }  # fmt: skip
