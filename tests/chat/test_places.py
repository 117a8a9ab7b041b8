"""Who waits knows the place, live; what is told is theirs and nobody else's."""

from datetime import timedelta

import pytest
from django.utils import timezone

from chat import places, service
from chat.queries import moment
from chat.states import State
from helplines.tenancy import across_organisations
from tests.chat.sockets import desk, in_database, staffed, visitor
from tests.factories.chat import ActiveConversationFactory, ConversationFactory, staffed_line
from tests.factories.helplines import AssignmentFactory, ClosureFactory, LineFactory, open_always


class TestPicture:
    pytestmark = pytest.mark.django_db(databases=["default", "keys"])

    def test_those_who_wait_for_the_same_people_are_before_me(self):
        line, [member] = staffed_line(queue=True)
        sister = LineFactory(organisation=line.organisation)
        apart = LineFactory(organisation=line.organisation)
        for made in (sister, apart):
            open_always(made)
        AssignmentFactory(membership=member, line=line)
        AssignmentFactory(membership=member, line=sister)
        first = ConversationFactory(line=sister)
        ConversationFactory(line=apart)
        mine = ConversationFactory(line=line)
        elsewhere, _members = staffed_line(queue=True)
        ConversationFactory(line=elsewhere, waiting_since=timezone.now() - timedelta(hours=1))
        picture = places.read(line.organisation_id)
        assert (picture[first.code]["ahead"], picture[mine.code]["ahead"]) == (0, 1)
        assert len(picture) == 3

    @pytest.mark.parametrize(("talks", "told"), [(4, None), (5, [30, 35])])
    def test_estimate_comes_from_the_lines_own_recent_talks(self, talks, told):
        line, [member] = staffed_line(queue=True, capacity=1)
        ActiveConversationFactory(line=line, counsellor=member)
        now = timezone.now()
        for _talk in range(talks):
            made = {"claimed_at": now - timedelta(minutes=30), "ended_at": now, "state": State.CLOSED}
            ActiveConversationFactory(line=line, counsellor=member, **made)
            long_ago = {"claimed_at": now - timedelta(days=15, hours=2), "ended_at": now - timedelta(days=15)}
            ActiveConversationFactory(line=line, counsellor=member, state=State.CLOSED, **long_ago)
        mine = ConversationFactory(line=line)
        minutes = places.read(line.organisation_id)[mine.code]["minutes"]
        assert (list(minutes) if minutes else None) == told

    def test_end_of_the_hours_is_told_to_whom_it_ends_the_wait(self):
        line, _members = staffed_line(queue=True)
        shut = timezone.now().replace(microsecond=0) + timedelta(hours=1)
        ClosureFactory(organisation=line.organisation, starts_at=shut)
        mine = ConversationFactory(line=line)
        back = ConversationFactory(line=line, back_at=timezone.now())
        picture = places.read(line.organisation_id)
        assert (picture[mine.code]["closes"], picture[back.code]["closes"]) == (moment(shut), None)

    def test_without_a_queue_nothing_is_estimated(self):
        line, _members = staffed_line()
        mine = ConversationFactory(line=line)
        assert places.read(line.organisation_id)[mine.code] == {
            "kind": "waiting", "ahead": 0, "queue": False, "minutes": None, "closes": None,
        }  # fmt: skip


@pytest.mark.asyncio
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("live")
class TestLive:
    @pytest.mark.promise("A05")
    async def test_place_moves_up_when_others_are_taken_or_leave_and_stays_through_a_drop(self):
        line, member = await staffed(queue=True, capacity=1)
        async with desk(member) as counsellor, visitor(line) as one, visitor(line) as two:
            await one.say("start", language="nl")
            assert (await one.hear("waiting"))["ahead"] == 0
            await two.say("start", language="nl")
            assert (await two.hear("waiting"))["ahead"] == 1
            async with visitor(line) as three:
                await three.say("start", language="nl")
                started = await three.hear("started")
                assert (await three.hear("waiting"))["ahead"] == 2
            async with visitor(line) as back:
                await back.say("resume", code=started["code"], secret=started["secret"], since=0)
                assert (await back.hear("waiting"))["ahead"] == 2
                await counsellor.say("take")
                await one.hear("state", state="active")
                assert (await two.hear("waiting", ahead=0))["minutes"] is None
                await back.hear("waiting", ahead=1)
                await two.say("leave")
                await back.hear("waiting", ahead=0)

    async def test_whoever_waits_when_the_line_closed_and_comes_back_later_is_told(self):
        line, _member = await staffed(queue=True)
        async with visitor(line) as client:
            await client.say("start", language="nl")
            started = await client.hear("started")
        await in_database(close_and_sweep)(line)
        async with visitor(line) as back:
            await back.say("resume", code=started["code"], secret=started["secret"], since=0)
            assert (await back.hear("gone"))["why"] == "line_closed"


def close_and_sweep(line):

    with across_organisations():
        ClosureFactory(organisation=line.organisation)
    service.refuse_after_closing(organisation_id=line.organisation_id, now=timezone.now())
