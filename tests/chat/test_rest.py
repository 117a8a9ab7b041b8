"""A counsellor rests when they want, gets time after a talk where the policy says so, and nobody counts it."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from chat import presence, rest, service, tasks
from chat.models import Presence, PresenceState, Rest
from chat.wire import RefusedError
from helplines.tenancy import across_organisations
from tests.chat.sockets import desk, in_database, staffed, talk, visitor
from tests.factories.chat import ActiveConversationFactory, PresenceFactory, RestFactory, staffed_line

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def state_of(member):
    with across_organisations():
        row = Rest.objects.filter(membership=member).first()
        return Presence.objects.get(membership=member).state, (row.until, row.returns) if row else None


def be(member, state, minutes=None, *, returns=False, now=None):
    presence.say(membership=member, state=state, minutes=minutes, returns=returns, now=now or timezone.now())


def test_pause_has_an_end_can_be_prolonged_and_ended():
    _line, (member,) = staffed_line()
    now = timezone.now()
    be(member, "pause", 10, now=now)
    assert state_of(member) == ("pause", (now + 10 * MINUTE, False))
    be(member, "pause", 25, returns=True, now=now)
    assert state_of(member) == ("pause", (now + 25 * MINUTE, True))
    be(member, "present")
    assert state_of(member) == ("present", None)


@pytest.mark.parametrize("state", ["present", "away"])
def test_only_a_pause_has_an_end(state):
    _line, (member,) = staffed_line()
    with pytest.raises(RefusedError, match="malformed"):
        be(member, state, 10)
    assert state_of(member) == ("present", None)


@pytest.mark.parametrize(("returns", "state"), [(True, "present"), (False, "pause")])
def test_desk_comes_back_by_itself_only_when_asked(returns, state):
    _line, (member,) = staffed_line()
    now = timezone.now()
    be(member, "pause", 10, returns=returns, now=now - 11 * MINUTE)
    presence_of(member).update(seen_at=now)
    assert rest.end_due(organisation_id=member.organisation_id, now=now) == int(returns)
    assert rest.end_due(organisation_id=member.organisation_id, now=now) == 0
    assert state_of(member)[0] == state


def presence_of(member):
    with across_organisations():
        return Presence.objects.filter(membership=member)


def test_desk_whose_browser_is_gone_does_not_come_back():
    _line, (member,) = staffed_line()
    now = timezone.now()
    be(member, "pause", 10, returns=True, now=now - 11 * MINUTE)
    assert rest.end_due(organisation_id=member.organisation_id, now=now) == 0
    assert state_of(member)[0] == "pause"


@pytest.mark.parametrize(
    ("minutes", "before", "after"),
    [(5, "present", "pause"), (None, "present", "present"), (5, "away", "away"), (5, "pause", "pause")],
)
def test_end_of_a_talk_gives_the_policys_minutes_to_who_is_present(minutes, before, after):
    line, (member,) = staffed_line(wrapup_minutes=minutes)
    presence_of(member).update(state=before)
    made = ActiveConversationFactory(line=line, counsellor=member)
    now = timezone.now()
    service.close(conversation=made, membership=member, why="finished", now=now)
    has_time = minutes is not None and before == PresenceState.PRESENT
    assert state_of(member) == (after, (now + 5 * MINUTE, False) if has_time else None)


def test_nothing_tells_afterwards_that_somebody_rested():
    _line, (member,) = staffed_line()
    be(member, "pause", 10)
    be(member, "present")
    with across_organisations():
        assert list(Rest.objects.all()) == []
    assert {entry.name for entry in Rest._meta.get_fields()} == {"id", "organisation", "membership", "until", "returns"}


def test_rest_of_another_organisation_is_left_alone():
    _line, (member,) = staffed_line()
    other = RestFactory(until=timezone.now() - MINUTE, returns=True)
    PresenceFactory(membership=other.membership, state=PresenceState.PAUSE)
    assert rest.end_due(organisation_id=member.organisation_id, now=timezone.now()) == 0
    assert state_of(other.membership)[0] == "pause"


@pytest.mark.django_db(transaction=True)
@pytest.mark.asyncio
async def test_after_a_talk_no_new_visitor_comes_until_the_counsellor_says_so(live):
    async with talk(wrapup_minutes=5) as (line, client, counsellor, _started):
        await client.say("leave")
        frame = await counsellor.hear("desk", presence="pause")
        assert frame["rest"]["returns"] is False
        async with visitor(line) as other:
            await other.say("start", language="nl")
            await other.hear("refused", why="line_closed")
        await counsellor.say("take")
        assert (await counsellor.hear("refused"))["why"] == "not_present"
        await counsellor.say("presence", state="present")
        assert (await counsellor.hear("desk", presence="present"))["rest"] is None


@pytest.mark.django_db(transaction=True)
@pytest.mark.asyncio
async def test_pause_that_ends_by_itself_ends_with_the_round(live):
    _line, member = await staffed()
    with time_machine.travel(timezone.now(), tick=True) as clock:
        async with desk(member) as counsellor:
            await counsellor.say("presence", state="pause", minutes=1, returns=True)
            frame = await counsellor.hear("desk", presence="pause")
            assert frame["rest"]["returns"] is True
            clock.shift(61)
            await in_database(lambda: presence_of(member).update(seen_at=timezone.now()))()
            await in_database(tasks.sweep)(member.organisation_id)
            assert (await counsellor.hear("desk", presence="present"))["rest"] is None
            for wrong in ({"minutes": 0}, {"minutes": 121}, {"minutes": "5"}):
                await counsellor.say("presence", state="pause", **wrong)
                assert (await counsellor.hear("refused"))["why"] == "malformed"
