"""Who waits is heard until somebody takes them, and after the set seconds others hear it too."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from chat import picture, queries, tasks, waits
from helplines.models import Role
from helplines.tenancy import inside
from tests.chat.sockets import desk, in_database, staffed, visitor
from tests.factories.chat import ConversationFactory, staffed_line
from tests.factories.helplines import MembershipFactory, PolicyFactory

pytestmark = pytest.mark.django_db


def frame_of(member, now):
    with inside(member.organisation_id):
        return picture.desk_frame(member, picture.board(member.organisation_id, now), now)


def test_visitor_is_overdue_from_the_lines_own_seconds_on():
    line, (member,) = staffed_line(alert_seconds=60)
    PolicyFactory(organisation=line.organisation, line=line, values={"alert_seconds": 45})
    made = ConversationFactory(line=line)
    found = [frame_of(member, made.waiting_since + timedelta(seconds=seconds))["overdue"] for seconds in (44, 45)]
    assert found == [0, 1]
    assert frame_of(member, timezone.now())["waiting"][0]["alert_at"] == queries.moment(
        made.waiting_since + timedelta(seconds=45)
    )


@pytest.mark.parametrize(("role", "guides"), [(Role.COUNSELLOR, False), (Role.MENTOR, True)])
def test_mentor_at_a_desk_is_one_who_guides(role, guides):
    line, _members = staffed_line()
    assert frame_of(MembershipFactory(organisation=line.organisation, role=role), timezone.now())["guides"] is guides


def test_overdue_of_another_organisation_is_not_told():
    _line, (member,) = staffed_line(alert_seconds=30)
    theirs, _members = staffed_line(alert_seconds=30)
    ConversationFactory(line=theirs)
    later = timezone.now() + timedelta(minutes=5)
    assert (frame_of(member, later)["overdue"], frame_of(member, later)["waiting"]) == (0, [])


@pytest.mark.parametrize(("seconds", "told"), [(89, False), (90, True), (110, True), (121, False)])
def test_round_tells_the_desks_once_somebody_waits_too_long(seconds, told):
    line, _members = staffed_line(alert_seconds=90)
    made = ConversationFactory(line=line)
    now = made.waiting_since + timedelta(seconds=seconds)
    assert waits.tell_overdue(organisation_id=line.organisation_id, now=now) is told


@pytest.mark.django_db(transaction=True)
@pytest.mark.asyncio
async def test_sweep_draws_a_pausing_desk_anew_when_somebody_waits_too_long(live):
    line, first, second = await staffed(counsellors=2, alert_seconds=30)
    with time_machine.travel(timezone.now(), tick=True) as clock:
        async with desk(first), desk(second) as pausing, visitor(line) as client:
            await pausing.say("presence", state="pause")
            await pausing.hear("desk", presence="pause")
            await client.say("start", language="nl")
            frame = await pausing.hear("desk", presence="pause")
            while not frame["waiting"]:
                frame = await pausing.hear("desk", presence="pause")
            assert frame["overdue"] == 0
            clock.shift(31)
            await in_database(tasks.sweep)(line.organisation_id)
            assert (await pausing.hear("desk", overdue=1))["presence"] == "pause"
