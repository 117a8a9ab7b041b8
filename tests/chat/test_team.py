"""The coordinator's page and the missed talks: how the lines are, and nothing of what was said; nobody is ranked."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from chat import access, handovers, picture, team, waits
from chat.models import Conversation, Handover
from chat.queries import moment
from chat.wire import RefusedError
from helplines.tenancy import across_organisations, inside
from tests.factories.chat import (
    ActiveConversationFactory,
    ConversationFactory,
    PresenceFactory,
    contents_of,
    staffed_line,
    texts_in,
)
from tests.factories.helplines import AssignmentFactory, LineFactory, MembershipFactory

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def someone(line, role):
    return MembershipFactory(organisation=line.organisation, role=role)


def client_of(member):
    client = Client()
    client.force_login(member.staff, backend=BACKEND)
    return client


def read(line, name, role="manager"):
    return client_of(someone(line, role)).get(f"/team/{line.organisation.slug}/{name}")


def abandoned(line, waited=90, ago=0, why="left", **values):
    ended = timezone.now() - timedelta(seconds=ago)
    return ConversationFactory(
        line=line,
        state="abandoned",
        ended_at=ended,
        waiting_since=ended - timedelta(seconds=waited),
        end_reason=why,
        **values,
    )


@pytest.mark.parametrize("role", ["manager", "mentor", "administrator"])
def test_coordinators_see_the_lines(role):
    line, [member] = staffed_line(capacity=2)
    ActiveConversationFactory(line=line, counsellor=member)
    ConversationFactory(line=line, waiting_since=timezone.now() - timedelta(seconds=125))
    abandoned(line)
    answer = read(line, "", role)
    [entry] = answer.context["lines"]
    assert ([one.name for one in entry.present], entry.room, entry.waiting) == ([str(member.staff)], 1, 1)
    assert (entry.longest // 5, entry.missed, entry.longest_in_words[:4]) == (25, 1, "02:0")
    assert answer["Cache-Control"] == "no-store"


def test_who_was_in_a_talk_waits_since_it_broke_off():
    line, _members = staffed_line(capacity=2)
    now = timezone.now()
    talk = ConversationFactory(line=line, waiting_since=now - timedelta(hours=1), back_at=now - timedelta(seconds=30))
    [entry] = read(line, "", "manager").context["lines"]
    assert entry.longest // 10 == 3
    assert waits.everywhere(now) == (1, 30.0)
    with inside(line.organisation):
        [(_line, frame)] = picture.board(line.organisation_id, now).waiting
    assert (frame["since"], frame["back"]) == (moment(talk.back_at), True)


@pytest.mark.parametrize("name", ["", "now/"])
def test_page_holds_nothing_of_a_visitor(name):
    """Robin is the nickname, 16 the answer: both are in the room."""
    line, [member] = staffed_line()
    ActiveConversationFactory(line=line, counsellor=member)
    ConversationFactory(line=line)
    text = read(line, name).content.decode()
    assert [word for word in ("Robin", "Leeftijd") if word in text] == []


@pytest.mark.parametrize("role", ["counsellor", "dpo", "auditor"])
def test_others_have_no_such_page(role):
    line, _members = staffed_line()
    assert read(line, "", role).status_code == 404


def test_missed_are_those_whom_nobody_came_for():
    line, [member] = staffed_line()
    abandoned(line, waited=95)
    abandoned(line, why="not_back")
    ConversationFactory(line=line, state="refused", end_reason="line_closed")
    ActiveConversationFactory(line=line, counsellor=member, state="abandoned", end_reason="not_back")
    ConversationFactory(line=line, state="closed", counsellor=member, end_reason="finished")
    abandoned(line, ago=9 * 24 * 3600)
    answer = read(line, "missed/", "counsellor")
    rows = [one for _day, rows in answer.context["days"] for one in rows]
    assert sorted(one.why for one in rows) == ["left", "line_closed", "not_back"]
    assert "01:35" in {one.waited_in_words for one in rows}
    assert "Robin" not in answer.content.decode()


def test_a_counsellor_sees_what_was_missed_on_the_own_lines():
    line, [member] = staffed_line()
    other = LineFactory(organisation=line.organisation)
    AssignmentFactory(membership=member, line=line)
    abandoned(other)
    with inside(line.organisation):
        assert team.missed_lately(member, timezone.now()) == []


def test_a_talk_that_lost_its_counsellor_and_ended_waiting_is_missed_too():
    line, _members = staffed_line()
    now = timezone.now()
    abandoned(line, waited=3600, back_at=now - timedelta(seconds=40))
    with inside(line.organisation):
        [one] = team.missed([line], now - timedelta(days=1))
    assert (one.was_in_talk, one.waited_in_words) == (True, "00:40")


@pytest.mark.parametrize("count", [1, 3])
def test_page_asks_the_same_of_the_database_whatever_the_number(count, django_assert_max_num_queries):
    line, members = staffed_line(counsellors=count)
    for member in members:
        ActiveConversationFactory(line=line, counsellor=member)
        abandoned(line)
    manager = someone(line, "manager")
    with inside(line.organisation), django_assert_max_num_queries(35) as asked:
        team.lines_now(manager, timezone.now())
    known = test_page_asks_the_same_of_the_database_whatever_the_number.__dict__.setdefault("known", len(asked))
    assert len(asked) == known


# A manager gives a talk back
def send(member, row, why):
    page = f"/team/{row.organisation.slug}/"
    return client_of(member).post(page, {"talk": row.code, "why": why}, follow=True)


def now_in(row):
    with across_organisations():
        return Conversation.objects.get(pk=row.pk)


def test_a_manager_gives_a_talk_back_to_the_waiting_with_a_reason():
    line, [member] = staffed_line()
    row, manager = ActiveConversationFactory(line=line, counsellor=member), someone(line, "manager")
    send(manager, row, "  ")
    assert now_in(row).state == "active"
    assert send(manager, row, "She felt ill").status_code == 200
    assert (now_in(row).state, now_in(row).counsellor, texts_in(row)) == (
        "waiting",
        None,
        [(1, "system", "taken_back")],
    )
    with across_organisations():
        [kept] = Handover.objects.filter(conversation=row)
    assert (kept.how, kept.asker_id, kept.owner_id) == ("takeover", manager.pk, member.pk)
    assert contents_of(row).beside(kept.code, "note", kept.note) == "She felt ill"


@pytest.mark.promise("O10")
@pytest.mark.parametrize("role", ["mentor", "administrator", "counsellor"])
def test_nobody_else_gives_it_back(role):
    line, [member] = staffed_line()
    row = ActiveConversationFactory(line=line, counsellor=member)
    assert send(someone(line, role), row, "why").status_code == 404
    foreign = MembershipFactory(role="manager")
    with pytest.raises(RefusedError, match="not_here"):
        access.talk_to_hand_back(foreign, row.code)
    assert (
        client_of(foreign).post(f"/team/{foreign.organisation.slug}/", {"talk": row.code, "why": "x"}).status_code
        == 302
    )
    assert now_in(row).state == "active"


def test_take_over_needs_a_guide_with_room():
    line, [member] = staffed_line(capacity=1)
    row = ActiveConversationFactory(line=line, counsellor=member)
    mentor = someone(line, "mentor")
    PresenceFactory(membership=mentor)
    ActiveConversationFactory(line=line, counsellor=mentor)
    with across_organisations():
        found = access.talk_to_guide(mentor, row.code)
    with pytest.raises(RefusedError, match="no_room"):
        handovers.take_over(conversation=found, membership=mentor, why="to help", now=timezone.now())
    with pytest.raises(RefusedError, match="not_here"):
        access.talk_to_guide(someone(line, "counsellor"), row.code)


def test_a_take_over_of_a_talk_that_moved_meanwhile_is_refused():
    line, [member, colleague] = staffed_line(counsellors=2)
    row = ActiveConversationFactory(line=line, counsellor=member)
    mentor = someone(line, "mentor")
    PresenceFactory(membership=mentor)
    found = access.talk_to_guide(mentor, row.code)
    with across_organisations():
        Conversation.objects.filter(pk=row.pk).update(counsellor=colleague)
    with pytest.raises(RefusedError, match="not_here"):
        handovers.take_over(conversation=found, membership=mentor, why="to help", now=timezone.now())
    assert now_in(row).counsellor_id == colleague.pk
