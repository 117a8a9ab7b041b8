"""Reading along with a talk: only where the policy says so, by a mentor of the line, logged, and told as was promised (C11)."""

from contextlib import asynccontextmanager
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from chat import along
from chat.models import Presence, Reading, Whisper
from chat.wire import RefusedError
from helplines.tenancy import across_organisations, inside
from privacy.audit import AuditUnavailable
from tests.chat.sockets import desk, in_database, staffed, visitor
from tests.chat.talks import told_of
from tests.factories.chat import ActiveConversationFactory, PresenceFactory, say, staffed_line, texts_in
from tests.factories.helplines import AssignmentFactory, LineFactory, MembershipFactory, PolicyFactory
from tests.logged import logged, take_the_pen


def live(test):
    test = pytest.mark.asyncio(test)
    return pytest.mark.usefixtures("live")(pytest.mark.django_db(transaction=True)(test))


def mentor_of(line, **values):
    mentor = MembershipFactory(organisation=line.organisation, role="mentor", **values)
    PresenceFactory(membership=mentor)
    return mentor


@asynccontextmanager
async def read_along(policy):
    """A visitor in a talk that a mentor can see: (line, visitor, counsellor's desk, mentor's desk, code, members)."""
    line, member = await staffed(reading_along=policy)
    mentor = await in_database(mentor_of)(line)
    async with desk(member) as one, desk(mentor) as guide, visitor(line) as client:
        await client.say("start", language="nl")
        code = (await client.hear("started"))["code"]
        await one.say("take")
        await one.hear("taken")
        await client.hear("state", state="active")
        yield line, client, one, guide, code, (member, mentor)


async def until(socket, wanted):
    """The next desk frame for which this is so."""
    while not wanted(frame := await socket.hear("desk")):
        pass
    return frame


def begin(talk, mentor, purpose="training"):
    along.begin(conversation=talk, membership=mentor, purpose=purpose, now=timezone.now())


def readings(talk):
    with across_organisations():
        return list(Reading.objects.filter(conversation=talk).order_by("pk"))


def is_read(talk):
    return [row.reader_id for row in readings(talk) if row.ended_at is None]


def lines_in(talk):
    return [text for _seq, _party, text in texts_in(talk)]


# Over the sockets
@live
@pytest.mark.promise("C11")
async def test_mentor_reads_both_sides_and_both_are_told():
    async with read_along("told") as (line, client, one, guide, code, (member, mentor)):
        await client.say("say", id=str(uuid4()), text="before anybody read along")
        await one.hear("said", text="before anybody read along")
        assert [talk["along"] for talk in (await until(guide, lambda frame: frame["guided"]))["guided"]] == [True]
        await guide.say("follow", talk=code, why="training")
        assert (await until(guide, lambda frame: frame["along"]))["along"]["told"] is True
        assert (await client.hear("said", text="reads_along"))["from"] == "system"
        assert (await one.hear("said", text="reads_along"))["talk"] == code
        await guide.say("along", talk=code, seq=0)
        heard = await guide.hear("along_history")
        assert [said["text"] for said in heard["messages"]] == ["joined", "before anybody read along", "reads_along"]
        await client.say("say", id=str(uuid4()), text="from the visitor")
        assert (await guide.hear("along_said"))["text"] == "from the visitor"
        await one.say("say", talk=code, id=str(uuid4()), text="from the counsellor")
        assert (await guide.hear("along_said"))["text"] == "from the counsellor"
        await guide.say("unfollow")
        assert (await client.hear("said", text="reads_no_more"))["from"] == "system"
        await until(guide, lambda frame: frame["along"] is None)
        await client.say("say", id=str(uuid4()), text="for two again")
        await one.hear("said", text="for two again")
        await guide.say("along", talk=code, seq=0)
        assert (await guide.hear("refused"))["why"] == "not_here"
    [entry] = await in_database(logged)(line.organisation, "read-along")
    assert (entry.who, entry.on_behalf_of, entry.what, entry.why) == (
        mentor.staff_id, str(member.staff_id), code, "training",
    )  # fmt: skip


@live
@pytest.mark.promise("C11")
async def test_visitor_who_read_it_beforehand_is_not_told_and_the_counsellor_always_sees_it():
    async with read_along("beforehand") as (_line, client, one, guide, code, (_member, mentor)):
        await guide.say("follow", talk=code, why="quality")
        assert (await until(guide, lambda frame: frame["along"]))["along"]["told"] is False
        frame = await until(one, lambda frame: frame["talks"] and frame["talks"][0]["readers"])
        assert frame["talks"][0]["readers"] == [str(mentor.staff)]
        await client.say("since", seq=0)
        assert [said["text"] for said in (await client.hear("history"))["messages"]] == ["joined"]


@live
async def test_whisper_is_for_the_other_one_and_never_for_the_visitor():
    async with read_along("beforehand") as (_line, client, one, guide, code, _members):
        await guide.say("follow", talk=code, why="training")
        await until(guide, lambda frame: frame["along"])
        key = str(uuid4())
        for _time in range(2):
            await guide.say("whisper", talk=code, id=key, text="Ask what helps")
            assert (await guide.hear("whispered"))["id"] == key
        assert (await one.hear("whisper", talk=code))["item"]["text"] == "Ask what helps"
        await one.say("whisper", talk=code, id=str(uuid4()), text="Thank you")
        while (item := (await guide.hear("whisper"))["item"])["text"] != "Thank you":
            assert item["mine"]
        await one.say("whispers", talk=code)
        assert [entry["text"] for entry in (await one.hear("whispers"))["items"]] == ["Ask what helps", "Thank you"]
        await one.say("say", talk=code, id=str(uuid4()), text="What helps you?")
        # Nothing came to the visitor before the words that were meant for them.
        heard = []
        while not heard or heard[-1].get("text") != "What helps you?":
            heard.append(await client.hear("said"))
        assert [frame["text"] for frame in heard if frame["from"] != "system"] == ["What helps you?"]


@live
async def test_talk_that_ends_is_off_the_desk_of_who_read_along():
    async with read_along("beforehand") as (_line, client, _one, guide, code, _members):
        await guide.say("follow", talk=code, why="training")
        await until(guide, lambda frame: frame["along"])
        await client.say("leave")
        await until(guide, lambda frame: frame["along"] is None)
        await guide.say("along", talk=code, seq=0)
        assert (await guide.hear("refused"))["why"] == "not_here"


# Who may
pytestmark = pytest.mark.django_db


@pytest.fixture
def room():
    """(line, its counsellor, its mentor, the talk) where reading along is told."""
    line, [member] = staffed_line(reading_along="told")
    return line, member, mentor_of(line), ActiveConversationFactory(line=line, counsellor=member)


@pytest.mark.promise("C11")
def test_nobody_reads_along_unless_the_policy_says_so(room):
    line, _member, mentor, talk = room
    assert told_of(begin, talk, mentor) is True
    PolicyFactory(organisation=line.organisation, values={})
    other = mentor_of(line)
    assert told_of(begin, talk, other) == "not_here"
    assert [entry.who for entry in logged(line.organisation, "read-along")] == [mentor.staff_id]


@pytest.mark.parametrize("role", ["counsellor", "manager", "administrator", "dpo", "auditor"])
@pytest.mark.promise("C11")
def test_only_a_mentor_reads_along(room, role):
    line, _member, _mentor, talk = room
    somebody = MembershipFactory(organisation=line.organisation, role=role)
    assert told_of(begin, talk, somebody) == "not_here"
    assert is_read(talk) == []


@pytest.mark.promise("C11", "O10")
def test_mentor_of_another_line_or_organisation_reads_nothing(room):
    line, _member, mentor, talk = room
    AssignmentFactory(membership=mentor, line=LineFactory(organisation=line.organisation))
    stranger = mentor_of(LineFactory())
    PolicyFactory(organisation=stranger.organisation, values={"reading_along": "told"})
    assert [told_of(begin, talk, one) for one in (mentor, stranger)] == ["not_here", "not_here"]
    assert is_read(talk) == []


@pytest.mark.promise("C11", "D08")
def test_what_cannot_be_logged_is_not_read(room, monkeypatch):
    _line, _member, mentor, talk = room
    take_the_pen(monkeypatch)
    with pytest.raises(AuditUnavailable):
        begin(talk, mentor)
    assert (readings(talk), lines_in(talk)) == ([], [])


def test_who_reads_another_talk_leaves_the_first(room):
    line, _member, mentor, talk = room
    other = ActiveConversationFactory(line=line)
    begin(talk, mentor)
    begin(other, mentor)
    assert (is_read(talk), is_read(other)) == ([], [mentor.pk])
    assert lines_in(talk) == ["reads_along", "reads_no_more"]


# How it ends
@pytest.mark.parametrize("why", ["desk", "policy", "role", "line"])
def test_reading_ends_without_a_living_desk_or_without_the_right(room, why):
    line, _member, mentor, talk = room
    begin(talk, mentor)
    now = timezone.now()
    along.sweep(organisation_id=line.organisation_id, now=now)
    assert is_read(talk) == [mentor.pk]
    with across_organisations():
        if why == "desk":
            Presence.objects.filter(membership=mentor).update(seen_at=now - timedelta(minutes=2))
        elif why == "role":
            mentor.role = "counsellor"
            mentor.save()
        elif why == "policy":
            PolicyFactory(organisation=line.organisation, values={})
        else:
            AssignmentFactory(membership=mentor, line=LineFactory(organisation=line.organisation))
    assert along.sweep(organisation_id=line.organisation_id, now=now) == 1
    assert along.sweep(organisation_id=line.organisation_id, now=now) == 0
    assert (is_read(talk), lines_in(talk)) == ([], ["reads_along", "reads_no_more"])


def whisper(talk, member, text="Ask what helps"):
    return along.whisper(membership=member, code=talk.code, key=uuid4(), text=text, now=timezone.now())


def whispered(talk):
    with across_organisations():
        return [bytes(row.text) for row in Whisper.objects.filter(conversation=talk)]


def test_what_was_whispered_is_sealed_and_goes_with_the_last_who_reads_along(room):
    line, member, mentor, talk = room
    other = mentor_of(line)
    begin(talk, mentor)
    begin(talk, other)
    whisper(talk, mentor)
    assert [b"helps" in kept for kept in whispered(talk)] == [False]
    assert along.whispers(membership=member, code=talk.code)["items"][0]["text"] == "Ask what helps"
    along.leave(membership=mentor, now=timezone.now())
    assert len(whispered(talk)) == 1
    along.leave(membership=other, now=timezone.now())
    assert whispered(talk) == []


def test_only_who_has_the_talk_or_reads_along_whispers(room):
    line, member, mentor, talk = room
    say(talk, "visitor", "Hello")
    outsider = mentor_of(line)
    assert told_of(whisper, talk, member) == "not_here"
    begin(talk, mentor)
    assert told_of(whisper, talk, member) is True
    assert told_of(whisper, talk, outsider) == "not_here"
    with pytest.raises(RefusedError), inside(line.organisation):
        along.whispers(membership=outsider, code=talk.code)
    assert len(whispered(talk)) == 1
