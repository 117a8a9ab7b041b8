"""A question about a long talk holds nobody up: the comparing happens before the lock, and has a bound (C09, goal H3)."""

from uuid import uuid4

import pytest
from django.utils import timezone

from chat import advice
from chat.states import Party
from chat.wire import RefusedError
from helplines.tenancy import inside
from tests.factories.chat import ActiveConversationFactory, PresenceFactory, say
from tests.factories.helplines import MembershipFactory

pytestmark = pytest.mark.django_db
SAID = "vader drinkt elke avond en slaat dan met deuren"


@pytest.fixture
def held():
    """A talk in which something was said, with a colleague of its counsellor present."""
    made = ActiveConversationFactory()
    PresenceFactory(membership=made.counsellor)
    PresenceFactory(membership=MembershipFactory(organisation=made.organisation))
    say(made, Party.VISITOR, SAID)
    return made


def ask(conversation, text):
    return advice.ask(
        conversation=conversation, membership=conversation.counsellor, key=uuid4(), text=text, now=timezone.now()
    )


def test_in_the_lock_only_what_was_said_since_is_compared(held, monkeypatch):
    compared, locked = [], []
    carried_over, lock = advice.carried_over, advice.lock
    monkeypatch.setattr(
        advice,
        "carried_over",
        lambda text, said: (compared.append((len(said.texts), bool(locked))), carried_over(text, said))[1],
    )
    monkeypatch.setattr(advice, "lock", lambda *given: (locked.append(1), lock(*given))[1])
    ask(held, "Wat raad je aan?")
    assert compared == [(1, False), (0, True)]


def test_what_is_said_while_it_is_compared_is_not_carried_over(held, monkeypatch):
    lock, later = advice.lock, "ik woon boven de bakker op de hoek"

    def said_meanwhile(*given):
        say(held, Party.VISITOR, later)
        lock(*given)

    monkeypatch.setattr(advice, "lock", said_meanwhile)
    with pytest.raises(RefusedError) as caught:
        ask(held, f"Iemand zegt: {later}")
    assert caught.value.extra == {"found": ["quote"]}


def test_of_a_long_talk_the_newest_is_compared(held, monkeypatch):
    monkeypatch.setattr(advice, "COMPARED_CHARACTERS", 50)
    for text in ("a" * 60, "b" * 60):
        say(held, Party.VISITOR, text)
    with inside(held.organisation):
        assert advice.said_in(held).texts == ("b" * 60,)
