"""Who changes several conversations at once takes them in one order, so that nobody waits in a ring (security goal I4)."""

import threading
from datetime import timedelta
from time import monotonic
from uuid import uuid4

import pytest
from django.db import OperationalError, connection, connections, transaction
from django.utils import timezone

from chat import marks, presence, writer
from chat.marks import Seen
from chat.models import Conversation
from chat.writer import Saying, Stored
from helplines.tenancy import across_organisations
from tests.app_role import as_owner
from tests.factories.chat import ActiveConversationFactory, contents_of

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer."),
]
PATIENCE = 20.0


def two_talks():
    """A later talk that lies before an earlier one on the disk: whoever reads it from the front meets the later one first."""
    first = ActiveConversationFactory()
    second = ActiveConversationFactory(line=first.line, counsellor=first.counsellor)
    ActiveConversationFactory.create_batch(30, line=first.line, counsellor=first.counsellor)
    # Each change is written behind what stands there already, and nothing of one transaction is cleared away before its end.
    with across_organisations(), transaction.atomic():
        while place_of(first) < place_of(second):
            Conversation.objects.filter(pk=first.pk).update(language="en")
    return first, second


def place_of(talk):
    with connection.cursor() as cursor:
        cursor.execute("select ctid::text from chat_conversation where id = %s", [talk.pk])
        page, entry = cursor.fetchone()[0].strip("()").split(",")
    return int(page), int(entry)


def pair(first, second):
    return Conversation.objects.filter(pk__in=[first.pk, second.pk])


def held(talk, **options):
    with across_organisations():
        return list(Conversation.objects.filter(pk=talk.pk).select_for_update(no_key=True, **options))


def until_somebody_waits_for_a_row():
    tries, until = threading.Event(), monotonic() + PATIENCE
    while monotonic() < until:
        # Who waits for what is shown to their own role only.
        with as_owner(connection), connection.cursor() as cursor:
            # Within a transaction the first look is remembered, and may have been too early.
            cursor.execute("select pg_stat_clear_snapshot()")
            cursor.execute(
                "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
            )
            if cursor.fetchone()[0]:
                return
        tries.wait(0.01)
    raise AssertionError("Nobody waited.")


WAYS = ("enable_nestloop", "enable_mergejoin", "enable_indexscan")


def meanwhile(call):
    """Do something in a thread of its own; gives the thread and where its outcome comes."""
    found = []

    def work():
        try:
            with connection.cursor() as cursor:
                # The plan of a batch of many, which reads the table from the front.
                cursor.execute("analyze chat_conversation")
                cursor.execute("; ".join(f"set {way} = off" for way in WAYS))
            found.append(call())
        finally:
            # The connection goes back to the pool: what comes after would be planned so too, and take half a second each.
            with connection.cursor() as cursor:
                cursor.execute("; ".join(f"reset {way}" for way in WAYS))
            connections.close_all()

    thread = threading.Thread(target=work)
    thread.start()
    return thread, found


def in_turn(call, first, second):
    """`call` comes while somebody has the first talk: it waits for that one, and has not taken the second meanwhile."""
    with transaction.atomic():
        held(first)
        thread, found = meanwhile(call)
        until_somebody_waits_for_a_row()
        try:
            held(second, nowait=True)
            free = True
        except OperationalError:
            free = False
    thread.join(PATIENCE)
    assert free
    return found[0]


def test_the_writer_takes_the_conversations_of_a_batch_in_order():
    first, second = two_talks()
    sayings = [Saying(talk.pk, contents_of(talk), 0, None, uuid4(), "hello") for talk in (second, first)]
    outcomes = in_turn(lambda: writer.store(sayings), first, second)
    assert [type(outcome) for outcome in outcomes] == [Stored, Stored]


def beat(*talks):
    now = timezone.now() + timedelta(minutes=1)
    presence.beat(
        organisation_id=talks[0].organisation_id,
        memberships=set(),
        visitors={5: {talk.pk for talk in talks}},
        now=now,
    )
    return now


def test_marks_of_what_was_read_are_taken_in_order():
    first, second = two_talks()
    for talk in (first, second):
        writer.store([Saying(talk.pk, contents_of(talk), 0, None, uuid4(), "hello")])
    found = [
        Seen(talk.organisation_id, talk.pk, talk.code, counsellor=1, author=talk.counsellor_id)
        for talk in (second, first)
    ]
    in_turn(lambda: marks.store(found), first, second)
    with across_organisations():
        assert set(pair(first, second).values_list("counsellor_seen_seq", flat=True)) == {1}


def test_a_round_waits_for_nobody_who_writes():
    """Who is there is noted again in a few seconds; a message that is being stored is not held up, and holds up nothing."""
    first, second = two_talks()
    with transaction.atomic():
        held(first)
        thread, found = meanwhile(lambda: beat(first, second))
        thread.join(PATIENCE)
    with across_organisations():
        seen = dict(pair(first, second).values_list("pk", "visitor_seen_at"))
    assert seen == {first.pk: first.visitor_seen_at, second.pk: found[0]}


def test_a_round_is_not_waited_for_until_it_is_on_the_disk():
    """Who writes in a talk waits for its row: for as long as a statement takes, and not for a disk."""
    first, second = two_talks()
    found = []

    def look(execute, sql, params, many, context):
        outcome = execute(sql, params, many, context)
        if sql.startswith("UPDATE"):
            found.extend(connection.connection.execute("SHOW synchronous_commit").fetchone())
        return outcome

    with as_owner(connection), connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = on")
    try:
        with connection.execute_wrapper(look):
            beat(first, second)
        with connection.cursor() as cursor:
            cursor.execute("SHOW synchronous_commit")
            # Only for its own transaction.
            assert (found[-1], cursor.fetchone()[0]) == ("off", "on")
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET synchronous_commit")
