"""Who may begin a talk, when, and what is kept of it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from chat.models import Presence
from chat.wire import RefusedError
from helplines.tenancy import across_organisations
from privacy.models import ConversationKey
from tests.chat.talks import QUESTIONS, now_in, start, told_of, why
from tests.factories.chat import (
    ActiveConversationFactory,
    PresenceFactory,
    contents_of,
    staffed_line,
)
from tests.factories.helplines import AssignmentFactory, LineFactory, MembershipFactory, open_always
from tests.threads import at_once

pytestmark = pytest.mark.django_db


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
