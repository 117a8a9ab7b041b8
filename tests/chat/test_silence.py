"""A talk ends for silence only where the policy says so, after two notices, and never when there was any sign of life."""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.utils import timezone

from chat import silence, tasks
from chat.keeper import keeper
from chat.models import Conversation, Silence
from chat.models.care import FIRST, LAST
from chat.states import Party, State, Why
from chat.wire import RefusedError
from helplines.tenancy import across_organisations, inside
from tests.chat.sockets import in_database, stored, talk
from tests.factories.chat import ActiveConversationFactory, SilenceFactory, say, staffed_line
from tests.factories.helplines import MembershipFactory

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def quiet():
    """A talk in which the counsellor spoke last, on a line where ten silent minutes end a talk."""
    line, (member,) = staffed_line(silent_minutes=10)
    made = ActiveConversationFactory(line=line, counsellor=member)
    say(made, Party.COUNSELLOR, "Ben je er nog?")
    return made


def sweep(made, after):
    """A round so long after now, with the visitor's tab still there."""
    now = timezone.now() + after
    with across_organisations():
        Conversation.objects.filter(pk=made.pk).update(visitor_seen_at=now, rejoin_until=now + 5 * MINUTE)
    silence.sweep(organisation_id=made.organisation_id, now=now)
    return step_of(made)


def step_of(made):
    with across_organisations():
        made.refresh_from_db()
        row = Silence.objects.filter(conversation=made).first()
    return made.state, (row.step if row else None)


ASKED = 10 * MINUTE
AGAIN = ASKED + FIRST
OVER = AGAIN + LAST


def test_silent_talk_is_asked_twice_and_then_over(quiet):
    second = timedelta(seconds=1)
    found = [sweep(quiet, after)[1] for after in (ASKED - second, ASKED + second, AGAIN, AGAIN + 2 * second)]
    assert found == [None, 1, 1, 2]
    assert sweep(quiet, OVER + second) == (State.ACTIVE, 2)
    assert sweep(quiet, OVER + 3 * second)[0] == State.CLOSED
    assert (quiet.end_reason, quiet.ended_by) == (Why.NO_ANSWER, Party.SYSTEM)


def test_visitor_has_more_than_a_minute_after_each_notice():
    assert (FIRST >= 2 * MINUTE, LAST >= MINUTE) == (True, True)


def test_round_that_comes_late_shortens_nothing(quiet):
    found = [sweep(quiet, hours * timedelta(hours=1)) for hours in (1, 2, 3)]
    assert found == [(State.ACTIVE, 1), (State.ACTIVE, 2), (State.CLOSED, None if found[2][1] is None else 2)]


def test_two_rounds_at_once_do_what_one_does(quiet):
    assert [sweep(quiet, after) for after in (ASKED, ASKED, AGAIN, AGAIN)] == [
        (State.ACTIVE, step) for step in (1, 1, 2, 2)
    ]


@pytest.mark.parametrize("values", [{}, {"silent_minutes": None}])
def test_no_talk_ends_by_itself_where_the_policy_does_not_say_so(values):
    line, (member,) = staffed_line(**values)
    made = ActiveConversationFactory(line=line, counsellor=member)
    say(made, Party.COUNSELLOR, "Ben je er nog?")
    assert [sweep(made, days * timedelta(days=1)) for days in (1, 2, 3)] == [(State.ACTIVE, None)] * 3


def test_visitor_who_waits_for_an_answer_is_never_silent(quiet):
    say(quiet, Party.VISITOR, "Ja")
    assert [sweep(quiet, days * timedelta(days=1)) for days in (1, 2, 3)] == [(State.ACTIVE, None)] * 3


@pytest.mark.parametrize("asked", [(ASKED,), (ASKED, AGAIN)])
def test_word_of_the_visitor_stops_it(quiet, asked):
    for after in asked:
        sweep(quiet, after)
    say(quiet, Party.VISITOR, "Ik ben er")
    assert sweep(quiet, OVER) == (State.ACTIVE, 0)
    assert sweep(quiet, OVER + ASKED) == (State.ACTIVE, 0)


def test_word_at_the_very_end_is_not_cut_off(quiet):
    sweep(quiet, ASKED)
    sweep(quiet, AGAIN)
    with inside(quiet.organisation_id):
        known = Silence.objects.get(conversation=quiet)
        say(quiet, Party.VISITOR, "Ik ben er")
        assert silence.end(quiet, known, timezone.now() + OVER) is False
    assert step_of(quiet)[0] == State.ACTIVE


def test_sign_without_a_word_begins_the_time_anew(quiet):
    sweep(quiet, ASKED)
    sweep(quiet, AGAIN)
    silence.sign(conversation=quiet, now=timezone.now() + AGAIN)
    assert sweep(quiet, OVER) == (State.ACTIVE, 0)
    assert sweep(quiet, AGAIN + ASKED - MINUTE) == (State.ACTIVE, 0)
    assert sweep(quiet, AGAIN + ASKED) == (State.ACTIVE, 1)


def test_counsellor_gives_more_time_or_all_of_it(quiet):
    sweep(quiet, ASKED)
    silence.wait(conversation=quiet, membership=quiet.counsellor, never=False, now=timezone.now() + ASKED)
    assert [sweep(quiet, OVER), sweep(quiet, 2 * ASKED)] == [(State.ACTIVE, 0), (State.ACTIVE, 1)]
    silence.wait(conversation=quiet, membership=quiet.counsellor, never=True, now=timezone.now() + 2 * ASKED)
    assert [sweep(quiet, days * timedelta(days=1)) for days in (1, 2, 3)] == [(State.ACTIVE, 0)] * 3


def test_only_the_counsellor_of_the_talk_gives_time(quiet):
    sweep(quiet, ASKED)
    for stranger in (MembershipFactory(organisation=quiet.organisation), MembershipFactory()):
        with pytest.raises(RefusedError, match="not_here"):
            silence.wait(conversation=quiet, membership=stranger, never=True, now=timezone.now())
    assert step_of(quiet) == (State.ACTIVE, 1)


def test_visitor_whose_line_dropped_cannot_be_asked_and_is_not_ended_for_it(quiet):
    sweep(quiet, ASKED)
    sweep(quiet, AGAIN)
    silence.sweep(organisation_id=quiet.organisation_id, now=timezone.now() + OVER + ASKED)
    assert step_of(quiet) == (State.ACTIVE, 2)


def test_colleague_who_took_over_has_not_asked_anything_yet(quiet):
    with across_organisations():
        Conversation.objects.filter(pk=quiet.pk).update(
            counsellor=MembershipFactory(organisation=quiet.organisation), claimed_at=timezone.now()
        )
    assert sweep(quiet, timedelta(days=1)) == (State.ACTIVE, None)


def test_sweep_stays_in_its_organisation(quiet):
    other = SilenceFactory(step=2, seq=0, due_at=timezone.now() - MINUTE)
    silence.sweep(organisation_id=quiet.organisation_id, now=timezone.now())
    assert step_of(other.conversation) == (State.ACTIVE, 2)


@pytest.mark.django_db(transaction=True)
@pytest.mark.asyncio
@pytest.mark.parametrize("sign", ["still", "say", "wait", "counsellor says"])
async def test_both_sides_are_asked_and_any_sign_ends_the_notice(live, sign):
    with time_machine.travel(timezone.now(), tick=True) as clock:
        async with talk(silent_minutes=5) as (line, client, counsellor, started):
            code = started["code"]
            await counsellor.say("say", talk=code, id=str(uuid4()), text="Ben je er nog?")
            await counsellor.hear("stored")
            clock.shift(301)
            await keeper.round()
            await in_database(tasks.sweep)(line.organisation_id)
            assert await client.hear("silence") == {"kind": "silence", "step": 1, "seconds": 195}
            assert (await counsellor.hear("silence"))["talk"] == code
            await counsellor.say("hello")
            # One that was drawn before may be on its way still.
            while not (drawn := await counsellor.hear("desk"))["silences"]:
                pass
            assert [entry["talk"] for entry in drawn["silences"]] == [code]
            if sign == "still":
                await client.say("still")
            elif sign == "say":
                await client.say("say", id=str(uuid4()), text="Ja")
            elif sign == "wait":
                await counsellor.say("wait", talk=code)
            else:
                await counsellor.say("say", talk=code, id=str(uuid4()), text="Neem je tijd")
            for side in (client, counsellor):
                assert (await side.hear("silence"))["step"] == 0
            clock.shift(250)
            await keeper.round()
            await in_database(tasks.sweep)(line.organisation_id)
            assert (await stored(code))[0].state == State.ACTIVE


@pytest.mark.django_db(transaction=True)
@pytest.mark.asyncio
async def test_silent_talk_ends_for_both_sides_and_says_why(live):
    with time_machine.travel(timezone.now(), tick=True) as clock:
        async with talk(silent_minutes=5) as (line, client, counsellor, started):
            await counsellor.say("say", talk=started["code"], id=str(uuid4()), text="Ben je er nog?")
            await counsellor.hear("stored")
            for seconds, step in ((301, 1), (121, 2), (76, None)):
                clock.shift(seconds)
                await keeper.round()
                await in_database(tasks.sweep)(line.organisation_id)
                if step:
                    assert (await client.hear("silence"))["step"] == step
            for side in (client, counsellor):
                ended = await side.hear("state", state="closed")
                assert (ended["by"], ended["why"]) == ("system", "no_answer")


@pytest.mark.django_db(transaction=True)
@pytest.mark.asyncio
async def test_still_without_a_question_changes_nothing(live):
    async with talk() as (_line, client, _counsellor, started):
        await client.say("still")
        await client.say("since", seq=0)
        await client.hear("history")
        with across_organisations():
            assert await in_database(Silence.objects.filter(conversation__code=started["code"]).exists)() is False
