"""Conversations, their messages, and who of the staff is there."""

import secrets
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chat.states import OPEN, Party, State, Why
from helplines.models import Line, Membership, Organisation, Staff
from helplines.tenancy import tenant_manager

# A browser that said nothing for so long is taken for gone. With the keeper's rounds a death is noticed within 30 s (I7).
STALE = timedelta(seconds=20)


def new_code() -> str:
    """128 random bits; it names a conversation and opens nothing."""
    return secrets.token_urlsafe(16)


class Visiting:
    """What the row of a talk tells of its visitor, whether it was read whole or in part."""

    __slots__ = ()
    state: Any
    waiting_since: Any
    back_at: Any
    visitor_connected: Any
    visitor_seen_at: Any

    def visitor_is_there(self, now: datetime) -> bool:
        """The same rule as `ConversationQuerySet.visitor_there`, for a row that was read already."""
        return bool(self.visitor_connected and self.visitor_seen_at > now - STALE)

    @property
    def waits_from(self) -> datetime:
        """Since when the visitor waits, or waited last: who was in a talk already waits since that broke off."""
        since: datetime = self.back_at or self.waiting_since
        return since

    def takes_room(self, now: datetime) -> bool:
        """The same rule as `ConversationQuerySet.taking_room`, for a row that was read already."""
        return bool(self.state == State.ACTIVE or (self.state == State.WAITING and self.visitor_seen_at > now - STALE))


@dataclass(frozen=True, slots=True)
class Waiting(Visiting):
    """Of one who waits, what desks show. Hundreds may wait, and a whole row is ten times as large."""

    code: str
    line_id: int
    language: str
    state: str
    waiting_since: datetime
    back_at: datetime | None
    visitor_connected: bool
    visitor_seen_at: datetime


# In the order in which a `Waiting` has them.
SHOWN_WAITING = tuple(part.name for part in fields(Waiting))


class ConversationQuerySet(models.QuerySet["Conversation"]):
    def open(self) -> "ConversationQuerySet":
        return self.filter(state__in=OPEN)

    def waiting(self) -> "ConversationQuerySet":
        """Those who wait: first who was in a talk already, then who waits longest."""
        back_first = F("back_at").asc(nulls_last=True)
        return self.filter(state=State.WAITING).order_by(back_first, "waiting_since", "pk")

    def active_of(self, membership: Membership) -> "ConversationQuerySet":
        return self.filter(state=State.ACTIVE, counsellor=membership)

    def readable_by(self, membership: Membership) -> "ConversationQuerySet":
        """A counsellor reads the talks that are or were their own, until the instant at which they are gone."""
        return self.own(membership.organisation_id, membership.pk).not_gone(timezone.now())

    def own(self, organisation: int, member: int) -> "ConversationQuerySet":
        """The talks that this membership of the organisation leads or led."""
        return self.filter(counsellor=member, organisation_id=organisation)

    def own_of(self, staff: Staff) -> "ConversationQuerySet":
        """The talks that are or were of this person, whichever of their memberships led them."""
        return self.filter(counsellor__staff=staff, counsellor__is_active=True)

    def not_gone(self, now: datetime) -> "ConversationQuerySet":
        """Talks whose instant has not come, swept or not (requirements, question 1)."""
        return self.exclude(expires_at__lte=now)

    def gone(self, now: datetime) -> "ConversationQuerySet":
        """Talks of which nothing may be left within a day."""
        return self.filter(expires_at__lte=now)

    def kept_too_long(self, line: Line, months: int) -> "ConversationQuerySet":
        """Talks that are over, of this line, with no instant yet or with one from a longer promise than these months."""
        undated = Q(kept_months=None) | Q(kept_months__gt=months)
        return self.filter(undated, Q(line=line) | Q(came_in=line), ended_at__isnull=False)

    def entered_by(self, line: Line) -> "ConversationQuerySet":
        """Talks that began on this line; its address is where their visitors come back, wherever the talk is by now."""
        return self.filter(Q(came_in=line) | Q(came_in=None, line=line))

    def deserted(self, now: datetime) -> "ConversationQuerySet":
        """Talks whose counsellor has no living desk any more, whatever they said of themselves."""
        return self.filter(state=State.ACTIVE, counsellor__presence__seen_at__lte=now - STALE)

    def visitor_there(self, now: datetime) -> "ConversationQuerySet":
        return self.filter(visitor_connected=True, visitor_seen_at__gt=now - STALE)

    def taking_room(self, now: datetime) -> "ConversationQuerySet":
        """Talks that go on, and visitors who wait and are there, or were until a moment ago.

        Who is away for longer keeps the place for the rejoin time, and makes the line busy for nobody.
        """
        return self.filter(Q(state=State.ACTIVE) | Q(state=State.WAITING, visitor_seen_at__gt=now - STALE))

    def can_be_rejoined(self, now: datetime) -> "ConversationQuerySet":
        """Open conversations that somebody may still come back to; one that was locked may not (C02, D3)."""
        return self.open().filter(rejoin_until__gt=now).exclude(secret="")

    def not_back_in_time(self, now: datetime) -> "ConversationQuerySet":
        """Open conversations whose visitor was away for longer than the promise to pick up again (C02)."""
        return self.open().filter(rejoin_until__lte=now)


class Conversation(Visiting, models.Model):
    """One talk. Its contents are sealed with a key of its own in the keys database.

    `rejoin_until` is the moment until which the visitor can come back: the last sign of life plus the policy's minutes.
    """

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+")
    line = models.ForeignKey(Line, models.PROTECT, related_name="conversations")
    # The line on which it began, once it went to another.
    came_in = models.ForeignKey(Line, models.PROTECT, null=True, related_name="+")
    code = models.CharField(max_length=22, unique=True, default=new_code)
    state = models.CharField(max_length=10, choices=[(state, state) for state in State], default=State.WAITING)
    language = models.CharField(max_length=8)
    counsellor = models.ForeignKey(Membership, models.PROTECT, null=True, related_name="conversations")
    last_seq = models.PositiveIntegerField(default=0)

    started_at = models.DateTimeField()
    waiting_since = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True)
    # When it last came back in the waiting, from a counsellor who was gone or passed it on: such a talk comes first.
    back_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=10, choices=[(party, party) for party in Party], blank=True)
    end_reason = models.CharField(max_length=12, choices=[(why, why) for why in Why], blank=True)
    # The instant from which nobody can read it, and the promise, in months, that it was counted with. Both only ever go down.
    expires_at = models.DateTimeField(null=True)
    kept_months = models.PositiveSmallIntegerField(null=True)
    soft_minutes = models.PositiveSmallIntegerField()
    rejoin_minutes = models.PositiveSmallIntegerField()

    visitor_connected = models.BooleanField(default=True)
    visitor_socket = models.CharField(max_length=32, blank=True)
    visitor_seen_at = models.DateTimeField()
    rejoin_until = models.DateTimeField()
    visitor_seen_seq = models.PositiveIntegerField(default=0)
    counsellor_seen_seq = models.PositiveIntegerField(default=0)

    # Keyed hashes of the visitor's secrets: the one in force, the one handed out but not yet kept, and the spent ones.
    secret = models.CharField(max_length=64)
    next_secret = models.CharField(max_length=64, blank=True)
    spent_secrets = models.JSONField(default=list)
    # A keyed hash of the name and the code to come back with, and the secrets of tabs that were left behind so.
    rejoin = models.CharField(max_length=64, blank=True)
    replaced_secrets = models.JSONField(default=list)

    nickname = models.BinaryField(null=True)
    answers = models.BinaryField(null=True)

    objects: ClassVar = tenant_manager(ConversationQuerySet)

    class Meta:
        verbose_name = _("conversation")
        verbose_name_plural = _("conversations")
        indexes = [
            models.Index(fields=["organisation", "waiting_since"], name="who_waits", condition=Q(state="waiting")),
            models.Index(fields=["counsellor"], name="whose_talk", condition=Q(state="active")),
            models.Index(
                fields=["line", "rejoin"], name="who_comes_back", condition=Q(state__in=["waiting", "active"])
            ),
            models.Index(fields=["line", "-ended_at"], name="talks_of_late"),
            models.Index(
                fields=["organisation", "expires_at"], name="what_is_gone", condition=Q(expires_at__isnull=False)
            ),
            models.Index(fields=["line", "kept_months"], name="how_long_kept", condition=Q(ended_at__isnull=False)),
            models.Index(fields=["rejoin_until"], name="who_is_gone", condition=Q(state__in=["waiting", "active"])),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="active") | Q(counsellor__isnull=False), name="active_has_a_counsellor"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "active"], ended_at__isnull=True)
                | (~Q(state__in=["waiting", "active"]) & Q(ended_at__isnull=False)),
                name="over_has_an_end",
            ),
            models.CheckConstraint(condition=Q(visitor_seen_seq__lte=F("last_seq")), name="seen_what_was_said"),
        ]

    def __str__(self) -> str:
        return self.code

    def time_left(self, now: datetime) -> dict[str, int | None]:
        """How many seconds a talk has until its soft end, by the server's clock; null while nobody has it (C03)."""
        left = None
        if self.state == State.ACTIVE and self.claimed_at:
            left = round(self.soft_minutes * 60 - (now - self.claimed_at).total_seconds())
        return {"left": left, "soft_minutes": self.soft_minutes}


class Message(models.Model):
    """One message, sealed. `seq` counts 1, 2, 3, … without gaps within the conversation."""

    # No cascade: messages are removed in chunks, by their organisation's retention.
    organisation = models.ForeignKey(Organisation, models.DO_NOTHING, related_name="+")
    conversation = models.ForeignKey(Conversation, models.DO_NOTHING, related_name="messages", db_index=False)
    seq = models.PositiveIntegerField()
    uuid = models.UUIDField()
    party = models.CharField(max_length=10, choices=[(party, party) for party in Party])
    author = models.ForeignKey(Membership, models.DO_NOTHING, null=True, related_name="+", db_index=False)
    text = models.BinaryField()
    at = models.DateTimeField()
    # The language of a text that is not in the talk's own, where that is known (WCAG 3.1.2).
    lang = models.CharField(max_length=8, null=True)

    objects: ClassVar = tenant_manager(models.QuerySet)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints = [
            models.UniqueConstraint(fields=["conversation", "seq"], name="seq_once"),
            models.UniqueConstraint(fields=["conversation", "uuid"], name="stored_once"),
        ]

    def __str__(self) -> str:
        return f"{self.conversation_id}/{self.seq}"


class PresenceState(models.TextChoices):
    """What a counsellor says of themselves."""

    PRESENT = "present", _("present")
    PAUSE = "pause", _("pause")
    AWAY = "away", _("away")


class PresenceQuerySet(models.QuerySet["Presence"]):
    def there(self, now: datetime) -> "PresenceQuerySet":
        """Counsellors who said they are present and whose desk gave a sign of life just now."""
        return self.filter(
            state=PresenceState.PRESENT,
            seen_at__gt=now - STALE,
            membership__is_active=True,
            membership__staff__is_active=True,
        )

    def at_desks(self, now: datetime) -> "PresenceQuerySet":
        """Those who are there or have a break, with a desk that gave a sign of life just now."""
        alive = self.filter(seen_at__gt=now - STALE, membership__is_active=True, membership__staff__is_active=True)
        return alive.exclude(state=PresenceState.AWAY)

    def silent(self, now: datetime) -> "PresenceQuerySet":
        """Counsellors who did not go away, and whose desk gives no sign of life."""
        return self.exclude(state=PresenceState.AWAY).filter(seen_at__lte=now - STALE)


class Presence(models.Model):
    """Whether one member is at the desk."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+")
    membership = models.OneToOneField(Membership, models.CASCADE, related_name="presence")
    state = models.CharField(max_length=8, choices=PresenceState, default=PresenceState.AWAY)
    since = models.DateTimeField()
    seen_at = models.DateTimeField()

    objects: ClassVar = tenant_manager(PresenceQuerySet)

    def __str__(self) -> str:
        return f"{self.membership}: {self.state}"

    def is_there(self, now: datetime) -> bool:
        """The same rule as `PresenceQuerySet.there`, for a row that was read with its person."""
        works = self.membership.is_active and self.membership.staff.is_active
        return self.state == PresenceState.PRESENT and self.seen_at > now - STALE and works
