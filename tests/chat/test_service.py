"""What may be done with a talk, by whom, and what it leaves behind."""

from datetime import timedelta
from functools import partial

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone

from chat import picture, presence, service
from chat.models import Conversation, Presence, new_code
from chat.states import Party, Why
from chat.wire import RefusedError
from helplines.tenancy import across_organisations, inside
from privacy import keys
from privacy.models import ConversationKey
from tests.factories.chat import (
    ActiveConversationFactory,
    ConversationFactory,
    PresenceFactory,
    contents_of,
    staffed_line,
    texts_in,
)
from tests.factories.helplines import AssignmentFactory, LineFactory, MembershipFactory, open_always
from tests.threads import at_once

pytestmark = pytest.mark.django_db
SECRET = "what-the-tab-holds"
QUESTIONS = [
    {"key": "name", "kind": "nickname", "label": {"nl": "Naam"}, "why": {"nl": "Om je aan te spreken"}, "choices": []},
    {"key": "topic", "kind": "text", "label": {"nl": "Vraag"}, "why": {"nl": "Om je te helpen"}, "choices": []},
    {
        "key": "region",
        "kind": "choice",
        "label": {"nl": "Regio"},
        "why": {"nl": "Voor hulp dichtbij"},
        "choices": [{"key": "east", "label": {"nl": "Oost"}}, {"key": "west", "label": {"nl": "West"}}],
    },
]


def start(line, answers=None, now=None):
    return service.start(
        line=line, code=new_code(), language="nl", answers=answers or {}, socket="s", now=now or timezone.now()
    )


def resume(talk, secret=SECRET, socket="again", now=None):
    return service.resume(line=talk.line, code=talk.code, secret=secret, socket=socket, now=now or timezone.now())


def why(call, *args, **kwargs):
    with pytest.raises((RefusedError, service.GoneError)) as caught:
        call(*args, **kwargs)
    return caught.value.why


def now_in(talk):
    with across_organisations():
        return Conversation.objects.get(pk=talk.pk)


def told_of(call, *args):
    """Whether it was done, or the word with which it was refused."""
    try:
        call(*args)
    except RefusedError as error:
        return error.why
    return True


def take(membership, line=None):
    return service.take_next(membership=membership, line=line, now=timezone.now())


# Starting
@pytest.mark.promise("A04", "A08")
def test_a_start_needs_no_answer_and_waits():
    line, _members = staffed_line()
    held = start(line)
    assert (held.conversation.state, held.conversation.nickname, held.conversation.answers) == ("waiting", None, None)


@pytest.mark.promise("B01", "B02", "B05", "B06")
def test_answers_are_sealed_in_the_words_of_the_questions():
    line, _members = staffed_line(questions=QUESTIONS)
    held = start(line, {"name": " Robin ", "topic": "school", "region": "east"})
    opened, talk = contents_of(held.conversation), now_in(held.conversation)
    assert opened.nickname(talk) == "Robin"
    assert opened.answers(talk) == [{"label": "Vraag", "value": "school"}, {"label": "Regio", "value": "Oost"}]
    assert b"Robin" not in bytes(talk.nickname)
    assert b"school" not in bytes(talk.answers)


@pytest.mark.promise("B04")
def test_what_was_not_asked_is_not_taken():
    line, _members = staffed_line(questions=QUESTIONS)
    held = start(line, {"phone": "0123", "region": "<b>nowhere</b>"})
    assert contents_of(held.conversation).answers(held.conversation) == []


@pytest.mark.promise("A05")
def test_a_start_when_everybody_talks_is_refused_with_the_status():
    line, [member] = staffed_line(capacity=1)
    ActiveConversationFactory(line=line, counsellor=member)
    with pytest.raises(RefusedError) as caught:
        start(line)
    assert (caught.value.why, caught.value.extra["status"]["state"]) == ("line_busy", "busy")


@pytest.mark.promise("A05")
def test_there_is_no_hidden_waiting_list():
    line, _members = staffed_line(counsellors=2, capacity=1)
    start(line)
    start(line)
    assert why(start, line) == "line_busy"


def test_a_queue_lets_so_many_more_wait():
    line, _members = staffed_line(capacity=1, queue=True, queue_length=2)
    for _visitor in range(3):
        start(line)
    assert why(start, line) == "line_busy"


@pytest.mark.promise("A06")
def test_nobody_there_is_closed():
    line, _members = staffed_line(counsellors=0)
    assert why(start, line) == "line_closed"


def test_a_counsellor_whose_browser_died_is_not_there():
    line, [member] = staffed_line()
    with across_organisations():
        Presence.objects.filter(membership=member).update(seen_at=timezone.now() - timedelta(seconds=31))
    assert why(start, line) == "line_closed"


def test_a_refused_start_leaves_no_key():
    line, _members = staffed_line(counsellors=0)
    why(start, line)
    with across_organisations():
        assert ConversationKey.objects.count() == 0


@pytest.mark.promise("A10")
def test_visitors_of_two_lines_compete_for_the_same_counsellor():
    line, _members = staffed_line(capacity=1)
    other = LineFactory(organisation=line.organisation)
    open_always(other)
    start(other)
    assert why(start, line) == "line_busy"


def test_a_line_with_its_own_people_is_not_busy_by_another():
    line, [member] = staffed_line(capacity=1)
    other = LineFactory(organisation=line.organisation)
    open_always(other)
    AssignmentFactory(membership=member, line=line)
    colleague = MembershipFactory(organisation=line.organisation)
    AssignmentFactory(membership=colleague, line=other)
    PresenceFactory(membership=colleague)
    start(other)
    assert start(line).conversation.state == "waiting"


@pytest.mark.django_db(transaction=True)
def test_many_starts_at_once_never_take_more_than_the_room():
    line, _members = staffed_line(counsellors=2, capacity=2)

    outcomes = at_once(lambda _number: told_of(start, line), range(20))
    assert (outcomes.count(True), outcomes.count("line_busy")) == (4, 16)


# Taking
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


# Coming back
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
        seen={talk.pk: {"visitor": 0, "counsellor": 9}},
        now=later,
    )
    row = now_in(talk)
    assert (row.visitor_seen_at, row.rejoin_until) == (later, later + timedelta(minutes=5))
    assert row.counsellor_seen_seq == 0


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
        "waited_from", "visitor_seen_seq", "present", "soft_minutes",
    }  # fmt: skip
