"""Inside the installation that is tested: sows organisations and reads what the databases hold, one JSON line for each wish.

`python -m tests.faults.inside`, with the environment of the installation. A fresh connection each time: between two wishes
the database may have been killed.
"""

import json
import os
import sys
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from django.db import connections

from bench.sow import sow
from chat.models import Conversation, Message
from chat.sealed import Contents
from chat.states import Party
from config.health import beat_age
from helplines.models import Line, Membership
from helplines.tenancy import across_organisations
from privacy import keys
from tests.factories.chat import ActiveConversationFactory, say


def stored(codes: list[str]) -> dict[str, Any]:
    """Each talk: its state, and its messages in the order of their numbers, unsealed."""
    with across_organisations():  # what a test compares with, beside any person's sight
        talks = list(Conversation.objects.filter(code__in=codes))
        rows = list(Message.objects.filter(conversation__in=talks).order_by("conversation", "seq"))
    found: dict[str, Any] = {}
    for talk in talks:
        opened = Contents.of(talk, keys.conversation_key(talk.organisation_id, talk.code))
        messages = [
            [row.seq, str(row.uuid), str(row.party), opened.text(row)] for row in rows if row.conversation_id == talk.pk
        ]
        found[talk.code] = {"state": str(talk.state), "last_seq": talk.last_seq, "messages": messages}
    return found


def talk(slug: str, text: str) -> str:
    """A talk of the first counsellor of an organisation in which a visitor said something; gives its code."""
    with across_organisations():  # it stands beside any person's sight, too
        line = Line.objects.select_related("organisation").get(organisation__slug=slug)
        member = Membership.objects.filter(organisation__slug=slug).order_by("pk").first()
        made = ActiveConversationFactory(line=line, counsellor=member)
        say(made, Party.VISITOR, text)
    return str(made.code)


def answer(wish: dict[str, Any]) -> Any:
    if wish["do"] == "sow":
        return sow(wish["counsellors"], wish["slug"], **wish["promise"])
    if wish["do"] == "talk":
        return talk(wish["slug"], wish["text"])
    if wish["do"] == "beat":
        return beat_age()[1]
    return stored(wish["codes"])


def main() -> None:
    for line in sys.stdin:
        try:
            told = answer(json.loads(line))
        finally:
            connections.close_all()
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
