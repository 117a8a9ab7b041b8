"""The key hierarchy: master → organisation → conversation (architecture, "Keys").

Master keys come from the environment or a file and are in no database, image or backup. The first of `MASTER_KEYS` wraps new
organisation keys; the others still open old ones. Nothing here ever makes a master key.
"""

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from django.conf import settings
from django.db import IntegrityError
from django.utils import timezone

from helplines.tenancy import across_organisations
from privacy import sealing
from privacy.models import ConversationKey, OrganisationKey


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
    """The newest key of an organisation (or this version), made on first use: `(version, 32 bytes)`."""
    row = _organisation_key_row(organisation_id, version) or _first_organisation_key(organisation_id)
    return row.version, _unwrapped(row.organisation_id, row.version, row.master, bytes(row.wrapped))


@lru_cache(maxsize=1024)
def _unwrapped(organisation_id: int, version: int, master: str, wrapped: bytes) -> bytes:
    return unwrap_organisation_key(
        OrganisationKey(organisation_id=organisation_id, version=version, master=master, wrapped=wrapped)
    )


def _organisation_key_row(organisation_id: int, version: int | None) -> OrganisationKey | None:
    rows = OrganisationKey.objects.with_scope(organisation=organisation_id)
    found: OrganisationKey | None = (rows.filter(version=version) if version else rows.order_by("-version")).first()
    if found is None and version:
        raise KeyGoneError
    return found


def _first_organisation_key(organisation_id: int) -> OrganisationKey:
    master, wrapped = wrap_organisation_key(organisation_id, 1, sealing.new_key())
    rows = OrganisationKey.objects.with_scope(organisation=organisation_id)
    # A second process may be first: the unique version lets one of the two win.
    row, _made = rows.get_or_create(
        organisation_id=organisation_id, version=1, defaults={"master": master, "wrapped": wrapped}
    )
    return row  # type: ignore[no-any-return]


def derived(key: bytes, purpose: str) -> bytes:
    """A key for one purpose only, 32 bytes (HMAC-SHA-256 as a one-step KDF, NIST SP 800-56C)."""
    return hmac.new(key, b"toeverlaat:" + purpose.encode(), hashlib.sha256).digest()


def fingerprint(organisation_id: int, purpose: str, secret: str) -> str:
    """What is kept of a secret: HMAC-SHA-256 with a key of the organisation, hexadecimal (security goal D1)."""
    _version, key = organisation_key(organisation_id)
    return hmac.new(derived(key, purpose), secret.encode(), hashlib.sha256).hexdigest()


def bus_key() -> bytes:
    """The key under which processes of this installation seal what they tell each other through Redis."""
    known = master_keys()
    return derived(known.keys[known.newest], "bus")


def new_conversation_key(organisation_id: int, conversation: str) -> bytes:
    """Make, store and give the key of a new conversation (its code, 22 characters)."""
    version, wrapping = organisation_key(organisation_id)
    key = sealing.new_key()
    where = sealing.place("conversation-key", organisation_id, conversation)
    try:
        ConversationKey.objects.create(
            organisation_id=organisation_id,
            conversation=conversation,
            version=version,
            wrapped=sealing.seal(wrapping, key, where),
        )
    except IntegrityError:
        raise ValueError("This conversation has a key already.") from None
    return key


def conversation_keys(organisation_id: int, conversations: list[str]) -> dict[str, bytes]:
    """The keys of these conversations that are still there, in one query; an expired one counts as gone."""
    scoped = ConversationKey.objects.with_scope(organisation=organisation_id)
    rows = scoped.filter(conversation__in=conversations).readable(timezone.now())
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


def let_expire(organisation_id: int, conversation: str, at: datetime) -> None:
    """Set the moment at which a conversation's key must be gone; a moment once set is never moved later (C9)."""
    rows = ConversationKey.objects.with_scope(organisation=organisation_id).filter(conversation=conversation)
    rows.filter(expires_at=None).update(expires_at=at)
    rows.filter(expires_at__gt=at).update(expires_at=at)


def destroy_expired(organisation_id: int, now: datetime, limit: int = 10_000) -> int:
    """Delete the keys whose moment has come, a chunk at a time; gives how many. Safe to run twice."""
    scoped = ConversationKey.objects.with_scope(organisation=organisation_id)
    due = list(scoped.filter(expires_at__lte=now).values_list("pk", flat=True)[:limit])
    return int(scoped.filter(pk__in=due, expires_at__lte=now).delete()[0])


def destroy(organisation_id: int, conversations: list[str]) -> int:
    """Delete the keys of these conversations: from now on they are unreadable. Gives how many there were."""
    rows = ConversationKey.objects.with_scope(organisation=organisation_id).filter(conversation__in=conversations)
    return int(rows.delete()[0])
