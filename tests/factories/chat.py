"""Talks to test with, sealed with real keys."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import factory
import msgspec
from django.utils import timezone

from chat import service
from chat.models import (
    Block,
    Contact,
    Conversation,
    Handover,
    Message,
    Presence,
    PresenceState,
    Reading,
    Rest,
    Silence,
    TeamCopy,
    new_code,
)
from chat.sealed import Contents
from chat.states import OVER, Party, State
from helplines.models import Line, Role
from helplines.tenancy import across_organisations
from privacy import keys
from tests.factories.helplines import LineFactory, MembershipFactory, PolicyFactory, TenantFactory, open_always


class PresenceFactory(TenantFactory):
    """A counsellor at the desk just now."""

    class Meta:
        model = Presence

    membership = factory.SubFactory(MembershipFactory)
    organisation = factory.SelfAttribute("membership.organisation")
    state = PresenceState.PRESENT
    since = factory.LazyFunction(timezone.now)
    seen_at = factory.LazyFunction(timezone.now)


class ConversationFactory(TenantFactory):
    """A waiting visitor who is there, called Robin, with one answer; `secret="…"` is what the tab holds."""

    class Meta:
        model = Conversation

    line = factory.SubFactory(LineFactory)
    organisation = factory.SelfAttribute("line.organisation")
    code = factory.LazyFunction(new_code)
    language = "nl"
    started_at = factory.LazyFunction(timezone.now)
    waiting_since = factory.SelfAttribute("started_at")
    soft_minutes = 60
    rejoin_minutes = 5
    visitor_seen_at = factory.LazyFunction(timezone.now)
    rejoin_until = factory.LazyAttribute(lambda made: made.visitor_seen_at + timedelta(minutes=made.rejoin_minutes))
    visitor_socket = "socket"
    secret = "what-the-tab-holds"

    @classmethod
    def _create(cls, model_class: type, *args: Any, **kwargs: Any) -> Any:
        organisation_id, code = kwargs["organisation"].pk, kwargs["code"]
        contents = Contents(keys.new_conversation_key(organisation_id, code), organisation_id, code)
        kwargs["secret"] = service.fingerprint(organisation_id, kwargs["secret"])
        kwargs.setdefault("nickname", contents.seal_nickname("Robin"))
        kwargs.setdefault("answers", contents.seal_answers([{"label": "Leeftijd", "value": "16"}]))
        if kwargs.get("state") in OVER:
            kwargs.setdefault("ended_at", timezone.now())
        return super()._create(model_class, *args, **kwargs)


class ActiveConversationFactory(ConversationFactory):
    """A talk with a counsellor of the line's organisation."""

    state = State.ACTIVE
    claimed_at = factory.LazyFunction(timezone.now)
    counsellor = factory.SubFactory(MembershipFactory, organisation=factory.SelfAttribute("..line.organisation"))


class HandoverFactory(TenantFactory):
    """A counsellor asked to hand their talk over to a colleague of the line."""

    class Meta:
        model = Handover

    conversation = factory.SubFactory(ActiveConversationFactory)
    organisation = factory.SelfAttribute("conversation.organisation")
    owner = factory.SelfAttribute("conversation.counsellor")
    asker = factory.SelfAttribute("owner")
    to_member = factory.SubFactory(MembershipFactory, organisation=factory.SelfAttribute("..organisation"))
    how = "colleague"
    state = "asked"
    asked_at = factory.LazyFunction(timezone.now)
    until = factory.LazyFunction(lambda: timezone.now() + timedelta(minutes=1))


class RestFactory(TenantFactory):
    """A counsellor who rests for ten minutes more."""

    class Meta:
        model = Rest

    membership = factory.SubFactory(MembershipFactory)
    organisation = factory.SelfAttribute("membership.organisation")
    until = factory.LazyFunction(lambda: timezone.now() + timedelta(minutes=10))


class ReadingFactory(TenantFactory):
    """A mentor who reads along with a talk of a colleague, and everybody was told."""

    class Meta:
        model = Reading

    conversation = factory.SubFactory(ActiveConversationFactory)
    organisation = factory.SelfAttribute("conversation.organisation")
    reader = factory.SubFactory(
        MembershipFactory, organisation=factory.SelfAttribute("..organisation"), role=Role.MENTOR
    )
    purpose = "training"
    told = True
    began_at = factory.LazyFunction(timezone.now)


class TeamCopyFactory(TenantFactory):
    """A copy of a talk that is over, with one piece in which nobody is."""

    class Meta:
        model = TeamCopy

    line = factory.SubFactory(LineFactory)
    conversation = factory.SubFactory(
        ActiveConversationFactory, line=factory.SelfAttribute("..line"), state=State.CLOSED
    )
    organisation = factory.SelfAttribute("conversation.organisation")
    maker = factory.SelfAttribute("conversation.counsellor")
    code = factory.LazyFunction(new_code)
    purpose = "training"
    made_at = factory.LazyFunction(timezone.now)
    gone_at = factory.LazyAttribute(lambda made: made.made_at + timedelta(days=7))

    @classmethod
    def _create(cls, model_class: type, *args: Any, **kwargs: Any) -> Any:
        contents = contents_of(kwargs["conversation"])
        pieces = [["visitor", "Nobody is in it."]]
        kwargs.setdefault("contents", contents.seal(kwargs["code"], "copy", msgspec.json.encode(pieces).decode()))
        return super()._create(model_class, *args, **kwargs)


class SilenceFactory(TenantFactory):
    """A talk in which nothing was asked yet."""

    class Meta:
        model = Silence

    conversation = factory.SubFactory(ActiveConversationFactory)
    organisation = factory.SelfAttribute("conversation.organisation")
    since = factory.LazyFunction(timezone.now)


def contents_of(conversation: Conversation) -> Contents:
    return Contents.of(conversation, keys.conversation_key(conversation.organisation_id, conversation.code))


def texts_in(conversation: Conversation) -> list[tuple[int, str, str]]:
    """What was said, as (seq, party, text)."""
    with across_organisations():
        rows = list(Message.objects.filter(conversation=conversation).order_by("seq"))
    opened = contents_of(conversation)
    return [(row.seq, str(row.party), opened.text(row)) for row in rows]


def staffed_line(counsellors: int = 1, **values: Any) -> tuple[Line, list[Any]]:
    """A line that is open all day, with so many counsellors present, under a policy with these values."""
    line = LineFactory()
    open_always(line)
    PolicyFactory(organisation=line.organisation, values=values)
    members = [MembershipFactory(organisation=line.organisation) for _ in range(counsellors)]
    for member in members:
        PresenceFactory(membership=member)
    return line, members


def say(conversation: Conversation, party: Party, text: str) -> None:
    """Something was said just now, by the visitor or the talk's counsellor."""
    with across_organisations():
        conversation.refresh_from_db()
        conversation.last_seq += 1
        conversation.save(update_fields=["last_seq"])
        Message.objects.create(
            organisation=conversation.organisation,
            conversation=conversation,
            seq=conversation.last_seq,
            uuid=uuid4(),
            party=party,
            author=conversation.counsellor if party == Party.COUNSELLOR else None,
            text=contents_of(conversation).seal_text(conversation.last_seq, text),
            at=timezone.now(),
        )


class ContactFactory(TenantFactory):
    """That somebody began the talk, known by no mark."""

    class Meta:
        model = Contact

    conversation = factory.SubFactory(ConversationFactory)
    organisation = factory.SelfAttribute("conversation.organisation")
    at = factory.LazyFunction(timezone.now)


class BlockFactory(TenantFactory):
    """Somebody who may not begin a talk for eight hours."""

    class Meta:
        model = Block

    by = factory.SubFactory(MembershipFactory)
    organisation = factory.SelfAttribute("by.organisation")
    code = factory.LazyFunction(new_code)
    reason = "pestering"
    at = factory.LazyFunction(timezone.now)
    until = factory.LazyFunction(lambda: timezone.now() + timedelta(hours=8))
    window = 0
