"""A visitor is asked in the talk whether their address may be opened: the same over a socket and over polling (E05, E06)."""

from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from django.utils import timezone

from chat import consenting, keeper, requeue, silence
from chat.models import Conversation
from chat.states import Party
from helplines.tenancy import across_organisations, inside
from privacy import audit, consents
from privacy.audit import AuditUnavailable
from privacy.models import OpeningConsent
from tests.chat.polls import poller
from tests.chat.sockets import desk, in_database, staffed, visitor
from tests.factories.chat import PresenceFactory, say
from tests.factories.helplines import MembershipFactory
from tests.factories.vault import holder

pytestmark = [
    pytest.mark.asyncio,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("live"),
    pytest.mark.promise("E05", "E06"),
]
POLICY = {
    "opening_grounds": ["consent"],
    "opening_askers": ["counsellor"],
    "opening_recipients": ["emergency", "police"],
}
WAYS = {"socket": visitor, "polling": poller}
ways = pytest.mark.parametrize("way", WAYS)


@asynccontextmanager
async def talking(way="socket", **values):
    """(line, member, visitor's end, desk, what `started` said) of a talk in an organisation that opens with a yes."""
    line, member = await staffed(**{**POLICY, **values})
    await in_database(holder)(line.organisation)
    async with desk(member) as counsellor, WAYS[way](line) as client:
        await client.say("start", language="nl")
        started = await client.hear("started")
        await counsellor.say("take")
        await counsellor.hear("taken")
        await client.hear("state", state="active")
        yield line, member, client, counsellor, started


async def asks(counsellor, code, recipient="emergency", purpose="De ambulance komt naar je toe."):
    await counsellor.say("ask_consent", talk=code, recipient=recipient, purpose=purpose)


async def looked(counsellor, code):
    """How the question stands, as the desk is told when it looks."""
    await counsellor.say("consent", talk=code)
    return await counsellor.hear("consent", talk=code)


@in_database
def row_of(code):
    with across_organisations():
        return OpeningConsent.objects.filter(conversation=code).order_by("-pk").first()


@ways
async def test_visitor_is_asked_says_yes_and_takes_it_back(way):
    async with talking(way) as (_line, _member, client, counsellor, started):
        code = started["code"]
        told = await looked(counsellor, code)
        assert (told["possible"], told["why"], told["recipients"], told["asks"], told["question"]) == (
            True, None, ["emergency", "police"], True, None,
        )  # fmt: skip
        await asks(counsellor, code)
        question = await client.hear("consent", state="asked")
        assert (question["offices"], question["recipient"], question["purpose"], question["left"]) == (
            ["administrator"], "emergency", "De ambulance komt naar je toe.", 300,
        )  # fmt: skip
        await counsellor.hear("consent_news", talk=code)
        assert (await looked(counsellor, code))["question"]["state"] == "asked"
        await client.say("allow", consent=question["id"])
        assert (await client.hear("consent", id=question["id"]))["state"] == "given"
        await counsellor.hear("consent_news", talk=code)
        assert (await looked(counsellor, code))["question"]["state"] == "given"
        await client.say("retract", consent=question["id"])
        assert (await client.hear("consent", id=question["id"]))["state"] == "withdrawn"
        told = await looked(counsellor, code)
        assert (told["question"]["state"], told["why"]) == ("withdrawn", "too_soon")


@ways
async def test_visitor_says_no_and_the_talk_goes_on(way):
    async with talking(way) as (_line, _member, client, counsellor, started):
        code = started["code"]
        await asks(counsellor, code)
        question = await client.hear("consent", state="asked")
        await client.say("deny", consent=question["id"])
        assert (await client.hear("consent", id=question["id"]))["state"] == "refused"
        await client.say("allow", consent=question["id"])
        assert (await client.hear("refused", do="allow"))["why"] == "over"
        await asks(counsellor, code)
        refused = await counsellor.hear("refused", do="ask_consent")
        assert (refused["why"], refused["again"] > question["at"]) == ("too_soon", True)
        await counsellor.say("say", talk=code, id="5f0c9b1e-4f4f-4f7e-9a0a-0a0a0a0a0a0a", text="Goed.")
        assert (await client.hear("said", text="Goed."))["from"] == "counsellor"


@ways
@pytest.mark.parametrize("answer", [None, "allow", "deny"])
async def test_tab_that_comes_back_is_told_what_stands(way, answer):
    async with talking(way) as (line, _member, client, counsellor, started):
        await asks(counsellor, started["code"])
        question = await client.hear("consent", state="asked")
        if answer:
            await client.say(answer, consent=question["id"])
            await client.hear("consent", id=question["id"])
        async with WAYS[way](line) as back:
            await back.say("resume", code=started["code"], secret=started["secret"], since=0)
            await back.hear("history")
            await back.say("ping")
            kinds = []
            while (frame := await anything(back))["kind"] != "pong":
                kinds += [frame["state"]] if frame["kind"] == "consent" else []
            assert kinds == {None: ["asked"], "allow": ["given"], "deny": []}[answer]


async def anything(client):
    """The next frame, whatever it is."""
    if hasattr(client, "heard"):
        while not client.heard:
            await client.ask()
        return client.heard.pop(0)
    return await client.receive_json_from(timeout=30)


@ways
async def test_question_lapses_and_is_told(way):
    async with talking(way) as (line, _member, client, counsellor, started):
        await asks(counsellor, started["code"])
        question = await client.hear("consent", state="asked")
        later = timezone.now() + consents.ANSWER_TIME
        assert await in_database(consents.let_lapse)(line.organisation_id, later) == 1
        assert (await client.hear("consent", id=question["id"]))["state"] == "lapsed"
        assert (await looked(counsellor, started["code"]))["question"]["state"] == "lapsed"


async def test_counsellor_takes_the_question_back():
    async with talking() as (_line, _member, client, counsellor, started):
        await asks(counsellor, started["code"])
        question = await client.hear("consent", state="asked")
        await counsellor.say("drop_consent", talk=started["code"], consent=question["id"])
        assert (await client.hear("consent", id=question["id"]))["state"] == "dropped"


async def test_end_of_the_talk_ends_the_question():
    async with talking() as (line, _member, client, counsellor, started):
        await asks(counsellor, started["code"])
        await client.hear("consent", state="asked")
        await counsellor.say("close", talk=started["code"], why="finished")
        await client.hear("state", state="closed")
        await in_database(keeper.look_after)(line.organisation_id, False)
    assert (await row_of(started["code"])).state == "ended"


async def test_question_of_a_counsellor_who_is_gone_ends():
    async with talking() as (line, _member, client, counsellor, started):
        await asks(counsellor, started["code"])
        question = await client.hear("consent", state="asked")
        await in_database(back_to_the_front)(started["code"])
        await in_database(keeper.look_after)(line.organisation_id, False)
        assert (await client.hear("consent", id=question["id"]))["state"] == "ended"


def back_to_the_front(code):
    with across_organisations():
        talk = consenting.Conversation.objects.select_related("line__organisation", "counsellor").get(code=code)
    with inside(talk.organisation_id):
        requeue.to_the_front(conversation=talk, by=Party.COUNSELLOR, why=requeue.TAKEN, now=timezone.now())


@pytest.mark.promise("C10")
async def test_visitor_has_one_question_at_a_time():
    async with talking() as (_line, _member, client, counsellor, started):
        code = started["code"]
        await asks(counsellor, code)
        question = await client.hear("consent", state="asked")
        await counsellor.say("transfer", talk=code, how="body", to="Elsewhere")
        assert (await counsellor.hear("refused", do="transfer"))["why"] == "pending"
        await client.say("deny", consent=question["id"])
        await client.hear("consent", state="refused")
        await counsellor.say("transfer", talk=code, how="body", to="Elsewhere")
        await client.hear("handover", open=True)
        await asks(counsellor, code)
        assert (await counsellor.hear("refused", do="ask_consent"))["why"] == "pending"


async def test_policy_without_this_ground_asks_nobody():
    async with talking(opening_grounds=["danger-self"]) as (_line, _member, _client, counsellor, started):
        told = await looked(counsellor, started["code"])
        assert (told["possible"], told["why"], told["recipients"]) == (False, "no_ground", [])
        await asks(counsellor, started["code"])
        assert (await counsellor.hear("refused", do="ask_consent"))["why"] == "no_ground"
        assert await row_of(started["code"]) is None


async def test_counsellor_who_may_not_ask_the_office_still_asks_the_visitor():
    async with talking(opening_askers=["manager"]) as (_line, _member, client, counsellor, started):
        assert (await looked(counsellor, started["code"]))["asks"] is False
        await asks(counsellor, started["code"])
        await client.hear("consent", state="asked")


async def test_yes_that_cannot_be_logged_is_none(monkeypatch):
    async with talking() as (_line, _member, client, counsellor, started):
        await asks(counsellor, started["code"])
        question = await client.hear("consent", state="asked")
        monkeypatch.setattr(audit, "record", lambda **given: (_ for _ in ()).throw(AuditUnavailable()))
        await client.say("allow", consent=question["id"])
        assert (await client.hear("refused", do="allow"))["why"] == "unlogged"
        await client.say("deny", consent=question["id"])
        assert (await client.hear("consent", id=question["id"]))["state"] == "refused"


@in_database
def replaced(code):
    """The talk went on in another tab, and this one was not told yet."""
    with across_organisations():
        Conversation.objects.filter(code=code).update(visitor_socket="another")


async def test_tab_that_was_replaced_says_no_yes():
    """Who sits at a computer that the visitor left must not answer for them, also before that tab hears that it is over."""
    async with talking() as (_line, _member, client, counsellor, started):
        await asks(counsellor, started["code"])
        question = await client.hear("consent", state="asked")
        await replaced(started["code"])
        await client.say("allow", consent=question["id"])
        assert (await client.hear("refused", do="allow"))["why"] == "not_here"
        assert (await row_of(started["code"])).state == "asked"
        # What ends one counts from anywhere: in doubt there is none.
        await client.say("deny", consent=question["id"])
        assert (await client.hear("consent", id=question["id"]))["state"] == "refused"


@in_database
def silent(code):
    """The counsellor spoke last, and long ago."""
    later = timezone.now() + timedelta(minutes=11)
    with across_organisations():
        talk = Conversation.objects.get(code=code)
        say(talk, Party.COUNSELLOR, "Wat denk je?")
        Conversation.objects.filter(pk=talk.pk).update(visitor_seen_at=later, rejoin_until=later + timedelta(minutes=5))
    silence.sweep(organisation_id=talk.organisation_id, now=later)


@ways
@pytest.mark.parametrize("do", ["allow", "deny"])
async def test_answer_is_a_sign_of_life(way, do):
    """A talk that would end because its visitor is silent goes on when they answer what they were asked."""
    async with talking(way, silent_minutes=10) as (_line, _member, client, counsellor, started):
        await asks(counsellor, started["code"])
        question = await client.hear("consent", state="asked")
        await silent(started["code"])
        await client.hear("silence", step=1)
        await client.say(do, consent=question["id"])
        await client.hear("silence", step=0)


@pytest.mark.promise("O10", "E05")
@pytest.mark.parametrize("do", ["allow", "deny", "retract"])
async def test_visitor_answers_no_question_of_somebody_else(do):
    async with talking() as (line, _member, _client, counsellor, started):
        await asks(counsellor, started["code"])
        await counsellor.hear("consent_news")
        row = await row_of(started["code"])
        second = await in_database(MembershipFactory)(organisation=line.organisation)
        await in_database(PresenceFactory)(membership=second)
        async with visitor(line) as stranger, desk(second) as other:
            await stranger.say("start", language="nl")
            theirs = await stranger.hear("started")
            await other.say("take")
            await other.hear("taken")
            await stranger.say(do, consent=row.code)
            assert (await stranger.hear("refused", do=do))["why"] == "not_here"
            await other.say("drop_consent", talk=theirs["code"], consent=row.code)
            assert (await other.hear("refused", do="drop_consent"))["why"] == "not_here"
        assert (await row_of(started["code"])).state == "asked"


@pytest.mark.parametrize(
    "values",
    [
        {"recipient": "police"},
        {"purpose": "x"},
        {"recipient": "police", "purpose": "x" * 201},
        {"recipient": "a b", "purpose": "x"},
    ],
)
async def test_question_that_cannot_be_read_is_refused(values):
    async with talking() as (_line, _member, _client, counsellor, started):
        await counsellor.say("ask_consent", talk=started["code"], **values)
        assert (await counsellor.hear("refused", do="ask_consent"))["why"] == "malformed"
