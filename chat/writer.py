"""Writes messages: many at once, in one transaction, and only then acknowledged (architecture, "One message").

One thread takes all that is queued (at most 500). One UPDATE raises `last_seq` of each conversation that is active, and owned by
the counsellor who writes, so the check of the state and the write are one statement. Then the rows are inserted. A resend of a
message that is stored already is answered with its number and takes none: where fewer rows were new than were sent, nothing is
kept, and all is done again without those that are there.
"""

import asyncio
import logging
import queue
import threading
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import lru_cache
from time import monotonic
from uuid import UUID

from django.db import DatabaseError, IntegrityError, OperationalError, close_old_connections, connection, transaction

from chat import rows
from chat.bus import Told
from chat.hub import hub, member, visitor
from chat.models import Conversation, Message
from chat.rows import Row, Wish
from chat.sealed import Contents
from chat.states import Party, State
from chat.wire import RefusedError
from helplines.tenancy import inside_all

logger = logging.getLogger(__name__)
BATCH = 500
COUNSELLOR, VISITOR = str(Party.COUNSELLOR), str(Party.VISITOR)
# Seconds for which a connection that answered is not asked whether it is alive.
ALIVE = 1.0


@dataclass(frozen=True, slots=True)
class Saying:
    """A text on its way: who says it in which conversation. `author` is a membership's id, or 0 for the visitor."""

    conversation_id: int
    contents: Contents
    author: int
    name: str | None
    uuid: UUID
    text: str
    socket: str = ""
    lang: str | None = None


@dataclass(frozen=True, slots=True)
class Stored:
    """A committed message: its number and its moment; `new` is False for a resend."""

    seq: int
    at: datetime
    new: bool = True
    counsellor_id: int | None = None


Outcome = Stored | RefusedError | Exception
# By conversation and `id`: whose message has it, and its number.
Settled = dict[tuple[int, UUID], tuple[int, Stored]]


@dataclass
class Wanted:
    """What one batch wants to add to one conversation.

    A talk has one owner, and whoever is not is turned away before the queue. Should two authors meet in one batch all the same (a
    talk that changes hands), the row is wrong for one of them, `seq_once` stands in the way, and they are stored one by one.
    """

    organisation_id: int
    by_visitor: int = 0
    by_author: dict[int, int] = field(default_factory=lambda: defaultdict(int))

    def wish(self, conversation_id: int) -> Wish:
        author, count = next(iter(self.by_author.items()), (0, 0))
        return Wish(conversation_id, self.organisation_id, self.by_visitor, count, author)


class CollidedError(IntegrityError):
    """A message of the batch was stored before, or two want one number: nothing of the batch is stored."""


def store(batch: Sequence[Saying]) -> list[Outcome]:
    """Store a batch in one transaction; the outcomes stand in the order of the sayings.

    Raises DatabaseError when the transaction as a whole failed: nothing is stored then.
    """
    with inside_all({saying.contents.organisation_id for saying in batch}):
        try:
            settled = attempt(batch, {})
        except CollidedError:
            # Somebody sends again what is stored, which is rare: only then it is looked up before.
            settled = attempt(batch, already_stored(batch))
    return [outcome_of(saying, settled) for saying in batch]


def attempt(batch: Sequence[Saying], known: Settled) -> Settled:
    """The transaction: store what is not `known`; gives all that is stored now. Raises CollidedError, DatabaseError."""
    fresh = first_of_each(saying for saying in batch if identity(saying) not in known)
    with transaction.atomic():
        numbered = number(fresh, raise_seq(fresh))
        if rows.insert([row_of(saying, stored) for saying, stored in numbered]) < len(numbered):
            raise CollidedError
    settled = known | {identity(saying): (saying.author, stored) for saying, stored in numbered}
    refused = [saying for saying in fresh if identity(saying) not in settled]
    # What a talk that is over refuses may have been stored while it was not.
    return already_stored(refused) | settled if refused else settled


def outcome_of(saying: Saying, settled: Settled) -> Outcome:
    """What became of a saying; an `id` that a message of somebody else has is refused, or one sender would break a batch."""
    author, stored = settled.get(identity(saying), (saying.author, None))
    if author != saying.author:
        return RefusedError("malformed")
    return stored or refusal(saying)


def identity(saying: Saying) -> tuple[int, UUID]:
    return saying.conversation_id, saying.uuid


def first_of_each(sayings: Iterable[Saying]) -> list[Saying]:
    """One saying for each identity, in the order in which they came."""
    unique: dict[tuple[int, UUID], Saying] = {}
    for saying in sayings:
        unique.setdefault(identity(saying), saying)
    return list(unique.values())


def already_stored(batch: Sequence[Saying]) -> Settled:
    """Those of the batch that an earlier one stored, each with its author."""
    found = Message.objects.filter(
        conversation_id__in={saying.conversation_id for saying in batch}, uuid__in={saying.uuid for saying in batch}
    ).values_list("conversation_id", "uuid", "seq", "at", "author_id")
    return {
        (conversation, uuid): (author or 0, Stored(seq, at, new=False)) for conversation, uuid, seq, at, author in found
    }


def raise_seq(sayings: Sequence[Saying]) -> dict[int, tuple[int, int | None]]:
    """Raise `last_seq` where it may be: conversation → (the new last_seq, its counsellor)."""
    wanted: dict[int, Wanted] = {}
    for saying in sayings:
        entry = wanted.setdefault(saying.conversation_id, Wanted(saying.contents.organisation_id))
        if saying.author:
            entry.by_author[saying.author] += 1
        else:
            entry.by_visitor += 1
    return rows.raise_seq(entry.wish(conversation_id) for conversation_id, entry in wanted.items())


def may_write(saying: Saying, counsellor_id: int | None) -> bool:
    return not saying.author or saying.author == counsellor_id


def number(sayings: Sequence[Saying], raised: dict[int, tuple[int, int | None]]) -> list[tuple[Saying, Stored]]:
    """Give each saying that may be stored its number, in the order in which they came."""
    at = datetime.now(UTC)
    allowed = [
        saying
        for saying in sayings
        if saying.conversation_id in raised and may_write(saying, raised[saying.conversation_id][1])
    ]
    left: dict[int, int] = defaultdict(int)
    for saying in allowed:
        left[saying.conversation_id] += 1
    numbered = []
    for saying in allowed:
        last_seq, counsellor_id = raised[saying.conversation_id]
        seq = last_seq - left[saying.conversation_id] + 1
        left[saying.conversation_id] -= 1
        numbered.append((saying, Stored(seq, at, counsellor_id=counsellor_id)))
    return numbered


def row_of(saying: Saying, stored: Stored) -> Row:
    return Row(
        organisation_id=saying.contents.organisation_id,
        conversation_id=saying.conversation_id,
        seq=stored.seq,
        uuid=saying.uuid,
        party=COUNSELLOR if saying.author else VISITOR,
        author_id=saying.author or None,
        text=saying.contents.seal_text(stored.seq, saying.text),
        at=stored.at,
        lang=saying.lang,
    )


def refusal(saying: Saying) -> RefusedError:
    """Why a saying took no number: the talk is not active, or it is not this counsellor's."""
    with inside_all([saying.contents.organisation_id]):
        row = Conversation.objects.filter(pk=saying.conversation_id).values_list("state", "counsellor_id").first()
    if row is None or (saying.author and row[1] != saying.author):
        return RefusedError("not_here")
    if row[0] == State.WAITING:
        return RefusedError("not_yet")
    return RefusedError("closed")


def frames(saying: Saying, stored: Stored) -> list[Told]:
    """What the two sides are told of a new message."""
    organisation_id, code = saying.contents.organisation_id, saying.contents.code
    message = {
        "kind": "said",
        "seq": stored.seq,
        "id": str(saying.uuid),
        "from": COUNSELLOR if saying.author else VISITOR,
        "name": saying.name if saying.author else None,
        "text": saying.text,
        "at": moment(stored.at),
    }
    if saying.lang:
        message["lang"] = saying.lang
    told = [Told(visitor(organisation_id, code), message, saying.socket)]
    if stored.counsellor_id:
        told.append(Told(member(organisation_id, stored.counsellor_id), {**message, "talk": code}, saying.socket))
    return told


def with_news(sayings: Sequence[Saying], outcomes: Sequence[Outcome]) -> list[Outcome]:
    """After a COMMIT of which we never heard: what is stored was told nobody yet, so it is news."""
    talks = {saying.conversation_id for saying in sayings}
    with inside_all({saying.contents.organisation_id for saying in sayings}):
        owners = dict(Conversation.objects.filter(pk__in=talks).values_list("pk", "counsellor_id"))
    return [
        replace(outcome, new=True, counsellor_id=owners.get(saying.conversation_id))
        if isinstance(outcome, Stored)
        else outcome
        for saying, outcome in zip(sayings, outcomes, strict=True)
    ]


def answers() -> bool:
    """Whether the database lets us in."""
    try:
        connection.close()
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


@lru_cache(maxsize=64)
def moment(at: datetime) -> str:
    """A moment as the wire has it; all messages of a batch have the same one."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass(slots=True)
class Queued:
    saying: Saying
    loop: asyncio.AbstractEventLoop
    future: "asyncio.Future[Stored]"


class Writer:
    """The writing thread of this process; it starts with the first saying and stops when asked."""

    def __init__(self) -> None:
        self.queue: queue.SimpleQueue[Queued | None] = queue.SimpleQueue()
        self.thread: threading.Thread | None = None
        self.guard = threading.Lock()
        # For the operator: how often it wrote so many at once.
        self.sizes: Counter[int] = Counter()
        self.answered = 0.0

    def say(self, saying: Saying) -> "asyncio.Future[Stored]":
        """Store a saying; the answer is there after COMMIT. It raises RefusedError; `broken` when the database failed."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Stored] = loop.create_future()
        self.ensure_running()
        self.queue.put(Queued(saying, loop, future))
        return future

    def ensure_running(self) -> None:
        if self.thread is None or not self.thread.is_alive():
            with self.guard:
                if self.thread is None or not self.thread.is_alive():
                    self.thread = threading.Thread(target=self.run, name="writer", daemon=True)
                    self.thread.start()

    def stop(self) -> None:
        """Store what is queued, then end the thread."""
        thread = self.thread
        if thread is not None and thread.is_alive():
            self.queue.put(None)
            thread.join()

    def run(self) -> None:
        try:
            while (batch := self.next_batch()) is not None:
                self.sizes[len(batch)] += 1
                self.settle(batch, self.outcomes(batch))
        finally:
            connection.close()

    def next_batch(self) -> list[Queued] | None:
        first = self.queue.get()
        if first is None:
            return None
        batch = [first]
        while len(batch) < BATCH:
            try:
                entry = self.queue.get_nowait()
            except queue.Empty:
                break
            if entry is None:
                self.queue.put(None)
                break
            batch.append(entry)
        return batch

    def outcomes(self, batch: list[Queued]) -> list[Outcome]:
        sayings = [entry.saying for entry in batch]
        try:
            if monotonic() - self.answered > ALIVE:
                close_old_connections()
            outcomes = store(sayings)
            self.answered = monotonic()
            return outcomes
        except OperationalError:
            logger.exception("A batch of %d messages failed; trying once more.", len(batch))
            return self.once_more(sayings)
        except DatabaseError:
            logger.exception("A batch of %d messages failed; storing them one by one.", len(batch))
        except Exception:
            logger.exception("A batch of %d messages could not be prepared; storing them one by one.", len(batch))
        return [self.alone(saying) for saying in sayings]

    def once_more(self, sayings: list[Saying]) -> list[Outcome]:
        """The database was gone, or is. One that is away is not asked for each message apart: their senders try again."""
        try:
            close_old_connections()
            return with_news(sayings, store(sayings))
        except OperationalError:
            if not answers():
                logger.error("The database is away; the senders of %d messages are told so.", len(sayings))
                return [RefusedError("broken") for _saying in sayings]
        except Exception:
            logger.exception("A batch of %d messages failed again; storing them one by one.", len(sayings))
        return with_news(sayings, [self.alone(saying) for saying in sayings])

    def alone(self, saying: Saying) -> Outcome:
        try:
            close_old_connections()
            return store([saying])[0]
        except Exception:
            logger.exception("A message could not be stored; its sender is told so.")
            return RefusedError("broken")

    def settle(self, batch: list[Queued], outcomes: list[Outcome]) -> None:
        """Acknowledge first, then tell the others, in one hop to each loop."""
        by_loop: dict[asyncio.AbstractEventLoop, list[tuple[Queued, Outcome]]] = defaultdict(list)
        told: list[Told] = []
        for entry, outcome in zip(batch, outcomes, strict=True):
            by_loop[entry.loop].append((entry, outcome))
            if isinstance(outcome, Stored) and outcome.new:
                told += frames(entry.saying, outcome)
        for loop, settled in by_loop.items():
            if not loop.is_closed():
                loop.call_soon_threadsafe(resolve, settled)
        hub.tell(told)


def resolve(settled: list[tuple[Queued, Outcome]]) -> None:
    for entry, outcome in settled:
        if entry.future.done():
            continue
        if isinstance(outcome, Stored):
            entry.future.set_result(outcome)
        else:
            entry.future.set_exception(outcome)


writer = Writer()
