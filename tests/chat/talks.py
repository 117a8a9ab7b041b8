"""What tests of `chat.service` do with a talk, and how it answers."""

import pytest
from django.utils import timezone

from chat import service
from chat.models import Conversation, new_code
from chat.wire import RefusedError
from helplines.tenancy import across_organisations

SECRET = "what-the-tab-holds"
QUESTIONS = [
    {"key": "name", "kind": "nickname", "label": {"nl": "Naam"}, "why": {"nl": "Om je aan te spreken"}, "choices": []},
    {"key": "topic", "kind": "text", "label": {"nl": "Vraag"}, "why": {"nl": "Om je te helpen"}, "choices": []},
    {
        "key": "region",
        "kind": "choice",
        "label": {"nl": "Regio"},
        "why": {"nl": "Voor hulp dichtbij"},
        "choices": [{"key": "east", "label": {"nl": "Oost"}}, {"key": "west", "label": {"nl": "West"}}],
    },
]


def start(line, answers=None, now=None):
    return service.start(
        line=line, code=new_code(), language="nl", answers=answers or {}, socket="s", now=now or timezone.now()
    )


def resume(talk, secret=SECRET, socket="again", now=None):
    return service.resume(line=talk.line, code=talk.code, secret=secret, socket=socket, now=now or timezone.now())


def why(call, *args, **kwargs):
    with pytest.raises((RefusedError, service.GoneError)) as caught:
        call(*args, **kwargs)
    return caught.value.why


def now_in(talk):
    with across_organisations():
        return Conversation.objects.get(pk=talk.pk)


def told_of(call, *args):
    """Whether it was done, or the word with which it was refused."""
    try:
        call(*args)
    except RefusedError as error:
        return error.why
    return True


def take(membership, line=None):
    return service.take_next(membership=membership, line=line, now=timezone.now())
