"""How far each side has read: what is told is stored, and only what was said, by whoever has the talk."""

import asyncio

import pytest
from asgiref.sync import sync_to_async
from django.db import OperationalError

from chat import marks
from chat.bus import Told
from chat.hub import member, visitor
from chat.marks import Marks, Seen
from tests.chat.talks import now_in
from tests.factories.chat import ActiveConversationFactory
from tests.factories.helplines import MembershipFactory

pytestmark = pytest.mark.django_db


def held(**values):
    """A talk in which five things were said."""
    return ActiveConversationFactory(last_seq=5, **values)


def seen(talk, **values):
    return Seen(talk.organisation_id, talk.pk, talk.code, **values)


def standing(talk):
    row = now_in(talk)
    return row.visitor_seen_seq, row.counsellor_seen_seq


def test_what_is_told_is_what_is_stored():
    talk = held()
    organisation, owner = talk.organisation_id, talk.counsellor_id
    told = marks.store([seen(talk, visitor=3, counsellor=5, author=owner)])
    assert told == [
        Told(member(organisation, owner), {"kind": "seen", "seq": 3, "talk": talk.code}),
        Told(visitor(organisation, talk.code), {"kind": "seen", "seq": 5}),
    ]
    assert standing(talk) == (3, 5)


@pytest.mark.parametrize("values", [{"visitor": 6}, {"counsellor": 6}, {"visitor": 2}, {"counsellor": 2}])
def test_nothing_is_told_of_what_was_not_said_or_was_read_before(values):
    talk = held(visitor_seen_seq=3, counsellor_seen_seq=3)
    author = {"author": talk.counsellor_id} if "counsellor" in values else {}
    assert marks.store([seen(talk, **values, **author)]) == []
    assert standing(talk) == (3, 3)


def test_only_who_has_the_talk_has_read_it():
    talk = held()
    colleague = MembershipFactory(organisation=talk.line.organisation)
    assert marks.store([seen(talk, counsellor=4, author=colleague.pk)]) == []
    assert standing(talk) == (0, 0)


@pytest.mark.promise("O10")
def test_marks_of_two_organisations_stay_apart():
    ours, theirs = held(), held()
    told = marks.store([seen(ours, visitor=1), seen(theirs, visitor=2)])
    assert [entry.topic[0] for entry in told] == [ours.organisation_id, theirs.organisation_id]
    assert marks.store([Seen(theirs.organisation_id, ours.pk, ours.code, visitor=5)]) == []
    assert (standing(ours), standing(theirs)) == ((1, 0), (2, 0))


def test_newer_marks_of_one_talk_become_one():
    talk = held()
    found = Marks()
    for values in ({"visitor": 3}, {"counsellor": 2, "author": 7}, {"visitor": 1}, {"counsellor": 4, "author": 7}):
        found.add(seen(talk, **values))
    assert list(found.wanted.values()) == [seen(talk, visitor=3, counsellor=4, author=7)]
    found.add(seen(talk, counsellor=1, author=8))
    assert found.wanted[talk.pk] == seen(talk, visitor=3, counsellor=1, author=8)


@pytest.mark.asyncio
@pytest.mark.django_db(transaction=True)
async def test_marks_are_tried_again_when_the_database_was_away(monkeypatch):
    talk = await sync_to_async(held)()
    really, tries = marks.store, []

    def store(found):
        tries.append(list(found))
        if len(tries) == 1:
            raise OperationalError("away")
        return really(found)

    monkeypatch.setattr(marks, "store", store)
    monkeypatch.setattr(marks, "AGAIN", 0.0)
    found = Marks()
    found.note(seen(talk, visitor=2))
    await asyncio.sleep(0)
    found.note(seen(talk, visitor=4))
    await found.stop()
    assert tries[-1] == [seen(talk, visitor=4)]
    assert await sync_to_async(standing)(talk) == (4, 0)


@pytest.mark.asyncio
async def test_process_stops_also_while_the_database_is_away(monkeypatch):
    def store(_found):
        raise OperationalError("away")

    monkeypatch.setattr(marks, "store", store)
    monkeypatch.setattr(marks, "AGAIN", 0.0)
    monkeypatch.setattr(marks, "LAST", 0.05)
    found = Marks()
    found.note(Seen(1, 1, "talk", visitor=2))
    async with asyncio.timeout(10):
        await found.stop()
    assert found.wanted == {}


def test_a_talk_that_is_gone_is_passed_over():
    talk = held()
    gone = seen(talk)._replace(conversation_id=talk.pk + 1, visitor=1)
    assert [entry.frame["talk"] for entry in marks.store([gone, seen(talk, visitor=1)])] == [talk.code]
