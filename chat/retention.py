"""When a talk is gone, and how it goes (requirements F01 and question 1; security goals C8, C9, C12).

The clock starts when a talk ends. From its instant on nobody can read it, swept or not; its key is destroyed first, which ends it
in every backup too; its rows follow in chunks. Whoever is killed between those leaves what the next sweep finishes.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import models, transaction

from chat import queries
from chat.models import (
    Advice,
    AdviceAnswer,
    Contact,
    Conversation,
    Handover,
    LegalHold,
    Message,
    Note,
    Reading,
    Silence,
    TeamCopy,
    Whisper,
)
from helplines.lifetimes import after_months
from helplines.models import Line
from helplines.remembered import policy_now
from helplines.tenancy import inside
from helplines.worded import WordedUpdate
from privacy import keys, vault

CHUNK = 500
BEGIN_CLOCK = WordedUpdate(
    lambda talk, expires, months: (
        Conversation.objects.filter(pk=talk),
        {"expires_at": expires, "kept_months": months},
    )
)
# Tables of apps above with a row for a talk, in `conversation`, that goes with it.
_along: list[Any] = []


def take_along(table: type[models.Model]) -> None:
    """Sign in a table whose rows go with their talk; from `AppConfig.ready()`. Done twice it changes nothing."""
    if table not in _along:
        _along.append(table)


def promised(conversation: Conversation, now: datetime) -> tuple[datetime, int]:
    """From which instant a talk that is over is gone by the promises in force, and the months that were counted with."""
    months = queries.kept_months(conversation, now)
    zone = ZoneInfo(conversation.line.organisation.time_zone)
    return after_months(conversation.ended_at or now, months, zone), months


def is_gone(conversation: Conversation, now: datetime) -> bool:
    """Whether the instant has come: by what was set, or by a promise that was made shorter a moment ago."""
    if conversation.ended_at is None:
        return False
    if conversation.expires_at is not None and conversation.expires_at <= now:
        return True
    with inside(conversation.organisation_id):
        held = LegalHold.objects.in_force(now).filter(conversation=conversation)
        return promised(conversation, now)[0] <= now and not held.exists()


def begin_clock(conversation: Conversation, now: datetime) -> None:
    """A talk ended: set the instant, on its row and, after COMMIT, on its key. Part of the transaction of the end."""
    expires, months = promised(conversation, now)
    BEGIN_CLOCK(talk=conversation.pk, expires=expires, months=months)
    conversation.expires_at, conversation.kept_months = expires, months
    organisation_id, code = conversation.organisation_id, conversation.code
    transaction.on_commit(lambda: keys.let_expire(organisation_id, {code: expires}))


def due(organisation_id: int, now: datetime) -> int:
    """How many talks should be gone by now: those past their instant, and those that a shorter promise reaches."""
    with inside(organisation_id):
        passed: int = Conversation.objects.gone(now).count()
        return passed + sum(is_gone(row, now) for row in undated(organisation_id, now))


def undated(organisation_id: int, now: datetime) -> Iterator[Conversation]:
    """Talks that are over and have no instant by the promises in force now; needs the organisation's scope."""
    for line in Line.objects.filter(organisation_id=organisation_id).select_related("organisation"):
        rows = Conversation.objects.kept_too_long(line, policy_now(line, now).retention_months).not_gone(now)
        rows = rows.exclude(hold__until__gt=now)
        yield from rows.select_related("line__organisation", "came_in__organisation").iterator(chunk_size=CHUNK)


def reach_back(organisation_id: int, now: datetime) -> int:
    """Give talks their instant by the promises in force, where that is sooner; gives how many were looked at.

    A promise that was made shorter reaches what is stored; one that was made longer moves nothing (C9).
    """
    with inside(organisation_id):
        rows = list(undated(organisation_id, now))
        for first in range(0, len(rows), CHUNK):
            date_all(organisation_id, rows[first : first + CHUNK], now)
    return len(rows)


def date_all(organisation_id: int, rows: list[Conversation], now: datetime) -> None:
    for row in rows:
        expires, months = promised(row, now)
        row.expires_at = min(expires, row.expires_at or expires)
        row.kept_months = min(months, row.kept_months or months)
    Conversation.objects.bulk_update(rows, ["expires_at", "kept_months"], CHUNK)
    keys.let_expire(organisation_id, {row.code: row.expires_at for row in rows if row.expires_at})


def shut(organisation_id: int, now: datetime) -> None:
    """Make everything that is past its instant unreadable, everywhere and at once: its keys are destroyed."""
    reach_back(organisation_id, now)
    keys.destroy_expired(organisation_id, now)


def erase(organisation_id: int, now: datetime, limit: int) -> int:
    """Erase at most so many talks that are past their instant; gives how many. Safe twice, late, and after a kill."""
    with inside(organisation_id):
        rows = Conversation.objects.gone(now).order_by("expires_at")
        return erase_talks(organisation_id, dict(rows.values_list("code", "pk")[:limit]))


def erase_talks(organisation_id: int, talks: dict[str, int]) -> int:
    """Destroy the keys of these talks (code → row), then their rows with all that stands beside them."""
    if talks:
        keys.destroy(organisation_id, list(talks))
        vault.forget(list(talks))
        remove_rows(list(talks.values()))
    return len(talks)


def remove_rows(numbers: list[int]) -> None:
    """One transaction for a chunk of talks; statements for whole tables, for a cascade would read every row first."""
    with transaction.atomic():
        AdviceAnswer.objects.filter(advice__conversation__in=numbers).delete()
        for table in (
            *_along,
            Advice,
            Contact,
            Note,
            Handover,
            Silence,
            Reading,
            Whisper,
            LegalHold,
            TeamCopy,
            Message,
        ):
            table.objects.filter(conversation__in=numbers).delete()
        rows = Conversation.objects.filter(pk__in=numbers)
        rows._raw_delete(rows.db)


def replay(organisation_id: int) -> int:
    """After data or keys came back from a backup: erase again what the other of the two shows to be erased; gives how much.

    A talk without its key is dead (a key is there before its talk is); a key without its talk was of one that was erased.
    """
    with inside(organisation_id):
        rows = dict(Conversation.objects.values_list("code", "pk"))
        known = keys.stored(organisation_id)
        dead = [(code, rows[code]) for code in rows.keys() - known]
        for first in range(0, len(dead), CHUNK):
            erase_talks(organisation_id, dict(dead[first : first + CHUNK]))
        lone = sorted(known - rows.keys())
        for first in range(0, len(lone), CHUNK):
            keys.destroy(organisation_id, lone[first : first + CHUNK])
        instants = list(Conversation.objects.exclude(expires_at=None).values_list("code", "expires_at"))
        for first in range(0, len(instants), CHUNK):
            keys.let_expire(organisation_id, {code: at for code, at in instants[first : first + CHUNK] if at})
    return len(dead) + len(lone)
