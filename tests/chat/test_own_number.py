"""Somebody may have fewer talks at once than the promises let everybody have; whoever counts room, counts that."""

from datetime import timedelta

import pytest
from django.utils import timezone

from chat import handovers, picture, places, queries, team
from chat.models import Conversation
from helplines.models import Membership, at_once
from helplines.tenancy import across_organisations, inside
from tests.chat.talks import start, take, told_of, why
from tests.factories.chat import (
    ActiveConversationFactory,
    ConversationFactory,
    PresenceFactory,
    staffed_line,
)
from tests.factories.helplines import MembershipFactory
from tests.threads import at_once as together

pytestmark = pytest.mark.django_db(databases=["default", "keys"])


def give(member, number):
    """As another process would: the desk that is open keeps what it read before."""
    with across_organisations():
        Membership.objects.filter(pk=member.pk).update(talks_at_once=number)


def room(line):
    with inside(line.organisation):
        return queries.staffing(line.organisation_id, timezone.now()).room(line, 3)


@pytest.mark.parametrize(("own", "most"), [(None, 3), (1, 1), (3, 3), (9, 3)])
def test_own_number_never_passes_the_promise(own, most):
    assert at_once(own, 3) == most
    line, [member] = staffed_line(capacity=3)
    give(member, own)
    for _visitor in range(4):
        ConversationFactory(line=line)
    assert room(line) == most
    assert [told_of(take, member) == "no_room" for _turn in range(4)] == [turn >= most for turn in range(4)]


@pytest.mark.promise("A04", "A05")
def test_line_is_busy_when_everybody_has_their_own_number():
    line, [member, colleague] = staffed_line(counsellors=2, capacity=3)
    give(member, 1)
    give(colleague, 2)
    assert [told_of(start, line) is True for _visitor in range(4)] == [True, True, True, False]
    assert why(start, line) == "line_busy"


def test_colleagues_and_the_coordinator_see_the_room_there_is():
    line, [member, colleague] = staffed_line(counsellors=2, capacity=3)
    give(member, 2)
    ActiveConversationFactory(line=line, counsellor=member)
    manager = MembershipFactory(organisation=line.organisation, role="manager")
    now = timezone.now()
    with inside(line.organisation):
        [entry] = team.lines_now(manager, now)
        board = picture.board(line.organisation_id, now)
        frames = [picture.desk_frame(one, board, now) for one in (member, colleague)]
    assert entry.room == 1 + 3
    assert [frame["capacity"] for frame in frames] == [2, 3]
    assert [one["room"] for frame in frames for one in frame["colleagues"]] == [3, 1]


def test_who_has_their_number_is_not_given_a_talk_of_a_colleague():
    line, [member, colleague] = staffed_line(counsellors=2, capacity=3)
    talk = ActiveConversationFactory(line=line, counsellor=member)
    ActiveConversationFactory(line=line, counsellor=colleague)
    mentor = MembershipFactory(organisation=line.organisation, role="mentor")
    PresenceFactory(membership=mentor)
    ActiveConversationFactory(line=line, counsellor=mentor)
    ask = {"conversation": talk, "how": "colleague", "to": str(colleague.pk), "note": "", "agreement": ""}
    give(colleague, 1)
    give(mentor, 1)
    assert why(handovers.ask, membership=member, **ask, now=timezone.now()) == "not_there"
    over = {"conversation": talk, "membership": mentor, "why": "Samen gekeken", "now": timezone.now()}
    assert why(handovers.take_over, **over) == "no_room"
    give(mentor, None)
    handovers.take_over(**over)
    with inside(line.organisation):
        assert Conversation.objects.get(pk=talk.pk).counsellor_id == mentor.pk


def test_estimate_counts_the_turns_that_there_are():
    line, [member] = staffed_line(queue=True, capacity=3)
    now = timezone.now()
    done = {"state": "closed", "claimed_at": now - timedelta(minutes=30), "ended_at": now}
    for _talk in range(5):
        ActiveConversationFactory(line=line, counsellor=member, **done)
    for _talk in range(3):
        ActiveConversationFactory(line=line, counsellor=member)
    mine = ConversationFactory(line=line)

    def told(number):
        give(member, number)
        return places.read(line.organisation_id)[mine.code]["minutes"]

    assert told(None) == (10, 15)
    assert told(1) == (30, 35)


@pytest.mark.django_db(transaction=True, databases=["default", "keys"])
def test_tabs_of_one_counsellor_never_pass_their_own_number_together():
    line, [member] = staffed_line(capacity=5)
    give(member, 2)
    for _visitor in range(6):
        ConversationFactory(line=line)
    outcomes = together(lambda _number: told_of(take, member), range(6))
    assert outcomes.count(True) == 2
