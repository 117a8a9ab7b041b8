"""An older version that somebody puts in the place of the newest opens nothing, and an alarm counts it (security goal C3)."""

import pytest
from django.db import models
from django.utils import timezone

from chat import notes
from chat.access import contents_of
from chat.models import Note
from helplines import tallies
from helplines.tenancy import across_organisations, inside
from privacy.sealing import UnreadableError
from registration import service as registering
from registration.models import Draft
from tests.factories.chat import ActiveConversationFactory

pytestmark = [pytest.mark.django_db, pytest.mark.promise("O06")]


def column_of(model, name, talk):
    with across_organisations():
        return model.objects.filter(conversation=talk).values_list(name, flat=True).get()


def put_back(model, talk, **columns):
    """As somebody who has the database would, around all that the program does."""
    with across_organisations():
        models.QuerySet(model).filter(conversation=talk).update(**columns)


def test_older_note_in_the_place_of_the_newest_opens_nothing_and_is_counted():
    talk = ActiveConversationFactory()
    write = {"conversation": talk, "membership": talk.counsellor, "socket": "s", "now": timezone.now()}
    notes.write(text="Eerst dit.", version=0, **write)
    older = column_of(Note, "text", talk)
    notes.write(text="Nu dat.", version=1, **write)
    assert notes.read(conversation=talk, membership=talk.counsellor)["text"] == "Nu dat."
    put_back(Note, talk, text=older)
    before = tallies.lately(tallies.UNREADABLE, timezone.now())
    with pytest.raises(UnreadableError):
        notes.read(conversation=talk, membership=talk.counsellor)
    assert tallies.lately(tallies.UNREADABLE, timezone.now()) == before + 1


def test_older_draft_in_the_place_of_the_newest_opens_nothing():
    talk = ActiveConversationFactory()
    save = {"conversation": talk, "membership": talk.counsellor}
    with inside(talk.organisation):
        registering.save_draft(filled={"age": "12-17"}, version=0, **save)
        older = column_of(Draft, "content", talk)
        registering.save_draft(filled={"age": "18-"}, version=1, **save)
        put_back(Draft, talk, content=older)
        with pytest.raises(UnreadableError):
            registering.draft_of(talk, talk.counsellor)


def test_nickname_answers_and_note_of_one_talk_do_not_open_in_each_others_place():
    """One key, one talk: the field is bound too."""
    talk = ActiveConversationFactory()
    contents = contents_of(talk)
    talk.nickname, talk.answers = talk.answers, talk.nickname
    for look in (contents.nickname, contents.answers):
        with pytest.raises(UnreadableError):
            look(talk)
