"""The writer: many at once, committed before acknowledged, without gaps, and never into a talk that is over."""

from dataclasses import replace
from functools import partial
from uuid import uuid4

import pytest
from django.db import DatabaseError, OperationalError
from django.utils import timezone

from chat import service, writer
from chat.models import Conversation, Message
from chat.states import State
from chat.wire import RefusedError
from chat.writer import Saying, Stored, store
from helplines.tenancy import across_organisations
from privacy import sealing
from tests.factories.chat import ActiveConversationFactory, ConversationFactory, contents_of, texts_in
from tests.factories.helplines import MembershipFactory
from tests.threads import at_once

pytestmark = pytest.mark.django_db


def saying(conversation, text="hello", author=0, uuid=None):
    return Saying(conversation.pk, contents_of(conversation), author, "Sam" if author else None, uuid or uuid4(), text)


def why(outcome):
    assert isinstance(outcome, RefusedError)
    return outcome.why


def last_seq(conversation):
    with across_organisations():
        return Conversation.objects.get(pk=conversation.pk).last_seq


def test_both_sides_of_several_talks_are_numbered_without_gaps():
    one, other = ActiveConversationFactory(), ActiveConversationFactory()
    batch = [saying(one, "a"), saying(other, "b"), saying(one, "c", one.counsellor_id), saying(one, "d")]
    assert [outcome.seq for outcome in store(batch)] == [1, 1, 2, 3]
    assert texts_in(one) == [(1, "visitor", "a"), (2, "counsellor", "c"), (3, "visitor", "d")]
    assert (last_seq(one), last_seq(other)) == (3, 1)


def test_a_resend_gets_the_same_number_and_takes_none():
    talk = ActiveConversationFactory()
    first = saying(talk, "once")
    [stored] = store([first])
    [again] = store([first])
    assert (again.seq, again.new) == (stored.seq, False)
    assert texts_in(talk) == [(1, "visitor", "once")]
    assert last_seq(talk) == 1


def test_a_resend_among_new_messages_leaves_no_gap():
    talk, other = ActiveConversationFactory(), ActiveConversationFactory()
    first = saying(talk, "once")
    store([first])
    batch = [saying(other, "a"), saying(talk, "before"), first, saying(talk, "after")]
    assert [(outcome.seq, outcome.new) for outcome in store(batch)] == [(1, True), (2, True), (1, False), (3, True)]
    assert [text for _seq, _party, text in texts_in(talk)] == ["once", "before", "after"]
    assert (last_seq(talk), last_seq(other)) == (3, 1)


def test_a_resend_to_a_talk_that_is_over_meanwhile_is_answered_with_its_number():
    talk = ActiveConversationFactory()
    first = saying(talk, "once")
    [stored] = store([first])
    service.close(conversation=talk, membership=talk.counsellor, why="finished", now=timezone.now())
    again, refused = store([first, saying(talk, "late")])
    assert (again.seq, again.new, again.at, why(refused)) == (stored.seq, False, stored.at, "closed")


def test_every_column_is_stored_as_it_was_said():
    talk = ActiveConversationFactory()
    said = [saying(talk, "a"), replace(saying(talk, "b", talk.counsellor_id), lang="en")]
    outcomes = store(said)
    with across_organisations():
        rows = list(Message.objects.filter(conversation=talk).order_by("seq"))
    assert [
        (
            row.organisation_id,
            row.seq,
            row.uuid,
            row.party,
            row.author_id,
            row.at,
            row.lang,
            contents_of(talk).text(row),
        )
        for row in rows
    ] == [
        (talk.organisation_id, 1, said[0].uuid, "visitor", None, outcomes[0].at, None, "a"),
        (talk.organisation_id, 2, said[1].uuid, "counsellor", talk.counsellor_id, outcomes[1].at, "en", "b"),
    ]


def test_a_resend_in_the_same_batch_is_stored_once():
    talk = ActiveConversationFactory()
    twice = saying(talk, "once")
    assert [outcome.seq for outcome in store([twice, saying(talk, "next"), twice])] == [1, 2, 1]
    assert texts_in(talk) == [(1, "visitor", "once"), (2, "visitor", "next")]


def test_somebody_elses_uuid_answers_nothing_of_theirs():
    talk = ActiveConversationFactory()
    theirs = saying(talk, "counsellor's", talk.counsellor_id)
    store([theirs])
    [refused] = store([saying(talk, "visitor's", uuid=theirs.uuid)])
    assert why(refused) == "malformed"
    assert texts_in(talk) == [(1, "counsellor", "counsellor's")]


def test_a_stolen_uuid_breaks_no_batch_and_no_resend():
    talk, other = ActiveConversationFactory(), ActiveConversationFactory()
    theirs = saying(talk, "counsellor's", talk.counsellor_id)
    store([theirs])
    stolen = saying(talk, "visitor's", uuid=theirs.uuid)
    innocent, again, refused = store([saying(other, "innocent"), theirs, stolen])
    assert (innocent.seq, again.seq, again.new, why(refused)) == (1, 1, False, "malformed")


def test_one_uuid_of_two_authors_in_a_batch_is_told_stored_to_one():
    talk = ActiveConversationFactory()
    first = saying(talk, "visitor's")
    stored, refused = store([first, saying(talk, "counsellor's", talk.counsellor_id, first.uuid)])
    assert (stored.seq, why(refused)) == (1, "malformed")
    assert texts_in(talk) == [(1, "visitor", "visitor's")]


@pytest.mark.parametrize("state", [State.CLOSED, State.ABANDONED, State.REFUSED])
def test_a_talk_that_is_over_takes_no_message(state):
    talk = ActiveConversationFactory(state=state)
    assert [why(outcome) for outcome in store([saying(talk), saying(talk, author=talk.counsellor_id)])] == [
        "closed"
    ] * 2
    assert texts_in(talk) == []
    assert last_seq(talk) == 0


def test_a_waiting_visitor_is_told_not_yet():
    assert why(store([saying(ConversationFactory())])[0]) == "not_yet"


def test_a_colleague_cannot_write_in_my_talk():
    talk = ActiveConversationFactory()
    colleague = MembershipFactory(organisation=talk.organisation)
    assert why(store([saying(talk, author=colleague.pk)])[0]) == "not_here"
    assert texts_in(talk) == []
    assert last_seq(talk) == 0


def test_a_talk_of_another_organisation_takes_nothing():
    talk, elsewhere = ActiveConversationFactory(), ActiveConversationFactory()
    forged = Saying(talk.pk, contents_of(elsewhere), 0, None, uuid4(), "hello")
    assert why(store([forged])[0]) == "not_here"
    assert texts_in(talk) == []


def test_a_conversation_that_never_was_is_not_here():
    talk = ActiveConversationFactory()
    ghost = Saying(10**9, contents_of(talk), 0, None, uuid4(), "hello")
    assert why(store([ghost])[0]) == "not_here"


def test_one_refused_saying_does_not_stop_the_others():
    good, over = ActiveConversationFactory(), ActiveConversationFactory(state=State.CLOSED)
    first, refused, second = store([saying(good, "a"), saying(over), saying(good, "b")])
    assert (first.seq, why(refused), second.seq) == (1, "closed", 2)


@pytest.mark.promise("O06", "C01")
def test_stored_bytes_cannot_be_read_or_moved():
    talk = ActiveConversationFactory()
    store([saying(talk, "I am afraid"), saying(talk, "of him")])
    with across_organisations():
        first, second = Message.objects.filter(conversation=talk).order_by("seq")
    assert b"afraid" not in bytes(first.text)
    first.seq = second.seq
    with pytest.raises(sealing.UnreadableError):
        contents_of(talk).text(first)


@pytest.mark.parametrize("size", [1, 50])
def test_the_number_of_statements_does_not_grow_with_the_batch(size, django_assert_num_queries):
    talk = ActiveConversationFactory()
    batch = [saying(talk, str(number)) for number in range(size)]
    # One UPDATE, one INSERT, and the savepoint of the test around them.
    with django_assert_num_queries(4):
        store(batch)


def test_a_failed_batch_is_stored_one_by_one(monkeypatch):
    talk = ActiveConversationFactory()
    whole = writer.store

    def only_singles(batch):
        if len(batch) > 1:
            raise DatabaseError("too many at once")
        return whole(batch)

    monkeypatch.setattr(writer, "store", only_singles)
    queued = [writer.Queued(saying(talk, text), None, None) for text in "ab"]
    monkeypatch.setattr(writer, "close_old_connections", lambda: None)
    outcomes = writer.Writer().outcomes(queued)
    assert [outcome.seq for outcome in outcomes] == [1, 2]


def test_a_batch_of_which_the_commit_was_not_heard_is_told_as_new(monkeypatch):
    talk = ActiveConversationFactory()
    whole, calls = writer.store, []

    def cut_off(batch):
        outcomes = whole(batch)
        calls.append(batch)
        if len(calls) == 1:
            raise OperationalError("the line broke after COMMIT")
        return outcomes

    monkeypatch.setattr(writer, "store", cut_off)
    monkeypatch.setattr(writer, "close_old_connections", lambda: None)
    (stored,) = writer.Writer().outcomes([writer.Queued(saying(talk, "a"), None, None)])
    assert (stored.seq, stored.new, stored.counsellor_id, len(calls)) == (1, True, talk.counsellor_id, 2)


def test_a_database_that_is_away_is_not_asked_for_each_message_apart(monkeypatch):
    talk, calls = ActiveConversationFactory(), []

    def away(batch):
        calls.append(batch)
        raise OperationalError("gone")

    monkeypatch.setattr(writer, "store", away)
    monkeypatch.setattr(writer, "answers", lambda: False)
    monkeypatch.setattr(writer, "close_old_connections", lambda: None)
    outcomes = writer.Writer().outcomes([writer.Queued(saying(talk, text), None, None) for text in "abc"])
    assert ([why(outcome) for outcome in outcomes], len(calls)) == (["broken"] * 3, 2)


def test_a_message_that_cannot_be_stored_is_broken_and_harms_no_other(monkeypatch):
    talk = ActiveConversationFactory()
    whole = writer.store

    def poisoned(batch):
        if any(entry.text == "poison" for entry in batch):
            raise RuntimeError("poison")
        return whole(batch)

    monkeypatch.setattr(writer, "store", poisoned)
    monkeypatch.setattr(writer, "close_old_connections", lambda: None)
    queued = [writer.Queued(saying(talk, text), None, None) for text in ("a", "poison", "b")]
    first, broken, second = writer.Writer().outcomes(queued)
    assert (first.seq, why(broken), second.seq) == (1, "broken", 2)


@pytest.mark.django_db(transaction=True)
def test_close_against_say_leaves_no_message_in_a_closed_talk():
    """Whoever comes first wins: a message has a number below the end, or is refused."""

    for _round in range(5):
        talk = ActiveConversationFactory()
        calls = [partial(store, [saying(talk, str(number))]) for number in range(12)]
        ending = partial(
            service.close, conversation=talk, membership=talk.counsellor, why="finished", now=timezone.now()
        )
        outcomes = at_once(lambda call: call(), [*calls[:6], ending, *calls[6:]])
        stored = sum(isinstance(outcome, list) and isinstance(outcome[0], Stored) for outcome in outcomes)
        told = texts_in(talk)
        assert [seq for seq, _party, _text in told] == list(range(1, stored + 1))
        with across_organisations():
            row = Conversation.objects.get(pk=talk.pk)
        assert (row.state, row.last_seq) == (State.CLOSED, stored)
        assert why(store([saying(talk)])[0]) == "closed"
