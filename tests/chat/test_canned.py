"""Canned replies as a desk gets them: of this talk's line, in its language, with their values filled in."""

import pytest

from chat import canned
from helplines.tenancy import inside
from tests.chat.sockets import in_database, stored, talk
from tests.factories.chat import ActiveConversationFactory
from tests.factories.helplines import (
    CannedReplyFactory,
    EmergencyNumberFactory,
    LineFactory,
    MembershipFactory,
    OrganisationFactory,
)


def replies_for(conversation):
    with inside(conversation.organisation):
        return canned.replies(conversation, conversation.counsellor)["replies"]


@pytest.mark.django_db
def test_reply_comes_in_the_language_of_the_talk_with_its_values():
    line = LineFactory(name="De Kade")
    EmergencyNumberFactory(organisation=line.organisation, number="112", is_first=True)
    texts = {"nl": "Welkom bij {{ line }}", "en": "Welcome at {{ line }}, call {{ emergency }}"}
    CannedReplyFactory(organisation=line.organisation, line=line, name="hello", texts=texts)
    [reply] = replies_for(ActiveConversationFactory(line=line, language="en"))
    assert reply == {
        "name": "hello", "level": "line", "language": "en", "is_other": False, "text": "Welcome at De Kade, call 112",
    }  # fmt: skip


@pytest.mark.django_db
@pytest.mark.promise("C04")
def test_reply_names_the_counsellor_as_visitors_of_the_line_know_them():
    held = ActiveConversationFactory(language="nl", counsellor__public_name="Sam")
    CannedReplyFactory(organisation=held.organisation, texts={"nl": "Dag, ik ben {{ name }}."})
    assert [reply["text"] for reply in replies_for(held)] == ["Dag, ik ben Sam."]


@pytest.mark.django_db
def test_reply_without_the_talks_language_comes_in_the_organisations_first_and_says_so():
    organisation = OrganisationFactory(languages=["nl", "en", "fr"])
    CannedReplyFactory(organisation=organisation, texts={"en": "Hello", "nl": "Hallo"})
    [reply] = replies_for(ActiveConversationFactory(line__organisation=organisation, language="fr"))
    assert (reply["text"], reply["language"], reply["is_other"]) == ("Hallo", "nl", True)


@pytest.mark.django_db
@pytest.mark.promise("O10")
def test_replies_of_others_do_not_come():
    held = ActiveConversationFactory()
    CannedReplyFactory()
    CannedReplyFactory(organisation=held.organisation, line=LineFactory(organisation=held.organisation))
    CannedReplyFactory(organisation=held.organisation, membership=MembershipFactory(organisation=held.organisation))
    CannedReplyFactory(organisation=held.organisation, membership=held.counsellor, name="mine")
    assert [(reply["name"], reply["level"]) for reply in replies_for(held)] == [("mine", "personal")]


@pytest.mark.asyncio
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("live")
async def test_desk_asks_for_replies_and_choosing_one_sends_nothing():
    async with talk() as (line, _client, counsellor, started):
        await in_database(CannedReplyFactory)(organisation=line.organisation, texts={"nl": "Hallo"})
        await counsellor.say("replies", talk=started["code"])
        assert [reply["text"] for reply in (await counsellor.hear("replies"))["replies"]] == ["Hallo"]
        assert (await stored(started["code"]))[1] == [(1, "system", "joined")]
