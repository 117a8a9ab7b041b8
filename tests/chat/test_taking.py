"""A visitor who waits goes to exactly one counsellor."""

from datetime import timedelta
from functools import partial

import pytest
from django.db import transaction
from django.utils import timezone

from chat import presence, service
from chat.models import Conversation
from helplines.tenancy import across_organisations, inside
from tests.chat.talks import now_in, take, told_of, why
from tests.factories.chat import (
    ActiveConversationFactory,
    ConversationFactory,
    staffed_line,
    texts_in,
)
from tests.factories.helplines import AssignmentFactory, LineFactory
from tests.threads import at_once

pytestmark = pytest.mark.django_db


@pytest.mark.promise("A10")
def test_take_gives_who_waits_longest():
    line, [member] = staffed_line(capacity=2)
    later = ConversationFactory(line=line)
    earlier = ConversationFactory(line=line, waiting_since=timezone.now() - timedelta(minutes=2))
    assert [take(member).pk, take(member).pk] == [earlier.pk, later.pk]


def test_take_tells_the_visitor_who_came():
    line, [member] = staffed_line()
    with across_organisations():
        member.public_name = "Sam"
        member.save()
    talk = ConversationFactory(line=line)
    take(member)
    row = now_in(talk)
    assert (row.state, row.counsellor_id, row.last_seq) == ("active", member.pk, 1)
    assert texts_in(talk) == [(1, "system", "joined")]


def test_take_passes_over_a_visitor_whose_line_dropped():
    line, [member] = staffed_line()
    ConversationFactory(line=line, visitor_connected=False, waiting_since=timezone.now() - timedelta(minutes=3))
    there = ConversationFactory(line=line)
    assert take(member).pk == there.pk


def test_take_stays_within_the_own_lines():
    line, [member] = staffed_line()
    other = LineFactory(organisation=line.organisation)
    ConversationFactory(line=other)
    AssignmentFactory(membership=member, line=line)
    assert why(take, member) == "nobody_waiting"
    assert why(take, member, other.slug) == "nobody_waiting"


@pytest.mark.promise("O10")
def test_take_never_reaches_another_organisation():
    _line, [member] = staffed_line()
    foreign, _theirs = staffed_line()
    ConversationFactory(line=foreign)
    assert why(take, member) == "nobody_waiting"
    assert why(take, member, foreign.slug) == "nobody_waiting"


def test_take_needs_room_and_presence():
    line, [member] = staffed_line(capacity=1)
    ConversationFactory(line=line)
    ActiveConversationFactory(line=line, counsellor=member)
    assert why(take, member) == "no_room"
    presence.set_presence(membership=member, state="pause", now=timezone.now())
    assert why(take, member) == "not_present"


def claim(talk, member):
    with inside(member.organisation_id), transaction.atomic():
        return service.claim(conversation=talk, membership=member, now=timezone.now())


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("rounds", "attempt"), [(100, claim), (10, lambda _talk, member: told_of(take, member))])
def test_of_fifty_who_want_the_same_visitor_one_wins(rounds, attempt):
    """K1: the claim itself a hundred times, and all that leads to it ten times."""
    line, members = staffed_line(counsellors=50)
    for _round in range(rounds):
        talk = ConversationFactory(line=line)
        outcomes = at_once(partial(attempt, talk), members, threads=4)
        assert outcomes.count(True) == 1
        assert set(outcomes) <= {True, False, "taken", "nobody_waiting"}
        row = now_in(talk)
        service.close(conversation=row, membership=row.counsellor, why="finished", now=timezone.now())


@pytest.mark.django_db(transaction=True)
def test_two_tabs_of_one_counsellor_never_pass_the_capacity():
    line, [member] = staffed_line(capacity=2)
    for _visitor in range(6):
        ConversationFactory(line=line)
    outcomes = at_once(lambda _number: told_of(take, member), range(6))
    assert outcomes.count(True) == 2
    with inside(line.organisation):
        assert Conversation.objects.active_of(member).count() == 2


def test_take_looks_anew_where_others_were_faster(monkeypatch):
    """Somebody came to wait while those of the first look were taken by colleagues."""
    line, [member, faster] = staffed_line(counsellors=2, capacity=2)
    ConversationFactory(line=line)
    came, ordinary = [], service.take

    def overtaken(*, membership, **values):
        if membership == member and not came:
            ordinary(membership=faster, **values)
            came.append(ConversationFactory(line=line))
        return ordinary(membership=membership, **values)

    monkeypatch.setattr(service, "take", overtaken)
    assert take(member).pk == came[0].pk
