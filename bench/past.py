"""Give the organisation of a benchmark a past: `python -m bench.past CONVERSATIONS` ended talks, each with a few messages."""

import os
import sys
from datetime import timedelta

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django

django.setup()

from uuid import uuid4  # noqa: E402

import psycopg  # noqa: E402
from django.utils import timezone  # noqa: E402

from chat.models import Conversation, Message  # noqa: E402
from chat.states import Party, State, Why  # noqa: E402
from helplines.models import Line, Membership  # noqa: E402
from helplines.tenancy import across_organisations  # noqa: E402

MESSAGES, CHUNK = 4, 1000


def ended(line: Line, member: Membership, number: int) -> Conversation:
    at = timezone.now() - timedelta(hours=1 + number % 4000)
    return Conversation(
        organisation=line.organisation, line=line, state=State.CLOSED, language="nl", counsellor=member,
        last_seq=MESSAGES, started_at=at, waiting_since=at, claimed_at=at, ended_at=at, ended_by=Party.COUNSELLOR,
        end_reason=Why.FINISHED, soft_minutes=60, rejoin_minutes=5, visitor_connected=False, visitor_seen_at=at,
        rejoin_until=at, secret="",
    )  # fmt: skip


def said(talk: Conversation) -> list[Message]:
    return [
        Message(
            organisation_id=talk.organisation_id, conversation=talk, seq=seq, uuid=uuid4(), party=Party.VISITOR,
            text=b"sealed", at=talk.started_at,
        )
        for seq in range(1, MESSAGES + 1)
    ]  # fmt: skip


def make(count: int) -> None:
    with across_organisations():  # a program to measure with, outside any person's sight
        line, member = Line.objects.select_related("organisation").get(), Membership.objects.first()
        for first in range(0, count, CHUNK):
            wanted = [ended(line, member, number) for number in range(first, min(count, first + CHUNK))]
            talks = Conversation.objects.bulk_create(wanted)
            Message.objects.bulk_create([message for talk in talks for message in said(talk)])
    look_at_tables()


def look_at_tables() -> None:
    """Let PostgreSQL know what is in its tables, as it does by itself after a while; only their owner may ask for it."""
    with psycopg.connect(
        os.environ["MIGRATE_DATABASE_URL"].replace("postgres://", "postgresql://"), autocommit=True
    ) as owner:
        owner.execute("VACUUM ANALYZE")


if __name__ == "__main__":
    make(int(sys.argv[1]))
