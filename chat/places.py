"""The place of everybody who waits, read once for all who ask at the same time."""

import asyncio
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models.functions import Coalesce
from django.utils import timezone

from chat import queries
from chat.estimates import estimate
from chat.lanes import for_pictures
from chat.models import Conversation
from helplines.models import Line
from helplines.policies import PolicyValues
from helplines.remembered import opening_now, policy_now, remembered
from helplines.tenancy import inside

FRESH_SECONDS = 0.5
# What counts as lately.
RECENT, RECENT_TALKS = timedelta(days=14), 20
Picture = dict[str, dict[str, Any]]
# Minutes that the last talks of a line took, and that their visitors had waited.
Recent = tuple[list[float], list[float]]


def read(organisation_id: int) -> Picture:
    """The frame `waiting` of everybody who waits in this organisation, by the code of the talk."""
    now = timezone.now()
    with inside(organisation_id):
        rows = list(Conversation.objects.waiting().values_list("code", "line_id", "back_at"))
        order = [(code, line) for code, line, _back in rows]
        # A talk that lost its counsellor goes on past closing time.
        stays = {code for code, _line, back in rows if back is not None}
        lines = {line.pk: line for line in queries.chat_lines(organisation_id)}
        picture = queries.staffing(organisation_id, now)
        there = {pk: picture.there(line) for pk, line in lines.items()}
        policies = {pk: policy_now(lines[pk], now) for pk in {line for _code, line in order} & lines.keys()}
        recent = {pk: lately(lines[pk], now) for pk, policy in policies.items() if policy.queue}
        closes = {pk: opening_now(lines[pk], now).until for pk in policies}
    rivals = sharing(order, there)
    seen: Counter[int] = Counter()
    frames: Picture = {}
    for code, pk in order:
        ahead = sum(seen[other] for other in rivals[pk])
        seen[pk] += 1
        if pk in policies:
            busy = sum(picture.active[member] for member in there[pk])
            slots = picture.slots(lines[pk], policies[pk].capacity)
            frames[code] = frame(ahead, policies[pk], slots, busy, recent.get(pk))
            frames[code]["closes"] = None if code in stays else queries.moment(closes[pk])
    return frames


def sharing(order: Iterable[tuple[str, int]], there: Mapping[int, frozenset[int]]) -> dict[int, list[int]]:
    """For each line with people who wait, the lines on which people wait for the same counsellors: its own, and others."""
    lines = {line for _code, line in order}
    nobody: frozenset[int] = frozenset()
    return {
        line: [other for other in lines if other == line or there.get(line, nobody) & there.get(other, nobody)]
        for line in lines
    }


def frame(ahead: int, policy: PolicyValues, slots: int, busy: int, recent: Recent | None) -> dict[str, Any]:
    """Without a queue somebody has room, and there is nothing to estimate."""
    told: dict[str, Any] = {"kind": "waiting", "ahead": ahead, "queue": policy.queue, "minutes": None}
    if recent is not None:
        lengths, waits = recent
        told["minutes"] = estimate(ahead=ahead, slots=slots, busy=busy, lengths=lengths, waits=waits)
    return told


def lately(line: Line, now: datetime) -> Recent:
    """The same, asked once a second for everybody who waits."""
    found: Recent = remembered.of(("talks of late", line.pk), lambda: recently(line, now))
    return found


def recently(line: Line, now: datetime) -> Recent:
    """How many minutes the last talks of a line took, and how many their visitors had waited."""
    rows = Conversation.objects.filter(line=line, claimed_at__isnull=False, ended_at__gt=now - RECENT)
    since = Coalesce("back_at", "waiting_since")
    found = list(rows.order_by("-ended_at").values_list(since, "claimed_at", "ended_at")[:RECENT_TALKS])
    lengths = [minutes(claimed, ended) for _since, claimed, ended in found]
    return lengths, [minutes(since, claimed) for since, claimed, _ended in found]


def minutes(start: datetime | None, end: datetime | None) -> float:
    return max(0.0, (end - start).total_seconds() / 60) if start and end else 0.0


class Places:
    """Remembers each organisation's picture for a moment."""

    def __init__(self) -> None:
        self.known: dict[int, tuple[float, asyncio.Task[Picture]]] = {}

    async def of(self, organisation_id: int, code: str) -> dict[str, Any] | None:
        """The frame of one who waits; None for who waits no longer."""
        picture = await self.picture(organisation_id)
        if code not in picture:
            # Somebody who came a moment ago is not in a picture of before.
            self.forget(organisation_id)
            picture = await self.picture(organisation_id)
        return picture.get(code)

    async def picture(self, organisation_id: int) -> Picture:
        made, task = self.known.get(organisation_id, (0.0, None))
        stale = time.monotonic() - made > FRESH_SECONDS
        if task is None or stale or task.get_loop() is not asyncio.get_running_loop():
            task = asyncio.ensure_future(for_pictures(read)(organisation_id))
            self.known[organisation_id] = (time.monotonic(), task)
        return await asyncio.shield(task)

    def forget(self, organisation_id: int) -> None:
        """Something changed: who looks next gets a picture that is begun after this."""
        self.known.pop(organisation_id, None)

    async def come_to_rest(self) -> None:
        """Nobody asks any more: wait for the reads that still go on, and forget what they found."""
        here = asyncio.get_running_loop()
        going = {task for _made, task in self.known.values() if not task.done() and task.get_loop() is here}
        self.known.clear()
        if going:
            await asyncio.wait(going)


places = Places()
