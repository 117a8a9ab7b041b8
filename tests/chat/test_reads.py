"""What is read beside the work at hand is logged; where that cannot be, it is not shown, and the talk goes on (M3, M5)."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from chat import handovers, notes, reads, service
from chat.models import Conversation
from helplines.models import Role
from helplines.tenancy import across_organisations
from helplines.witness import AuditUnavailable
from tests.chat.sockets import UUID, in_database, talk
from tests.factories.chat import ActiveConversationFactory, PresenceFactory, staffed_line
from tests.factories.helplines import MembershipFactory
from tests.logged import logged, take_the_pen

pytestmark = pytest.mark.django_db


@pytest.fixture
def room():
    """(line, counsellor, their running talk)"""
    line, [member] = staffed_line()
    return line, member, ActiveConversationFactory(line=line, counsellor=member)


def end(conversation):
    service.close(conversation=conversation, membership=conversation.counsellor, why="finished", now=timezone.now())


def test_own_running_talk_is_work_and_not_logged(room):
    line, member, conversation = room
    assert reads.history(membership=member, code=conversation.code, since=0)["messages"] == []
    assert logged(line.organisation) == []


@pytest.mark.promise("D08", "O09")
def test_every_look_at_a_closed_talk_is_logged(room):
    line, member, conversation = room
    end(conversation)
    for _look in range(2):
        reads.history(membership=member, code=conversation.code, since=0)
    told = [(row.event, row.who, row.role, row.what, row.why) for row in logged(line.organisation)]
    assert told == [("transcript-read", member.staff_id, "counsellor", conversation.code, "closed-talk")] * 2


def test_closed_talk_is_not_shown_when_the_log_is_down(room, monkeypatch):
    line, member, conversation = room
    take_the_pen(monkeypatch)
    assert reads.history(membership=member, code=conversation.code, since=0)["kind"] == "history"
    end(conversation)
    with pytest.raises(AuditUnavailable):
        reads.history(membership=member, code=conversation.code, since=0)
    assert logged(line.organisation) == []


def write(conversation, member, text="plan", version=0):
    return notes.write(
        conversation=conversation, membership=member, text=text, version=version, socket="", now=timezone.now()
    )


def give_to(conversation, member):
    with across_organisations():
        Conversation.objects.filter(pk=conversation.pk).update(counsellor=member)


def test_notes_of_a_colleague_are_logged_and_own_notes_are_not(room, monkeypatch):
    line, member, conversation = room
    other = MembershipFactory(organisation=line.organisation, role=Role.COUNSELLOR)
    write(conversation, member)
    assert notes.read(conversation=conversation, membership=member)["text"] == "plan"
    give_to(conversation, other)
    assert notes.read(conversation=conversation, membership=other)["text"] == "plan"
    told = [(row.event, row.who, row.what) for row in logged(line.organisation)]
    assert told == [("note-read", other.staff_id, conversation.code)]
    take_the_pen(monkeypatch)
    with pytest.raises(AuditUnavailable):
        notes.read(conversation=conversation, membership=other)


def test_notes_of_a_colleague_that_come_as_a_conflict_are_logged_too(room):
    line, member, conversation = room
    other = MembershipFactory(organisation=line.organisation, role=Role.COUNSELLOR)
    write(conversation, member)
    give_to(conversation, other)
    with pytest.raises(notes.RefusedError) as refused:
        write(conversation, other, text="mine", version=0)
    assert (refused.value.why, refused.value.extra["note"]["text"]) == ("conflict", "plan")
    assert [row.event for row in logged(line.organisation)] == ["note-read"]


def test_take_over_is_logged_with_whose_talk_it_was(room):
    line, member, conversation = room
    mentor = MembershipFactory(organisation=line.organisation, role=Role.MENTOR)
    PresenceFactory(membership=mentor)
    handovers.take_over(conversation=conversation, membership=mentor, why="Jan knows why", now=timezone.now())
    [entry] = logged(line.organisation)
    told = (entry.event, entry.who, entry.role, entry.on_behalf_of, entry.what, entry.why)
    assert told == ("taken-over", mentor.staff_id, "mentor", str(member.staff_id), conversation.code, "guiding")


def test_no_take_over_when_the_log_is_down(room, monkeypatch):
    line, member, conversation = room
    mentor = MembershipFactory(organisation=line.organisation, role=Role.MENTOR)
    PresenceFactory(membership=mentor)
    take_the_pen(monkeypatch)
    with pytest.raises(AuditUnavailable):
        handovers.take_over(conversation=conversation, membership=mentor, why="to help", now=timezone.now())
    with across_organisations():
        assert Conversation.objects.get(pk=conversation.pk).counsellor_id == member.pk


def test_manager_sees_a_page_when_the_log_is_down(room, client: Client, monkeypatch):
    line, _member, conversation = room
    manager = MembershipFactory(organisation=line.organisation, role=Role.MANAGER)
    client.force_login(manager.staff)
    take_the_pen(monkeypatch)
    page = reverse("team", kwargs={"organisation": line.organisation.slug})
    answer = client.post(page, {"talk": conversation.code, "why": "no answer"}, headers={"accept-language": "en"})
    assert (answer.status_code, "Not shown now" in answer.content.decode()) == (503, True)


@pytest.mark.asyncio
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("live")
async def test_talk_goes_on_when_the_log_is_down(monkeypatch):
    """M5, over the sockets: the talk runs to its end; only looking back at it is refused, in a word of the protocol."""
    async with talk() as (_line, client, counsellor, started):
        take_the_pen(monkeypatch)
        code = started["code"]
        await client.say("say", id=UUID, text="hello")
        await client.hear("stored", id=UUID)
        await counsellor.hear("said", text="hello")
        await counsellor.say("open", talk=code, since=0)
        await counsellor.hear("history", talk=code)
        await counsellor.say("close", talk=code, why="finished")
        await client.hear("state", state="closed")
        await counsellor.say("open", talk=code, since=0)
        refused = await counsellor.hear("refused", do="open")
        assert (refused["why"], refused["talk"]) == ("unlogged", code)
        monkeypatch.undo()
        await counsellor.say("open", talk=code, since=0)
        assert [one["text"] for one in (await counsellor.hear("history", talk=code))["messages"]][1:2] == ["hello"]
    assert [row.what for row in await in_database(logged)(_line.organisation, "transcript-read")] == [code]
