"""What is finished and waits for a crowd: sealed, of one size, and rewritten in a new order each time something is added.

So nobody can tell from two looks at the table, nor from where a row lies in it, which one came last (security goal L1). An
item names no talk; a short report names its writer, a registration nobody.
"""

import secrets
from datetime import date
from typing import Any
from uuid import uuid4

import msgspec

from helplines.models import Organisation
from privacy import keys, sealing
from registration.answers import Answers
from registration.models import Waiting

PURPOSE = "registration-waiting"
SIZE = 4096
SHUFFLER = secrets.SystemRandom()


class Record(msgspec.Struct, tag="record", kw_only=True):
    """A finished registration, as coarse as the policy has it already."""

    line: int | None
    channel: str
    form: str
    month: date
    moment: str
    minutes: int | None
    answers: Answers
    dimensions: dict[str, str]
    day: date


class Text(msgspec.Struct, tag="text", kw_only=True):
    """A finished short report."""

    writer: int
    text: str
    day: date


Item = Record | Text
decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder(Item)


def key_of(organisation_id: int) -> bytes:
    """A key of its own, that stays when the keys that seal talks are renewed."""
    return keys.derived(keys.marks_key(organisation_id), PURPOSE)


def place_of(organisation_id: int, row: Any) -> bytes:
    return sealing.place(PURPOSE, organisation_id, row.hex)


def filled(data: bytes) -> bytes:
    """With blanks up to a multiple of one size; JSON does not mind them."""
    return data + b" " * (-len(data) % SIZE)


def sealed(organisation_id: int, key: bytes, item: Item) -> Waiting:
    number = uuid4()
    data = filled(msgspec.json.encode(item))
    content = sealing.seal(key, data, place_of(organisation_id, number))
    return Waiting(id=number, organisation_id=organisation_id, content=content)


def opened(key: bytes, row: Waiting) -> Item:
    """Raises UnreadableError."""
    plain = sealing.unseal(key, row.content, place_of(row.organisation_id, row.id))
    item: Item = decoder.decode(plain)
    return item


def lock(organisation_id: int) -> None:
    """Who adds, mixes or closes goes one by one within an organisation; part of a transaction."""
    Organisation.objects.select_for_update().get(pk=organisation_id)


def shuffled(rows: list[Any]) -> list[Any]:
    """In an order that nobody can foretell."""
    SHUFFLER.shuffle(rows)
    return rows


def items(organisation_id: int) -> list[Item]:
    """Everything that waits (needs the organisation's scope)."""
    key = key_of(organisation_id)
    return [opened(key, row) for row in Waiting.objects.filter(organisation_id=organisation_id)]
