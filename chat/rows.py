"""Statements written out: the two of the writer (raise `last_seq` where a talk takes messages, insert them), and marks.

They are written out because they are most of what a message costs: by the ORM each row takes eight times as long to prepare.
Below them stand the changes of a talk that are made often enough to keep their words.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from django.db import connection
from django.db.models import F

from chat.models import Conversation, Message
from helplines.worded import WordedUpdate


class Wish(NamedTuple):
    """What a batch wants to add to one conversation: so many of the visitor, and so many of one counsellor."""

    conversation_id: int
    organisation_id: int
    by_visitor: int
    by_author: int
    author: int


class Mark(NamedTuple):
    """How far the two sides of a conversation have read; 0 where one said nothing of it. `author` is the counsellor."""

    conversation_id: int
    organisation_id: int
    visitor: int
    counsellor: int
    author: int


class Marked(NamedTuple):
    """How far the two sides have read now, as the row says."""

    conversation_id: int
    visitor_seen: int
    counsellor_seen: int
    counsellor_id: int | None


class Row(NamedTuple):
    """One message as it is stored, in the order of COLUMNS."""

    organisation_id: int
    conversation_id: int
    seq: int
    uuid: UUID
    party: str
    author_id: int | None
    text: bytes
    at: datetime
    lang: str | None


COLUMNS = "organisation_id, conversation_id, seq, uuid, party, author_id, text, at, lang"
# Whoever changes several conversations at once takes them in the order of their ids, and so waits for others and never in a
# ring: PostgreSQL's own order is whatever its plan makes of it. SQLite has one writer, and needs no order.
IN_ORDER = """
       mine AS (SELECT chat_conversation.id FROM chat_conversation JOIN wanted ON wanted.id = chat_conversation.id
                 ORDER BY chat_conversation.id FOR NO KEY UPDATE OF chat_conversation)
"""
RAISE = """
  WITH wanted (id, organisation_id, by_visitor, by_author, author) AS (VALUES {values}){mine}
UPDATE chat_conversation
   SET last_seq = last_seq + by_visitor + CASE WHEN counsellor_id = author THEN by_author ELSE 0 END
  FROM wanted {join}
 WHERE chat_conversation.id = wanted.id
   AND chat_conversation.organisation_id = wanted.organisation_id
   AND chat_conversation.state = 'active'
RETURNING chat_conversation.id, last_seq, counsellor_id
"""
# A mark beyond what was said is not believed, nor that of a counsellor who has not got the talk, and none goes back.
MARK = """
  WITH wanted (id, organisation_id, visitor, counsellor, author) AS (VALUES {values}){mine}
UPDATE chat_conversation
   SET visitor_seen_seq = CASE WHEN visitor > visitor_seen_seq AND visitor <= last_seq THEN visitor ELSE visitor_seen_seq END,
       counsellor_seen_seq = CASE WHEN counsellor > counsellor_seen_seq AND counsellor <= last_seq AND counsellor_id = author
                                  THEN counsellor ELSE counsellor_seen_seq END
  FROM wanted {join}
 WHERE chat_conversation.id = wanted.id
   AND chat_conversation.organisation_id = wanted.organisation_id
   AND ((visitor > visitor_seen_seq AND visitor <= last_seq)
        OR (counsellor > counsellor_seen_seq AND counsellor <= last_seq AND counsellor_id = author))
RETURNING chat_conversation.id, visitor_seen_seq, counsellor_seen_seq, counsellor_id
"""
# One value for all rows, which msgspec and PostgreSQL read faster than nine for each.
INSERT_AT_ONCE = f"""
INSERT INTO chat_message ({COLUMNS})
SELECT organisation_id, conversation_id, seq, uuid, party, author_id, decode(text, 'base64'), at, lang
  FROM json_to_recordset(%s::json) AS said (
       organisation_id bigint, conversation_id bigint, seq integer, uuid uuid, party text, author_id bigint, text text,
       at timestamptz, lang text)
    ON CONFLICT DO NOTHING
"""  # noqa: S608  column names of ours
INSERT_EACH = f"INSERT INTO chat_message ({COLUMNS}) VALUES {{rows}} ON CONFLICT DO NOTHING"  # noqa: S608


def change(statement: str, wanted: Iterable[tuple[int, ...]]) -> list[tuple[Any, ...]]:
    """Change one row for each of `wanted` in the order of their ids; gives what the statement returns."""
    # Numbers all of them, and made by us: a :d lets nothing else through.
    values = ", ".join(f"({', '.join(format(number, 'd') for number in row)})" for row in sorted(wanted))
    if not values:
        return []
    ordered = connection.vendor == "postgresql"
    mine, join = (f", {IN_ORDER}", "JOIN mine ON mine.id = wanted.id") if ordered else ("", "")
    with connection.cursor() as cursor:
        cursor.execute(statement.format(values=values, mine=mine, join=join))
        return cursor.fetchall() if cursor.description else []


def raise_seq(wishes: Iterable[Wish]) -> dict[int, tuple[int, int | None]]:
    """Raise `last_seq` where it may be: conversation → (the new last_seq, its counsellor)."""
    return {conversation: (last_seq, counsellor) for conversation, last_seq, counsellor in change(RAISE, wishes)}


def mark_seen(marks: Iterable[Mark]) -> list[Marked]:
    """Note how far each side has read; gives the rows in which that was news."""
    return [Marked(*row) for row in change(MARK, marks)]


def insert(rows: Sequence[Row]) -> int:
    """Insert messages; gives how many there were not yet."""
    if not rows:
        return 0
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(INSERT_AT_ONCE, [msgspec.json.encode([row._asdict() for row in rows]).decode()])
        else:
            places = ", ".join([f"({', '.join(['%s'] * len(Row._fields))})"] * len(rows))
            cursor.execute(INSERT_EACH.format(rows=places), [value for row in rows for value in stored_as(row)])
        return int(cursor.rowcount)


def stored_as(row: Row) -> list[Any]:
    """The values of a row as this database keeps them."""
    fields = (Message._meta.get_field(name.strip()) for name in COLUMNS.split(","))
    return [
        field.get_db_prep_save(value, connection)  # type: ignore[union-attr]
        for field, value in zip(fields, row, strict=True)
    ]


# What a claim, an end and a line that drops change; the check of the state stands in the same statement.
CLAIM = WordedUpdate(
    lambda talk, sources, state, member, now: (
        Conversation.objects.filter(pk=talk, state__in=sources),
        {"state": state, "counsellor_id": member, "claimed_at": now, "last_seq": F("last_seq") + 1},
    )
)
FINISH = WordedUpdate(
    lambda talk, sources, state, by, why, now: (
        Conversation.objects.filter(pk=talk, state__in=sources),
        end_of(state, by, why, now),
    )
)
FINISH_OF = WordedUpdate(
    lambda talk, sources, member, state, by, why, now: (
        Conversation.objects.filter(pk=talk, state__in=sources, counsellor=member),
        end_of(state, by, why, now),
    )
)
DROP = WordedUpdate(
    lambda talk, socket, now, until: (
        Conversation.objects.open().filter(pk=talk, visitor_socket=socket),
        {"visitor_connected": False, "visitor_seen_at": now, "rejoin_until": until},
    )
)


def end_of(state: str, by: str, why: str, now: datetime) -> dict[str, Any]:
    return {"state": state, "ended_at": now, "ended_by": by, "end_reason": why, "visitor_connected": False}
