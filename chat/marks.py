"""How far each side has read: stored first and told after, so that a page that is loaded again never knows less than before."""

import asyncio
import contextlib
import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from django.db import OperationalError

from chat import rows
from chat.bus import Told
from chat.hub import hub, member, visitor
from chat.lanes import in_database, still_running
from helplines.tenancy import inside

logger = logging.getLogger(__name__)
# Seconds between two rounds: so many readers at once cost one statement for an organisation, and nobody notices the wait.
PACE = 0.1
# Seconds before a database that was away is asked again.
AGAIN = 1.0
# Seconds that a process which stops waits for it: a mark is no message, and there is more to do before it is gone.
LAST = 2.0
# Rows that one statement changes: those who write in them wait no longer than that takes.
AT_ONCE = 100


class Seen(NamedTuple):
    """How far the two sides of one talk have read; 0 where one said nothing. `author` is the counsellor who says so."""

    organisation_id: int
    conversation_id: int
    code: str
    visitor: int = 0
    counsellor: int = 0
    author: int = 0

    def with_newer(self, newer: "Seen") -> "Seen":
        """Both in one: the higher mark of each side counts, and of two counsellors the last one.

        Whether so much was said, and whether the talk is that counsellor's, is the row's to say.
        """
        same = newer.author in (0, self.author)
        return newer._replace(
            visitor=max(self.visitor, newer.visitor),
            counsellor=max(self.counsellor, newer.counsellor) if same else newer.counsellor,
            author=newer.author or self.author,
        )


def store(found: Iterable[Seen]) -> list[Told]:
    """Store marks in the order of the talks; gives what the two sides are to be told: only what the rows now say."""
    by_organisation: dict[int, list[Seen]] = defaultdict(list)
    for seen in sorted(found, key=lambda seen: seen.conversation_id):
        by_organisation[seen.organisation_id].append(seen)
    told: list[Told] = []
    for organisation_id, marks in by_organisation.items():
        with inside(organisation_id):
            for start in range(0, len(marks), AT_ONCE):
                told += store_some(marks[start : start + AT_ONCE])
    return told


def store_some(marks: Sequence[Seen]) -> list[Told]:
    by_talk = {seen.conversation_id: seen for seen in marks}
    changed = rows.mark_seen(
        rows.Mark(seen.conversation_id, seen.organisation_id, seen.visitor, seen.counsellor, seen.author)
        for seen in marks
    )
    told = []
    for row in changed:
        seen = by_talk[row.conversation_id]
        if seen.visitor and seen.visitor == row.visitor_seen and row.counsellor_id:
            frame = {"kind": "seen", "seq": row.visitor_seen, "talk": seen.code}
            told.append(Told(member(seen.organisation_id, row.counsellor_id), frame))
        if seen.counsellor and seen.counsellor == row.counsellor_seen:
            topic = visitor(seen.organisation_id, seen.code)
            told.append(Told(topic, {"kind": "seen", "seq": row.counsellor_seen}))
    return told


class Marks:
    """What this process was told and did not store yet; a moment later it has."""

    def __init__(self) -> None:
        self.wanted: dict[int, Seen] = {}
        self.task: asyncio.Task[None] | None = None

    def note(self, seen: Seen) -> None:
        """Store this with the next round, which comes within PACE seconds."""
        self.add(seen)
        if still_running(self.task) is None:
            self.task = asyncio.get_running_loop().create_task(self.run())

    def add(self, seen: Seen) -> None:
        before = self.wanted.get(seen.conversation_id)
        self.wanted[seen.conversation_id] = before.with_newer(seen) if before else seen

    async def run(self) -> None:
        while self.wanted:
            taken, self.wanted = list(self.wanted.values()), {}
            try:
                hub.tell(await in_database(store)(taken))
            except OperationalError:
                logger.exception("Marks of what was read could not be stored; they are tried again.")
                self.take_back(taken)
                await asyncio.sleep(AGAIN)
            except Exception:
                logger.exception("Marks of what was read could not be stored.")
            await asyncio.sleep(PACE)

    def take_back(self, taken: Iterable[Seen]) -> None:
        newer, self.wanted = self.wanted, {seen.conversation_id: seen for seen in taken}
        for seen in newer.values():
            self.add(seen)

    async def stop(self) -> None:
        """Store what was noted, within LAST seconds, and forget the rest."""
        task, self.task = still_running(self.task), None
        if task is not None:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(task, LAST)
        self.wanted.clear()


marks = Marks()
