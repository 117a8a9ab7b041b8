"""Advice among colleagues: who hears it, that nothing of the visitor goes along, and that it is gone with the talk (C09)."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from chat import advice, service
from chat.models import Advice, AdviceAnswer, Conversation
from chat.rejoin import ticket
from chat.states import Party, Why
from chat.wire import ADVICE_LENGTH, RefusedError
from chat.writer import store
from helplines.tenancy import across_organisations
from tests.chat.sockets import desk, in_database, talk
from tests.chat.test_writer import saying
from tests.factories.chat import ActiveConversationFactory, PresenceFactory, contents_of
from tests.factories.helplines import AssignmentFactory, LineFactory, MembershipFactory

QUESTION = "Hoe praat ik met iemand die niet naar huis durft?"
ANSWER = "Vraag eerst of het nu veilig is."


def colleague_of(conversation, **values):
    member = MembershipFactory(organisation=conversation.organisation, **values)
    PresenceFactory(membership=member)
    return member


def ask(conversation, text=QUESTION, member=None, key=None, now=None):
    return advice.ask(
        conversation=conversation,
        membership=member or conversation.counsellor,
        key=key or uuid4(),
        text=text,
        now=now or timezone.now(),
    )


def answer(member, key, text=ANSWER):
    return advice.answer(membership=member, advice=key, key=uuid4(), text=text, now=timezone.now())


def seen_by(member):
    return advice.board(membership=member)["items"]


@pytest.fixture
def held():
    """A talk with Robin, whose counsellor has a colleague present."""
    made = ActiveConversationFactory(counsellor__public_name="Sam")
    PresenceFactory(membership=made.counsellor)
    return made


@pytest.mark.django_db
@pytest.mark.promise("C09")
class TestRules:
    def test_colleague_reads_the_question_and_nothing_of_the_visitor(self, held):
        colleague = colleague_of(held, public_name="Noor")
        key = uuid4()
        assert ask(held, key=key)["colleagues"] == 1
        [item] = seen_by(colleague)
        assert item == {
            "advice": str(key), "line": held.line.slug, "line_name": held.line.name, "from": "Sam", "mine": False,
            "text": QUESTION, "masked": False, "at": item["at"], "answers": [],
        }  # fmt: skip
        answer(colleague, key)
        [item] = seen_by(held.counsellor)
        assert (item["talk"], item["mine"]) == (held.code, True)
        assert [(entry["from"], entry["text"], entry["mine"]) for entry in item["answers"]] == [("Noor", ANSWER, False)]

    def test_answer_of_one_colleague_is_not_shown_to_another(self, held):
        one, other = colleague_of(held), colleague_of(held)
        key = uuid4()
        ask(held, key=key)
        answer(one, key)
        assert [len(item["answers"]) for item in (*seen_by(one), *seen_by(other))] == [1, 0]

    def test_rows_are_sealed(self, held):
        colleague = colleague_of(held)
        key = uuid4()
        ask(held, key=key)
        answer(colleague, key)
        with across_organisations():
            rows = [*Advice.objects.all(), *AdviceAnswer.objects.all()]
        assert not [row for row in rows if b"durft" in bytes(row.text) or b"veilig" in bytes(row.text)]

    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("Wat doe ik met Robin?", ["nickname"]),
            ("Iemand van 16 jaar", ["answer"]),
            ("Er wordt gezegd dat niemand mij hier gelooft", ["quote"]),
        ],
    )
    def test_question_with_something_of_the_talk_is_refused_and_not_stored(self, held, text, found):
        colleague = colleague_of(held)
        store([saying(held, text="Ik denk dat niemand mij hier gelooft")])
        with pytest.raises(RefusedError, match="names_visitor") as caught:
            ask(held, text)
        assert caught.value.extra == {"found": found}
        assert seen_by(colleague) == seen_by(held.counsellor) == []

    def test_question_with_a_code_of_the_talk_is_refused(self, held):
        colleague_of(held)
        code = ticket(contents_of(held).key, "Robin").code
        for text in (f"code {code}", f"code {code.lower().replace('-', ' ')}", f"gesprek {held.code}"):
            with pytest.raises(RefusedError, match="names_visitor") as caught:
                ask(held, text)
            assert caught.value.extra == {"found": ["code"]}

    def test_question_with_words_of_another_own_talk_is_refused(self, held):
        colleague_of(held)
        other = ActiveConversationFactory(line=held.line, counsellor=held.counsellor)
        store([saying(other, text="Mijn broer komt elke nacht op mijn kamer")])
        with pytest.raises(RefusedError, match="names_visitor"):
            ask(held, "Iemand zegt: mijn broer komt elke nacht")

    def test_answer_with_words_of_the_colleagues_own_talk_is_refused(self, held):
        colleague = colleague_of(held)
        other = ActiveConversationFactory(line=held.line, counsellor=colleague, nickname=None)
        store([saying(other, text="Mijn broer komt elke nacht op mijn kamer")])
        key = uuid4()
        ask(held, key=key)
        with pytest.raises(RefusedError, match="names_visitor"):
            answer(colleague, key, "Ik had ook iemand: mijn broer komt elke nacht")
        # That a colleague happens to name the asker's visitor is no way to find out who it is.
        answer(colleague, key, "Robin Hood deed het anders")

    def test_address_and_number_of_a_person_are_masked_before_anybody_sees_them(self, held):
        colleague = colleague_of(held)
        key = uuid4()
        ask(held, "Mag ik kim@example.org of 0470 12 34 56 bellen, of privacy@example.org?", key=key)
        [item] = seen_by(colleague)
        assert item["text"] == "Mag ik […] of […] bellen, of privacy@example.org?"
        assert item["masked"]
        answer(colleague, key, "Bel 0470 12 34 56")
        assert seen_by(colleague)[0]["answers"][0]["text"] == "Bel […]"

    def test_only_colleagues_present_on_the_line_are_asked(self, held):
        other_line = LineFactory(organisation=held.organisation)
        elsewhere = colleague_of(held)
        AssignmentFactory(membership=elsewhere, line=other_line)
        away = MembershipFactory(organisation=held.organisation)
        PresenceFactory(membership=away, state="pause")
        foreign = MembershipFactory()
        PresenceFactory(membership=foreign)
        with pytest.raises(RefusedError, match="nobody_there"):
            ask(held)
        colleague_of(held)
        key = uuid4()
        assert ask(held, key=key)["colleagues"] == 1
        for member in (elsewhere, foreign):
            assert seen_by(member) == []
            with pytest.raises(RefusedError, match="not_here"):
                answer(member, key)
        assert seen_by(foreign) == []

    def test_nobody_there_leaves_nothing_behind(self, held):
        with pytest.raises(RefusedError, match="nobody_there"):
            ask(held)
        with across_organisations():
            assert not Advice.objects.exists()

    @pytest.mark.promise("O10")
    @pytest.mark.parametrize("who", ["colleague", "foreign"])
    def test_nobody_asks_about_a_talk_of_somebody_else(self, held, who):
        member = colleague_of(held) if who == "colleague" else MembershipFactory()
        with pytest.raises(RefusedError, match="not_here"):
            ask(held, member=member)

    def test_question_is_not_for_its_asker_to_answer(self, held):
        colleague_of(held)
        key = uuid4()
        ask(held, key=key)
        with pytest.raises(RefusedError, match="not_here"):
            answer(held.counsellor, key)

    def test_resend_is_stored_once(self, held):
        colleague = colleague_of(held)
        key = uuid4()
        assert ask(held, key=key) == ask(held, key=key)
        other = ActiveConversationFactory(line=held.line, counsellor=colleague)
        with pytest.raises(RefusedError, match="malformed"):
            ask(other, key=key)
        assert len(seen_by(colleague)) == 1

    def test_questions_have_limits(self, held, monkeypatch):
        colleague = colleague_of(held)
        with pytest.raises(RefusedError, match="too_long"):
            ask(held, "a" * (ADVICE_LENGTH + 1))
        key, now = uuid4(), timezone.now()
        ask(held, key=key, now=now)
        with pytest.raises(RefusedError, match="slow_down"):
            ask(held, now=now + timedelta(seconds=1))
        monkeypatch.setattr(advice, "MOST_QUESTIONS", 2)
        ask(held, now=now + timedelta(seconds=6))
        with pytest.raises(RefusedError, match="slow_down"):
            ask(held, now=now + timedelta(minutes=1))
        monkeypatch.setattr(advice, "MOST_ANSWERS", 1)
        answer(colleague, key)
        with pytest.raises(RefusedError, match="slow_down"):
            answer(colleague, key)

    def test_question_follows_the_talk_to_its_new_owner(self, held):
        colleague, new = colleague_of(held), colleague_of(held)
        key = uuid4()
        ask(held, key=key)
        answer(colleague, key)
        with across_organisations():
            Conversation.objects.filter(pk=held.pk).update(counsellor=new)
        assert seen_by(held.counsellor) == []
        assert len(seen_by(new)[0]["answers"]) == 1

    @pytest.mark.parametrize("how", ["counsellor", "visitor", "not back"])
    def test_end_of_the_talk_leaves_no_row(self, held, how):
        colleague = colleague_of(held)
        key = uuid4()
        ask(held, key=key)
        answer(colleague, key)
        if how == "counsellor":
            service.close(conversation=held, membership=held.counsellor, why="finished", now=timezone.now())
        elif how == "visitor":
            service.leave(conversation=held, now=timezone.now())
        else:
            with across_organisations():
                service.finish(conversation=held, name="abandon", by=Party.SYSTEM, why=Why.NOT_BACK, now=timezone.now())
        with across_organisations():
            assert (Advice.objects.count(), AdviceAnswer.objects.count()) == (0, 0)
        assert seen_by(colleague) == []
        with pytest.raises(RefusedError, match="not_here"):
            answer(colleague, key)
        with pytest.raises(RefusedError, match="closed"):
            ask(held)

    def test_question_of_a_talk_that_is_over_is_nobodys_even_when_its_row_is_there(self, held):
        colleague = colleague_of(held)
        key = uuid4()
        ask(held, key=key)
        with across_organisations():
            Conversation.objects.filter(pk=held.pk).update(state="closed", ended_at=timezone.now())
        assert seen_by(colleague) == seen_by(held.counsellor) == []
        with pytest.raises(RefusedError, match="not_here"):
            answer(colleague, key)

    def test_question_is_taken_back_by_who_has_the_talk_alone(self, held):
        colleague = colleague_of(held)
        key = uuid4()
        ask(held, key=key)
        with pytest.raises(RefusedError, match="not_here"):
            advice.take_back(membership=colleague, advice=key)
        advice.take_back(membership=held.counsellor, advice=key)
        assert seen_by(colleague) == seen_by(held.counsellor) == []


@pytest.mark.asyncio
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("live")
@pytest.mark.promise("C09")
class TestOverTheSocket:
    async def test_question_answer_and_end_reach_colleague_and_asker_and_never_the_visitor(self):
        async with talk() as (line, client, counsellor, started):
            code, key = started["code"], str(uuid4())
            colleague = await in_database(present_on)(line)
            async with desk(colleague) as other:
                await counsellor.say("ask", talk=code, id=key, text=QUESTION)
                assert (await counsellor.hear("asked", id=key))["colleagues"] == 1
                heard = await other.hear("advice_item")
                assert "talk" not in heard["item"] and code not in json.dumps(heard)
                await other.say("advise", advice=key, id=str(uuid4()), text=ANSWER)
                await other.hear("advised", advice=key)
                while not (item := (await counsellor.hear("advice_item"))["item"])["answers"]:
                    pass
                assert item["answers"][0]["text"] == ANSWER
                # A colleague cannot open the talk by what the question tells.
                for guess in (key, code):
                    await other.say("open", talk=guess, since=0)
                    assert (await other.hear("refused", do="open"))["why"] == "not_here"
                await counsellor.say("close", talk=code, why="finished")
                assert (await other.hear("advice_gone"))["advice"] == key
                await counsellor.hear("advice_gone", advice=key)
                await other.say("advice")
                assert (await other.hear("advice"))["items"] == []
            frames = []
            while not frames or frames[-1].get("state") != "closed":
                frames.append(json.loads(await client.receive_from(timeout=30)))
            told = json.dumps(frames)
            assert QUESTION not in told and ANSWER not in told and key not in told

    async def test_refused_question_says_what_was_found(self):
        async with talk() as (line, client, counsellor, started):
            await in_database(present_on)(line)
            await client.say("say", id=str(uuid4()), text="Niemand mag weten dat ik hier ben")
            await counsellor.hear("said", talk=started["code"])
            await counsellor.say("ask", talk=started["code"], id=str(uuid4()), text="Wat als niemand mag weten dat ik")
            refused = await counsellor.hear("refused", do="ask")
            assert (refused["why"], refused["found"]) == ("names_visitor", ["quote"])
            await counsellor.say("ask", talk=started["code"], id=str(uuid4()), text="  ")
            assert (await counsellor.hear("refused", do="ask"))["why"] == "empty"

    async def test_who_reloads_reads_what_is_still_asked(self):
        async with talk() as (line, _client, counsellor, started):
            colleague = await in_database(present_on)(line)
            await counsellor.say("ask", talk=started["code"], id=str(uuid4()), text=QUESTION)
            await counsellor.hear("asked")
            async with desk(colleague) as other:
                await other.say("advice")
                assert [item["text"] for item in (await other.hear("advice"))["items"]] == [QUESTION]

    async def test_visitor_cannot_ask_colleagues(self):
        async with talk() as (_line, client, _counsellor, started):
            for do, values in (("ask", {"talk": started["code"], "text": "x"}), ("advice", {}), ("take_back", {})):
                await client.say(do, id=str(uuid4()), **values)
                assert (await client.hear("refused"))["why"] == "malformed"


def present_on(line):
    member = MembershipFactory(organisation=line.organisation)
    PresenceFactory(membership=member)
    return member
