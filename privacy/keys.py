"""The key hierarchy: master → organisation → conversation (architecture, "Keys").

Master keys come from the environment or a file and are in no database, image or backup. The first of `MASTER_KEYS` wraps new
organisation keys; the others still open old ones. Nothing here ever makes a master key. Renewing them: `privacy/rotation.py`.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.utils import timezone

from helplines.remembered import remembered
from helplines.tenancy import across_organisations, inside
from helplines.worded import Worded, WordedUpdate
from privacy import sealing
from privacy.models import ConversationKey, OrganisationKey

CHUNK = 500
DATABASE = "keys"
TALK = "talk"
# The version that holds what fingerprints hang on: it stays when the keys that seal are renewed.
MARKS = 0

READABLE = Worded(
    lambda conversations, now: ConversationKey.objects.filter(conversation__in=conversations).readable(now)
)
EXPIRE = WordedUpdate(
    lambda conversation, at: (
        ConversationKey.objects.filter(conversation=conversation).readable(at),
        {"expires_at": at},
    )
)
NEWEST_LOCKED = Worded(
    lambda: OrganisationKey.objects.exclude(version=MARKS).order_by("-version").select_for_update()[:1]
)


class MasterKeyError(Exception):
    """The master keys are missing, malformed, or not the ones that this installation's data is sealed with."""


class KeyGoneError(Exception):
    """The key of a conversation is no longer there: what it sealed is unreadable for ever."""


@dataclass(frozen=True)
class MasterKeys:
    """Master keys by name, newest first."""

    keys: dict[str, bytes]

    @property
    def newest(self) -> str:
        return next(iter(self.keys))

    def __repr__(self) -> str:
        return f"MasterKeys({', '.join(self.keys)})"


@lru_cache(maxsize=8)
def parse_master_keys(text: str) -> MasterKeys:
    """Read `name:base64,name:base64`, newest first, 32 bytes each. Raises MasterKeyError in plain words."""
    keys: dict[str, bytes] = {}
    for entry in filter(None, (part.strip() for part in text.replace("\n", ",").split(","))):
        name, colon, encoded = entry.partition(":")
        try:
            key = base64.b64decode(encoded, validate=True)
        except (binascii.Error, ValueError):
            key = b""
        if not (name and colon) or len(key) != sealing.KEY_BYTES:
            raise MasterKeyError("MASTER_KEYS must read name:base64-of-32-bytes, several with commas between.")
        keys[name] = key
    if not keys:
        raise MasterKeyError("MASTER_KEYS is empty. Without the master key nothing can be read or sealed.")
    return MasterKeys(keys)


def master_keys() -> MasterKeys:
    return parse_master_keys(settings.MASTER_KEYS)


def check_master_keys() -> None:
    """Open every organisation key once; raises MasterKeyError when the master keys are not those of this data."""
    known = master_keys()
    with across_organisations():  # a start-up check looks at the whole installation
        rows = list(OrganisationKey.objects.all())
    for row in rows:
        if row.master not in known.keys:
            raise MasterKeyError(
                f"The master key {row.master!r}, which this data is sealed with, is not in MASTER_KEYS."
            )
        try:
            unwrap_organisation_key(row)
        except sealing.UnreadableError:
            raise MasterKeyError(
                f"The master key {row.master!r} is not the one that this data is sealed with."
            ) from None


def unwrap_organisation_key(row: OrganisationKey) -> bytes:
    master = master_keys().keys.get(row.master)
    if master is None:
        raise MasterKeyError(f"The master key {row.master!r} is not in MASTER_KEYS.")
    return sealing.unseal(master, row.wrapped, sealing.place("organisation-key", row.organisation_id, row.version))


def wrap_organisation_key(organisation_id: int, version: int, key: bytes) -> tuple[str, bytes]:
    known = master_keys()
    where = sealing.place("organisation-key", organisation_id, version)
    return known.newest, sealing.seal(known.keys[known.newest], key, where)


def organisation_key(organisation_id: int, version: int | None = None) -> tuple[int, bytes]:
    """The newest key of an organisation (or this version), made on first use: `(version, 32 bytes)`.

    Its row is remembered for a second: a beginning talk asks for it six times. Raises KeyGoneError.
    """
    row: OrganisationKey = remembered.of(
        ("organisation key", organisation_id, version),
        lambda: _organisation_key_row(organisation_id, version) or make_organisation_key(organisation_id, 1),
    )
    return unwrapped(row)


def unwrapped(row: OrganisationKey) -> tuple[int, bytes]:
    """`(version, 32 bytes)`; raises MasterKeyError, UnreadableError."""
    return row.version, _unwrapped(row.organisation_id, row.version, row.master, bytes(row.wrapped))


@lru_cache(maxsize=1024)
def _unwrapped(organisation_id: int, version: int, master: str, wrapped: bytes) -> bytes:
    return unwrap_organisation_key(
        OrganisationKey(organisation_id=organisation_id, version=version, master=master, wrapped=wrapped)
    )


def forget() -> None:
    """Keep no key of an organisation in the memory of this process."""
    remembered.forget()
    _unwrapped.cache_clear()


def sealing_keys(organisation_id: int) -> models.QuerySet[OrganisationKey]:
    """The keys of an organisation that seal those of its talks, newest first."""
    rows: models.QuerySet[OrganisationKey] = OrganisationKey.objects.with_scope(organisation=organisation_id)
    return rows.exclude(version=MARKS).order_by("-version")


def _organisation_key_row(organisation_id: int, version: int | None) -> OrganisationKey | None:
    if version is None:
        return sealing_keys(organisation_id).first()
    found: OrganisationKey | None = (
        OrganisationKey.objects.with_scope(organisation=organisation_id).filter(version=version).first()
    )
    if found is None:
        raise KeyGoneError
    return found


def make_organisation_key(organisation_id: int, version: int, key: bytes = b"") -> OrganisationKey:
    """Store this version, with a new key unless one is given; where another process was first, its row is given."""
    master, wrapped = wrap_organisation_key(organisation_id, version, key or sealing.new_key())
    with inside(organisation_id):
        row, _made = OrganisationKey.objects.get_or_create(
            organisation_id=organisation_id, version=version, defaults={"master": master, "wrapped": wrapped}
        )
    return row


def marks_key(organisation_id: int) -> bytes:
    """The key that fingerprints hang on, made on first use.

    Where an older release made fingerprints already, they hang on the first key that seals: a copy of that is kept.
    """

    def row() -> OrganisationKey:
        try:
            return _organisation_key_row(organisation_id, MARKS)  # type: ignore[return-value]
        except KeyGoneError:
            oldest = sealing_keys(organisation_id).last()
            return make_organisation_key(organisation_id, MARKS, unwrapped(oldest)[1] if oldest else b"")

    return unwrapped(remembered.of(("organisation key", organisation_id, MARKS), row))[1]


def derived(key: bytes, purpose: str) -> bytes:
    """A key for one purpose only, 32 bytes (HMAC-SHA-256 as a one-step KDF, NIST SP 800-56C)."""
    return hmac.new(key, b"toeverlaat:" + purpose.encode(), hashlib.sha256).digest()


def fingerprint(organisation_id: int, purpose: str, secret: str) -> str:
    """What is kept of a secret: HMAC-SHA-256 with a key of the organisation, hexadecimal (security goal D1)."""
    return hmac.new(derived(marks_key(organisation_id), purpose), secret.encode(), hashlib.sha256).hexdigest()


def bus_keys() -> list[bytes]:
    """The keys under which processes of this installation seal what they tell each other through Redis, newest first.

    The first seals. All of them open: while master keys are renewed, processes with the old order and the new one talk.
    """
    return [derived(key, "bus") for key in master_keys().keys.values()]


def new_conversation_key(
    organisation_id: int, conversation: str, *, what: str = TALK, expires_at: datetime | None = None
) -> bytes:
    """Make, store and give the key of a new conversation (its code, 22 characters), or of another thing that goes as a whole."""
    key = sealing.new_key()
    where = sealing.place("conversation-key", organisation_id, conversation)
    try:
        with inside(organisation_id), newest_held(organisation_id) as (version, wrapping):
            ConversationKey.objects.create(
                organisation_id=organisation_id,
                conversation=conversation,
                what=what,
                expires_at=expires_at,
                version=version,
                wrapped=sealing.seal(wrapping, key, where),
            )
    except IntegrityError:
        raise ValueError("This conversation has a key already.") from None
    return key


@contextmanager
def newest_held(organisation_id: int) -> Iterator[tuple[int, bytes]]:
    """The newest key of an organisation, `(version, 32 bytes)`, to seal another key with and store that.

    Nobody retires it between the look and the write: its row is locked until the end, which must come soon.
    """
    organisation_key(organisation_id)  # so that there is one
    with transaction.atomic(using=DATABASE):
        with inside(organisation_id):
            newest = NEWEST_LOCKED.first()
        if newest is None:
            raise KeyGoneError
        yield unwrapped(newest)


def conversation_keys(organisation_id: int, conversations: list[str]) -> dict[str, bytes]:
    """The keys of these conversations that are still there, in one query; an expired one counts as gone."""
    try:
        return _conversation_keys(organisation_id, conversations)
    except KeyGoneError:
        # The organisation's key was renewed between two looks, and the old one retired.
        return _conversation_keys(organisation_id, conversations)


def _conversation_keys(organisation_id: int, conversations: list[str]) -> dict[str, bytes]:
    with inside(organisation_id):
        rows = READABLE(conversations=tuple(conversations), now=timezone.now())
    found: dict[str, bytes] = {}
    for row in rows:
        _version, wrapping = organisation_key(organisation_id, row.version)
        where = sealing.place("conversation-key", organisation_id, row.conversation)
        found[row.conversation] = sealing.unseal(wrapping, row.wrapped, where)
    return found


def conversation_key(organisation_id: int, conversation: str) -> bytes:
    """The key of one conversation; raises KeyGoneError when it is no longer there."""
    try:
        return conversation_keys(organisation_id, [conversation])[conversation]
    except KeyError:
        raise KeyGoneError from None


def let_expire(organisation_id: int, instants: dict[str, datetime]) -> None:
    """Set from which instant on the key of each conversation counts as gone; one once set is never moved later (C9)."""
    if len(instants) == 1:
        [(conversation, instant)] = instants.items()
        with inside(organisation_id):
            EXPIRE(conversation=conversation, at=instant)
        return
    rows = ConversationKey.objects.with_scope(organisation=organisation_id).filter(conversation__in=instants)
    sooner = []
    for row in rows:
        at = instants[row.conversation]
        if row.expires_at is None or row.expires_at > at:
            row.expires_at = at
            sooner.append(row)
    ConversationKey.objects.with_scope(organisation=organisation_id).bulk_update(sooner, ["expires_at"], CHUNK)


def keep_until(organisation_id: int, conversation: str, at: datetime) -> None:
    """Let the key of one conversation stay until this instant: only for a legal hold that the audit log tells (C9)."""
    rows = ConversationKey.objects.with_scope(organisation=organisation_id).filter(conversation=conversation)
    rows.filter(expires_at__lt=at).update(expires_at=at)


def destroy_expired(organisation_id: int, now: datetime) -> int:
    """Delete the keys whose instant has come, in one statement; gives how many. Safe to run twice."""
    rows = ConversationKey.objects.with_scope(organisation=organisation_id).filter(expires_at__lte=now)
    return int(rows.delete()[0])


def destroy(organisation_id: int, conversations: list[str]) -> int:
    """Delete the keys of these conversations: from now on they are unreadable. Gives how many there were."""
    rows = ConversationKey.objects.with_scope(organisation=organisation_id).filter(conversation__in=conversations)
    return int(rows.delete()[0])


def readable(organisation_id: int, conversations: list[str], now: datetime) -> set[str]:
    """Which of these conversations could still be opened at this moment."""
    rows = ConversationKey.objects.with_scope(organisation=organisation_id).readable(now)
    return set(rows.filter(conversation__in=conversations).values_list("conversation", flat=True))


def stored(organisation_id: int, what: str = TALK) -> set[str]:
    """The conversations of an organisation whose key is there, expired or not; or the other things of this kind."""
    rows = ConversationKey.objects.with_scope(organisation=organisation_id).filter(what=what)
    return set(rows.values_list("conversation", flat=True))


def expiring_before(organisation_id: int, what: str, at: datetime) -> set[str]:
    """The things of this kind whose key goes before this instant."""
    rows = ConversationKey.objects.with_scope(organisation=organisation_id).filter(what=what, expires_at__lt=at)
    return set(rows.values_list("conversation", flat=True))
