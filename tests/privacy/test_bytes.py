"""Bytes that somebody put in the database are never anything but bytes: nothing that they could do is done (security goal C5)."""

import os
import pickle
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models
from django.test import Client

from chat import access, notes, queries
from chat.models import Conversation, Message, Note
from chat.states import Party
from chat.wire import RefusedError
from helplines.models import Role
from helplines.tenancy import across_organisations, inside
from privacy import keys, sealing
from tests.factories.chat import ActiveConversationFactory, say
from tests.factories.helplines import MembershipFactory

pytestmark = pytest.mark.django_db
OURS = {"helplines", "privacy", "chat", "registration", "complaints"}


class Bomb:
    """Makes a file for whoever unpickles it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


@pytest.fixture
def bomb(tmp_path):
    """The bytes, and whether somebody was caught by them."""
    mark = tmp_path / "caught"
    yield pickle.dumps(Bomb(mark))
    assert not mark.exists()


def test_bomb_catches_who_unpickles_it(tmp_path):
    pickle.loads(pickle.dumps(Bomb(tmp_path / "caught")))  # noqa: S301  to see that the test can fail
    assert (tmp_path / "caught").exists()


def byte_columns() -> list[tuple[type[models.Model], str]]:
    found = [model for model in apps.get_models() if model._meta.app_label in OURS]
    return [(model, one.name) for model in found for one in model._meta.fields if isinstance(one, models.BinaryField)]


def fill(bomb: bytes) -> int:
    """Put the bytes into every column of every row that holds bytes; gives how many rows were changed."""
    changed = 0
    with across_organisations():
        for model, column in byte_columns():
            changed += models.QuerySet(model).update(**{column: bomb})
    keys.forget()
    return changed


def test_bytes_of_somebody_else_in_every_column_are_refused_and_never_run(bomb):
    talk = ActiveConversationFactory()
    say(talk, Party.VISITOR, "Hallo")
    with inside(talk.organisation_id):
        member = talk.counsellor
        Note.objects.create(
            conversation=talk,
            organisation_id=talk.organisation_id,
            version=1,
            text=b"x",
            author=member,
            at=talk.started_at,
        )
        contents = access.contents_of(talk)
    administrator = MembershipFactory(organisation=talk.organisation, role=Role.ADMINISTRATOR)
    assert fill(bomb) >= 4
    with inside(talk.organisation_id):
        row = Conversation.objects.get(pk=talk.pk)
        refusals = 0
        for read in (
            lambda: access.contents_of(row),
            lambda: contents.text(Message.objects.get(conversation=talk)),
            lambda: contents.nickname(row),
            lambda: notes.read(conversation=row, membership=member),
            lambda: queries.history(row, contents, 0, member),
        ):
            with pytest.raises((sealing.UnreadableError, RefusedError, keys.KeyGoneError)):
                read()
            refusals += 1
    assert refusals == 5
    client = Client(raise_request_exception=False)
    client.force_login(administrator.staff, backend="allauth.account.auth_backends.AuthenticationBackend")
    for page in ("keys", "audit", "ledger", "promises"):
        client.get(f"/{page}/{talk.organisation.slug}/")
    client.get(f"/{talk.organisation.slug}/logo/")
