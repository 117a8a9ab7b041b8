"""Let talks expire and erase them: `python -m bench.expired MESSAGES ROUNDS`, run inside a house of `bench/houses.py`.

Prints, as JSON, for each round the seconds until all keys were gone, the seconds of our sweep, and those of the reference:
deleting the same messages from a table of the same shape in raw chunks of 10,000.
"""

import json
import os
import sys
import time

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django

django.setup()

from datetime import timedelta  # noqa: E402

from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from bench.past import ended, look_at_tables  # noqa: E402
from chat.models import Conversation, Message  # noqa: E402
from helplines.models import Line, Membership  # noqa: E402
from helplines.tenancy import across_organisations  # noqa: E402
from privacy import keys, registry  # noqa: E402
from privacy.models import ConversationKey  # noqa: E402

IN_A_TALK, CHUNK, RAW_CHUNK, SEALED = 20, 5000, 10_000, 285  # messages, rows, rows, bytes of a short message
SAY = """
    INSERT INTO chat_message (organisation_id, conversation_id, seq, uuid, party, text, at)
    SELECT organisation_id, id, number, gen_random_uuid(), 'visitor', decode(repeat('00', %s), 'hex'), started_at
    FROM chat_conversation CROSS JOIN generate_series(1, %s) AS number
"""
DELETE = "DELETE FROM bench_message WHERE ctid = ANY (ARRAY(SELECT ctid FROM bench_message LIMIT %s))"


def sow(messages: int) -> int:
    """Talks past their time, each with its key; gives the organisation."""
    past = timezone.now() - timedelta(days=1)
    with across_organisations():  # a program to measure with, outside any person's sight
        line, member = Line.objects.select_related("organisation").get(), Membership.objects.first()
        for first in range(0, messages // IN_A_TALK, CHUNK):
            talks = [ended(line, member, number) for number in range(first, first + CHUNK)]
            for talk in talks:
                talk.expires_at, talk.kept_months = past, 1
            Conversation.objects.bulk_create(talks)
            ConversationKey.objects.bulk_create(
                ConversationKey(
                    organisation_id=talk.organisation_id, conversation=talk.code, version=1, wrapped=bytes(SEALED),
                    expires_at=past,
                )
                for talk in talks
            )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(SAY, [SEALED, IN_A_TALK])
        cursor.execute("DROP TABLE IF EXISTS bench_message")
        cursor.execute("CREATE TABLE bench_message (LIKE chat_message INCLUDING ALL)")
        cursor.execute("INSERT INTO bench_message SELECT * FROM chat_message")
    look_at_tables()
    return int(line.organisation_id)


def shut(organisation_id: int) -> float:
    began = time.perf_counter()
    keys.destroy_expired(organisation_id, timezone.now())
    return time.perf_counter() - began


def ours(organisation_id: int) -> float:
    """The sweep as the job does it, chunk after chunk."""
    eraser, now = registry.eraser("talks"), timezone.now()
    began = time.perf_counter()
    while eraser.erase(organisation_id, now, eraser.chunk):
        pass
    took = time.perf_counter() - began
    with across_organisations():  # nothing may be left
        assert not Message.objects.exists()
    return took


def raw() -> float:
    began = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute(DELETE, [RAW_CHUNK])
        while cursor.rowcount:
            cursor.execute(DELETE, [RAW_CHUNK])
    return time.perf_counter() - began


def main(messages: int, rounds: int) -> list[dict[str, float]]:
    found = []
    for number in range(rounds):
        organisation_id = sow(messages)
        took = {"shut": shut(organisation_id)}
        # By turns first: whoever is second finds the machine warmer.
        for name in ("ours", "raw") if number % 2 else ("raw", "ours"):
            took[name] = ours(organisation_id) if name == "ours" else raw()
        found.append(took)
    return found


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(int(sys.argv[1]), int(sys.argv[2]))))
