"""Reading along with a running talk, for training and quality only, by a mentor of its line (C11).

The policy of the line says whether anybody may, and whether both sides are told when it begins and ends. Each reading is a
row of its own and an entry in the audit log; where that cannot be written nobody reads. The counsellor always sees who reads
along, and both can whisper to each other: that is sealed with the talk's key, reaches no visitor, and goes with the reading.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F

from chat import announce, queries, reads, system_lines
from chat.access import contents_of, may_read_along
from chat.bus import Told
from chat.hub import member
from chat.models import Conversation, Reading, Whisper
from chat.sealed import Contents
from chat.states import OPEN
from chat.wire import RefusedError
from helplines.models import Membership
from helplines.remembered import policy_now
from helplines.tenancy import inside
from helplines.worded import WordedUpdate

WHISPER, MOST_WHISPERS = "whisper", 200
BEGINS, ENDS = "reads_along", "reads_no_more"
STOP_READING = WordedUpdate(
    lambda talk, now: (Reading.objects.filter(conversation=talk, ended_at=None), {"ended_at": now})
)


def begin(*, conversation: Conversation, membership: Membership, purpose: str, now: datetime) -> None:
    """A mentor begins to read along; an earlier reading of theirs ends. `purpose` is a keyword for the audit log.

    Raises RefusedError("not_here") where the policy, the role or the state of the talk has it otherwise; AuditUnavailable,
    and then nothing is read.
    """
    with inside(conversation.organisation_id), transaction.atomic():
        earlier = of_reader(membership)
        lock({conversation.pk, *(row.conversation_id for row in earlier)})
        if not may_read_along(membership, conversation, now):
            raise RefusedError("not_here")
        for row in earlier:
            stop(row, now)
        told = policy_now(conversation.line, now).reading_along == "told"
        try:
            with transaction.atomic():
                row = Reading.objects.create(
                    organisation_id=conversation.organisation_id,
                    conversation=conversation,
                    reader=membership,
                    purpose=purpose,
                    told=told,
                    began_at=now,
                )
        except IntegrityError:
            # Another tab of theirs was first.
            raise RefusedError("not_here") from None
        if told:
            tell_both(conversation, membership, BEGINS, now)
        announce.board_changed(conversation.organisation_id)
        # Last, for whoever writes next in the log waits until we are done.
        reads.read_along(row.conversation, membership, purpose)


def leave(*, membership: Membership, now: datetime) -> None:
    """Who reads along stops; harmless for who does not."""
    with inside(membership.organisation_id), transaction.atomic():
        for row in of_reader(membership):
            lock({row.conversation_id})
            stop(row, now)


def lock(talks: set[int]) -> None:
    """The talks first and their readings after, in one order for everybody, as the end of a talk does."""
    list(Conversation.objects.select_for_update().filter(pk__in=talks).order_by("pk").values_list("pk"))


def of_reader(membership: Membership) -> list[Reading]:
    rows = Reading.objects.filter(reader=membership, ended_at=None)
    return list(rows.select_related("conversation__counsellor", "reader"))


def stop(row: Reading, now: datetime) -> bool:
    """One reading ends; of several who end it one does. With the last one goes what was whispered."""
    if not Reading.objects.filter(pk=row.pk, ended_at=None).update(ended_at=now):
        return False
    if not Reading.objects.filter(conversation=row.conversation_id, ended_at=None).exists():
        Whisper.objects.filter(conversation=row.conversation_id).delete()
    if row.told:
        tell_both(row.conversation, row.reader, ENDS, now)
    announce.board_changed(row.organisation_id)
    return True


def passed_to(conversation: Conversation, heir: Membership, now: datetime) -> None:
    """Who reads along and then has the talk reads it as its counsellor. Part of a transaction."""
    for row in of_reader(heir):
        if row.conversation_id == conversation.pk:
            lock({conversation.pk})
            stop(row, now)


def end(conversation: Conversation, now: datetime) -> None:
    """The talk is over: nobody reads along any more, and what was whispered is gone. Part of a transaction."""
    # The readings first: a whisper that is being stored holds them until it is there to be deleted.
    STOP_READING(talk=conversation.pk, now=now)
    Whisper.objects.filter(conversation=conversation).delete()


def sweep(*, organisation_id: int, now: datetime) -> int:
    """End the readings without a living desk, or without the right that they began with; gives how many. Safe to run twice."""
    count = 0
    with inside(organisation_id):
        deserted = set(Reading.objects.deserted(now).values_list("pk", flat=True))
        rows = Reading.objects.filter(ended_at=None)
        for row in rows.select_related("conversation__line", "conversation__counsellor", "reader"):
            if row.pk in deserted or not may_read_along(row.reader, row.conversation, now):
                with transaction.atomic():
                    lock({row.conversation_id})
                    count += stop(row, now)
    return count


def tell_both(conversation: Conversation, reader: Membership, text: str, now: datetime) -> None:
    """A line of the system in the talk itself, so that it also stands there after a reload; not in a talk that is over."""
    rows = Conversation.objects.filter(pk=conversation.pk, state__in=OPEN)
    if not rows.update(last_seq=F("last_seq") + 1):
        return
    queries.read_again(conversation)
    contents = contents_of(conversation)
    message = system_lines.note(conversation, text, reader, now, contents)
    announce.tell_joined(conversation, {"kind": "said", **queries.message_frame(message, contents, None)})


# Reading
def reading_of(membership: Membership, code: str) -> Reading:
    """The reading of this talk that goes on and may go on; raises RefusedError("not_here")."""
    rows = Reading.objects.going_on().filter(reader=membership, conversation__code=code)
    row: Reading | None = rows.select_related("conversation__line__organisation", "conversation__counsellor").first()
    if row is None:
        raise RefusedError("not_here")
    return row


def history(*, membership: Membership, code: str, since: int, now: datetime) -> dict[str, Any]:
    """An `along_history` frame. Raises RefusedError("not_here")."""
    with inside(membership.organisation_id):
        conversation = reading_of(membership, code).conversation
        if not may_read_along(membership, conversation, now):
            raise RefusedError("not_here")
        told = queries.history(conversation, contents_of(conversation), since)
        return {**told, "kind": "along_history", "talk": code}


# Whispering
def whisper(*, membership: Membership, code: str, key: UUID, text: str, now: datetime) -> dict[str, Any]:
    """A word among who has the talk and who reads along; gives a `whispered` frame. Safe to send twice.

    Raises RefusedError: not_here for everybody else, and where nobody reads along; slow_down; malformed.
    """
    with inside(membership.organisation_id), transaction.atomic():
        rows = whispering(membership, code)
        conversation = rows[0].conversation
        known = Whisper.objects.filter(uuid=key).first()
        if known is not None and (known.conversation_id, known.author_id) != (conversation.pk, membership.pk):
            raise RefusedError("malformed")
        if known is None:
            put(conversation, membership, key, text, now)
            tell_whisper(key, [*(row.reader_id for row in rows), conversation.counsellor_id])
    return {"kind": "whispered", "talk": code, "id": str(key)}


def whispering(membership: Membership, code: str) -> list[Reading]:
    """The readings of this talk, for who reads along or has it; locked, so that a whisper comes before their end or never."""
    rows = Reading.objects.going_on().filter(conversation__code=code).select_for_update(of=("self",))
    found = list(rows.select_related("conversation__organisation"))
    mine = {person for row in found for person in (row.reader_id, row.conversation.counsellor_id)}
    if membership.pk not in mine:
        raise RefusedError("not_here")
    return found


def put(conversation: Conversation, author: Membership, key: UUID, text: str, now: datetime) -> None:
    if Whisper.objects.filter(conversation=conversation).count() >= MOST_WHISPERS:
        raise RefusedError("slow_down")
    Whisper.objects.create(
        organisation_id=conversation.organisation_id,
        conversation=conversation,
        author=author,
        uuid=key,
        text=contents_of(conversation).seal(key.hex, WHISPER, text),
        at=now,
    )


def tell_whisper(key: UUID, people: list[int | None]) -> None:
    row = Whisper.objects.select_related("conversation", "author__staff").get(uuid=key)
    contents = contents_of(row.conversation)
    for person in people:
        if person is not None:
            frame = {"kind": "whisper", "talk": row.conversation.code, "item": item(row, contents, person)}
            announce.after_commit(Told(member(row.organisation_id, person), frame))


def item(row: Whisper, contents: Contents, reader: int) -> dict[str, Any]:
    """One whisper as one of them sees it."""
    return {
        "id": str(row.uuid),
        "mine": row.author_id == reader,
        "name": str(row.author.staff),
        "text": contents.unseal(row.uuid.hex, WHISPER, row.text),
        "at": queries.moment(row.at),
    }


def whispers(*, membership: Membership, code: str) -> dict[str, Any]:
    """A `whispers` frame: what was whispered so far, oldest first. Raises RefusedError("not_here")."""
    with inside(membership.organisation_id), transaction.atomic():
        conversation = whispering(membership, code)[0].conversation
        contents = contents_of(conversation)
        found = Whisper.objects.filter(conversation=conversation).select_related("author__staff")
        return {"kind": "whispers", "talk": code, "items": [item(row, contents, membership.pk) for row in found]}
