"""A talk whose visitor says nothing any more: asked twice in good time, and only then over. Any sign of life stops it.

What is due is asked of the rows at every round, so that a round that runs twice or late does no harm: each step begins a time
of its own, and no talk ends in less than LAST after the visitor was asked a second time (WCAG 2.2.1).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import OuterRef, Subquery

from chat import announce, service
from chat.models import Conversation, Message, Silence
from chat.models.care import FIRST, LAST
from chat.states import Party, State, Why
from chat.wire import RefusedError
from helplines import queries as promises
from helplines.models import Line, Membership
from helplines.tenancy import inside


@dataclass
class Quiet:
    """One talk that goes on: what was last said by whom, and how far it was asked."""

    talk: Conversation
    by: str
    at: datetime
    known: Silence | None

    @property
    def is_asked(self) -> bool:
        return self.known is not None and self.known.step > 0

    @property
    def is_answered(self) -> bool:
        """Something was said since the visitor was asked."""
        return self.known is not None and self.known.seq != self.talk.last_seq

    def waits_since(self) -> datetime:
        """Since when the counsellor waits for an answer; while it is the visitor who waits, not at all."""
        if self.by != Party.COUNSELLOR:
            return datetime.max.replace(tzinfo=UTC)
        signs = [self.at, self.talk.claimed_at or self.at, *([self.known.since] if self.known else [])]
        return max(signs)


def sweep(*, organisation_id: int, now: datetime) -> int:
    """Take every silent talk of an organisation a step further where its time has come; gives how many ended."""
    with inside(organisation_id):
        Silence.objects.exclude(conversation__state=State.ACTIVE).delete()
        minutes = {line.pk: promises.policy_for(line, now).silent_minutes for line in lines_with_talks()}
        asked = set(Silence.objects.filter(step__gt=0).values_list("conversation__line_id", flat=True))
        # Where no talk ends by itself, nothing is looked at.
        lines = asked | {pk for pk, some in minutes.items() if some}
        return sum(step(quiet, minutes.get(quiet.talk.line_id), now) for quiet in quiet_talks(lines, now))


def lines_with_talks() -> list[Line]:
    rows = Conversation.objects.filter(state=State.ACTIVE).values("line")
    return list(Line.objects.filter(pk__in=rows).select_related("organisation"))


def quiet_talks(lines: set[int], now: datetime) -> list[Quiet]:
    """The talks whose visitor is there, with what was last said in each; lines of the system say nothing."""
    said = Message.objects.filter(conversation=OuterRef("pk")).exclude(party=Party.SYSTEM).order_by("-seq")
    rows = list(
        Conversation.objects.filter(state=State.ACTIVE, line_id__in=lines)
        .visitor_there(now)
        .select_related("line", "counsellor")
        .annotate(
            last_by=Subquery(said.values("party")[:1]),
            last_author=Subquery(said.values("author")[:1]),
            last_at=Subquery(said.values("at")[:1]),
        )
        .order_by("pk")
    )
    known = {row.conversation_id: row for row in Silence.objects.filter(conversation__in=rows)}
    return list(found(rows, known))


def found(rows: list[Any], known: dict[int, Silence]) -> Iterator[Quiet]:
    for row in rows:
        # A colleague who took the talk over has not spoken yet: what the one before said asks for no answer.
        is_ours = row.last_by == Party.COUNSELLOR and row.last_author == row.counsellor_id
        if row.last_at is not None:
            yield Quiet(row, str(row.last_by) if is_ours else Party.VISITOR, row.last_at, known.get(row.pk))


def step(quiet: Quiet, minutes: int | None, now: datetime) -> bool:
    """One talk, one step; gives whether it ended."""
    known = quiet.known
    if known is not None and quiet.is_asked:
        if minutes is None or known.is_off or quiet.is_answered:
            settle(quiet.talk, now)
        elif known.due_at is not None and known.due_at <= now:
            return ask_again(quiet.talk, known, now) if known.step == 1 else end(quiet.talk, known, now)
        else:
            # Told anew at every round: nothing may depend on one frame.
            tell(quiet.talk, known, now)
    elif minutes and not (known and known.is_off) and quiet.waits_since() <= now - timedelta(minutes=minutes):
        ask(quiet.talk, now)
    return False


def tell(talk: Conversation, known: Silence | None, now: datetime) -> None:
    told = known.told(now) if known else {"step": 0, "seconds": None}
    announce.tell_silence(talk, {"kind": "silence", **told})


def ask(talk: Conversation, now: datetime) -> None:
    """The first notice; of two rounds at once one asks."""
    with transaction.atomic():
        values = {"step": 1, "seq": talk.last_seq, "due_at": now + FIRST}
        known, made = Silence.objects.get_or_create(
            conversation=talk, defaults={**values, "organisation_id": talk.organisation_id, "since": now}
        )
        if not made and not Silence.objects.filter(pk=known.pk, step=0, is_off=False).update(**values):
            return
        known.refresh_from_db()
        tell(talk, known, now)


def ask_again(talk: Conversation, known: Silence, now: datetime) -> bool:
    with transaction.atomic():
        rows = Silence.objects.filter(pk=known.pk, step=1, due_at=known.due_at)
        if rows.update(step=2, due_at=now + LAST):
            known.refresh_from_db()
            tell(talk, known, now)
    return False


def end(talk: Conversation, known: Silence, now: datetime) -> bool:
    """The end, if nothing came until this very moment: sign of life and message each change a row that is locked here."""
    with transaction.atomic():
        rows = Silence.objects.select_for_update().filter(pk=known.pk, step=2, is_off=False, due_at__lte=now)
        silent = Conversation.objects.select_for_update().filter(pk=talk.pk, last_seq=known.seq).visitor_there(now)
        if not rows.exists() or not silent.exists():
            return False
        return service.finish(conversation=talk, name="lapse", by=Party.SYSTEM, why=Why.NO_ANSWER, now=now)


def settle(talk: Conversation, now: datetime, *, is_off: bool = False) -> None:
    """Nobody is silent, or the counsellor gives more time: both sides hear it, and the time begins anew."""
    with transaction.atomic():
        rows = Silence.objects.filter(conversation=talk)
        was_asked = rows.filter(step__gt=0).update(step=0, due_at=None, since=now)
        if is_off:
            rows.update(is_off=True)
        if was_asked:
            tell(talk, None, now)


def sign(*, conversation: Conversation, now: datetime) -> None:
    """A sign of life of the visitor: a word, typing, a press, or that they came back."""
    with inside(conversation.organisation_id):
        conversation.refresh_from_db(fields=["counsellor"])
        settle(conversation, now)


def wait(*, conversation: Conversation, membership: Membership, never: bool, now: datetime) -> None:
    """The counsellor gives more time, or says that this talk never ends by itself. Raises RefusedError("not_here")."""
    with inside(membership.organisation_id), transaction.atomic():
        if not Conversation.objects.active_of(membership).filter(pk=conversation.pk).exists():
            raise RefusedError("not_here")
        Silence.objects.get_or_create(
            conversation=conversation, defaults={"organisation_id": membership.organisation_id, "since": now}
        )
        Silence.objects.filter(conversation=conversation).update(since=now)
        settle(conversation, now, is_off=never)
