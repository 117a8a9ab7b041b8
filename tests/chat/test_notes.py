"""Private notes of a talk: whose they are, where they go, and what two tabs do to each other."""

import json

import pytest
from django.utils import timezone

from chat import notes, wire
from chat.models import Conversation, Note
from chat.wire import RefusedError
from helplines.tenancy import across_organisations
from privacy import keys
from privacy.sealing import UnreadableError
from tests.chat.sockets import UUID, cookie, desk, in_database, socket, stored, talk
from tests.factories.chat import ActiveConversationFactory
from tests.factories.helplines import MembershipFactory

SECRET = "the canary of the note"


def write(conversation, member, text=SECRET, version=0):
    return notes.write(
        conversation=conversation, membership=member, text=text, version=version, socket="", now=timezone.now()
    )


def given_to(conversation, member):
    with across_organisations():
        Conversation.objects.filter(pk=conversation.pk).update(counsellor=member)


@pytest.mark.django_db
class TestRules:
    def test_note_is_stored_sealed_to_its_talk_and_version(self):
        held, other = ActiveConversationFactory(), ActiveConversationFactory()
        assert write(held, held.counsellor)["version"] == 1
        with across_organisations():
            row = Note.objects.get()
        assert SECRET.encode() not in bytes(row.text)
        assert notes.read(conversation=held, membership=held.counsellor)["text"] == SECRET
        # Moved to another talk, or passed off as another version, it cannot be opened.
        with across_organisations():
            Note.objects.update(version=2)
        with pytest.raises(UnreadableError):
            notes.read(conversation=held, membership=held.counsellor)
        with across_organisations():
            Note.objects.update(version=1, conversation=other, organisation=other.organisation)
        with pytest.raises(UnreadableError):
            notes.read(conversation=other, membership=other.counsellor)

    def test_note_follows_the_talk_to_its_new_owner(self):
        held = ActiveConversationFactory()
        former, new = held.counsellor, MembershipFactory(organisation=held.organisation)
        write(held, former)
        given_to(held, new)
        assert notes.read(conversation=held, membership=new)["text"] == SECRET
        for asked in (lambda: notes.read(conversation=held, membership=former), lambda: write(held, former, "x", 1)):
            with pytest.raises(RefusedError, match="not_here"):
                asked()
        assert write(held, new, "more", 1)["version"] == 2

    def test_one_rule_says_whose_note_it_is(self):
        held = ActiveConversationFactory()
        colleague, foreign = MembershipFactory(organisation=held.organisation), MembershipFactory()
        write(held, held.counsellor)
        for member, count in ((held.counsellor, 1), (colleague, 0), (foreign, 0)):
            with across_organisations():
                assert Note.objects.readable_by(member).count() == count

    def test_of_two_tabs_the_second_hears_what_the_first_wrote(self):
        held = ActiveConversationFactory()
        write(held, held.counsellor, "first")
        with pytest.raises(RefusedError, match="conflict") as caught:
            write(held, held.counsellor, "second")
        assert (caught.value.extra["note"]["text"], caught.value.extra["note"]["version"]) == ("first", 1)
        assert write(held, held.counsellor, "first and second", 1)["version"] == 2

    def test_note_is_gone_with_the_key_of_its_talk(self):
        held = ActiveConversationFactory()
        write(held, held.counsellor)
        keys.destroy(held.organisation_id, [held.code])
        with pytest.raises(RefusedError, match="not_here"):
            notes.read(conversation=held, membership=held.counsellor)

    def test_note_is_gone_with_the_row_of_its_talk(self):
        held = ActiveConversationFactory()
        write(held, held.counsellor)
        with across_organisations():
            Conversation.objects.filter(pk=held.pk).delete()
            assert not Note.objects.exists()

    def test_note_has_a_longest_length(self):
        held = ActiveConversationFactory()
        assert write(held, held.counsellor, "a" * wire.NOTE_LENGTH)
        with pytest.raises(RefusedError, match="too_long"):
            write(held, held.counsellor, "a" * (wire.NOTE_LENGTH + 1), 1)


@pytest.mark.asyncio
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("live")
class TestOverTheSocket:
    async def test_note_goes_to_every_tab_of_its_owner_and_never_to_the_visitor(self):
        async with talk() as (line, client, counsellor, started):
            code = started["code"]
            row, _said = await stored(code)
            owner = await in_database(lambda: row.counsellor)()
            headers = await cookie(await in_database(lambda: owner.staff)())
            async with socket(f"/ws/{line.organisation.slug}/desk/", headers) as second:
                await second.say("hello")
                await second.hear("desk")
                await counsellor.say("note", talk=code)
                assert (await counsellor.hear("note"))["version"] == 0
                await counsellor.say("write_note", talk=code, text=SECRET, version=0)
                assert (await counsellor.hear("note_stored", talk=code))["version"] == 1
                assert (await second.hear("note", talk=code))["text"] == SECRET
                await second.say("write_note", talk=code, text="from the other tab", version=0)
                refused = await second.hear("refused", why="conflict")
                assert refused["note"]["text"] == SECRET
            # Everything that the visitor hears until the end of the talk.
            await counsellor.say("say", talk=code, id=UUID, text="hello")
            await counsellor.say("close", talk=code, why="finished")
            frames = []
            while not frames or frames[-1].get("state") != "closed":
                frames.append(json.loads(await client.receive_from(timeout=30)))
            assert SECRET not in json.dumps(frames)
            assert not [frame for frame in frames if "note" in frame["kind"]]
            # What was noted last is kept, also when the talk ended meanwhile.
            await counsellor.say("write_note", talk=code, text="after", version=1)
            assert (await counsellor.hear("note_stored"))["version"] == 2

    async def test_visitor_cannot_ask_for_a_note(self):
        async with talk() as (_line, client, counsellor, started):
            await counsellor.say("write_note", talk=started["code"], text=SECRET, version=0)
            await counsellor.hear("note_stored")
            for do, values in (("note", {}), ("write_note", {"text": "x", "version": 1})):
                await client.say(do, talk=started["code"], **values)
                assert (await client.hear("refused", do=do))["why"] == "malformed"

    async def test_colleague_on_the_same_desk_hears_nothing_of_it(self):
        async with talk() as (line, _client, counsellor, started):
            colleague = await in_database(MembershipFactory)(organisation=line.organisation)
            async with desk(colleague) as other:
                await counsellor.say("write_note", talk=started["code"], text=SECRET, version=0)
                await counsellor.hear("note_stored")
                await other.say("note", talk=started["code"])
                heard = []
                while not heard or heard[-1]["kind"] != "refused":
                    heard.append(json.loads(await other.receive_from(timeout=30)))
                assert heard[-1]["why"] == "not_here" and SECRET not in json.dumps(heard)
