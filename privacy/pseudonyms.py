"""Who comes again, without knowing who: keyed marks that cannot be tied together once their key is destroyed (C06, C07, D06).

A mark is an HMAC-SHA-256 with a random key of one organisation, one purpose and one window of 24 hours. A plain hash is never
kept: all IPv4 addresses can be hashed in ten minutes. Windows are true hours since 1970 in UTC, so no clock change makes one
longer or shorter (J4). What was marked in the window before is looked up with that window's key, which is destroyed when
nothing marked with it counts any more; from then on marks tell nothing, in every backup of the data too (K4).
"""

import hashlib
import hmac
from datetime import UTC, datetime, timedelta

from django.db.models import QuerySet

from helplines.tenancy import inside
from privacy import keys, sealing
from privacy.models import PseudonymKey

WINDOW = timedelta(hours=24)


def window_of(now: datetime) -> int:
    """The number of the window that a moment is in."""
    return int(now.timestamp() // WINDOW.total_seconds())


def end_of(window: int) -> datetime:
    return datetime.fromtimestamp((window + 1) * WINDOW.total_seconds(), UTC)


def mark(key: bytes, *parts: str | bytes | int) -> bytes:
    """The stand-in for these parts under this key, 32 bytes. Each part has its length before it."""
    return hmac.new(key, sealing.place(*parts), hashlib.sha256).digest()


def key_now(organisation_id: int, purpose: str, now: datetime) -> tuple[int, bytes]:
    """The window of this moment and its key (32 bytes), made on first use; it lives one window longer than it is used."""
    window = window_of(now)
    row = stored(organisation_id).filter(purpose=purpose, window=window).first()
    return window, opened(row or made(organisation_id, purpose, window))


def made(organisation_id: int, purpose: str, window: int) -> PseudonymKey:
    """A second process may be first: the unique window lets one of the two keys win."""
    with inside(organisation_id), keys.newest_held(organisation_id) as (version, wrapping):
        wrapped = sealing.seal(wrapping, sealing.new_key(), where(organisation_id, purpose, window))
        row, _made = stored(organisation_id).get_or_create(
            organisation_id=organisation_id,
            purpose=purpose,
            window=window,
            defaults={"version": version, "wrapped": wrapped, "gone_at": end_of(window) + WINDOW},
        )
    return row


def keys_alive(organisation_id: int, purpose: str, now: datetime) -> dict[int, bytes]:
    """By window, every key that still serves; one past its instant counts as gone, swept or not."""
    rows = stored(organisation_id).filter(purpose=purpose, gone_at__gt=now)
    return {row.window: opened(row) for row in rows}


def keep_until(organisation_id: int, purpose: str, window: int, at: datetime) -> bool:
    """Let a key that is there serve until this instant, for a block that lasts so long; False when it is gone."""
    rows = stored(organisation_id).filter(purpose=purpose, window=window)
    rows.filter(gone_at__lt=at).update(gone_at=at)
    return bool(rows.filter(gone_at__gte=at).exists())


def due(organisation_id: int, now: datetime) -> int:
    """How many keys are past their instant."""
    return int(stored(organisation_id).filter(gone_at__lte=now).count())


def destroy_due(organisation_id: int, now: datetime) -> int:
    """Destroy the keys that serve no more, in one statement; gives how many. Safe to run twice."""
    return int(stored(organisation_id).filter(gone_at__lte=now).delete()[0])


def stored(organisation_id: int) -> "QuerySet[PseudonymKey]":
    rows: QuerySet[PseudonymKey] = PseudonymKey.objects.with_scope(organisation=organisation_id)
    return rows


def opened(row: PseudonymKey) -> bytes:
    """The key in this row; raises KeyGoneError."""
    try:
        return unwrapped(row)
    except keys.KeyGoneError:
        # The organisation's key was renewed since the row was read, and the old one retired.
        again = stored(row.organisation_id).filter(pk=row.pk).first()
        if again is None:
            raise
        return unwrapped(again)


def unwrapped(row: PseudonymKey) -> bytes:
    _version, wrapping = keys.organisation_key(row.organisation_id, row.version)
    return sealing.unseal(wrapping, row.wrapped, where_of(row))


def where_of(row: PseudonymKey) -> bytes:
    return where(row.organisation_id, row.purpose, row.window)


def where(organisation_id: int, purpose: str, window: int) -> bytes:
    return sealing.place("pseudonym-key", organisation_id, purpose, window)
