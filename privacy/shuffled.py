"""The anonymous store, filled in shuffled lots: nobody can tie what lies in it to a talk (G07, F14; security goal L1).

Who has the whole database and every key must not match a registration or an answer to a talk better than 1 in k. So what is to
become anonymous has no key of a talk, no shared id and no time. It waits, sealed, with others of the same organisation. Each
time one comes all of them are written anew in another order, so that neither ids nor places on the disk tell who came last.
Once `least` wait, a job (`privacy.tasks.move_every_lot`) hands them all at once, in an order of chance, to the store that
signed itself in here, in one transaction; then the key of the lot is destroyed, which ends it in every backup. What never
becomes many enough goes unread after `LONGEST`: a group so small could not be shown either.

A store that keeps a time gives the whole lot one coarse time, or lets so many share each as `least` says.
What this cannot do: whoever reads the disk again and again, with the keys, sees who came between two looks; and while fewer
than `least` wait, those few are known to be of the talks since the lot began.
"""

import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from random import SystemRandom

from django.db import transaction
from django.utils import timezone

from helplines.lifetimes import begin_of_day
from helplines.tenancy import across_organisations, inside
from privacy import keys, sealing
from privacy.models import Lot, Waiting

logger = logging.getLogger(__name__)
chance = SystemRandom()
WHAT = "lot"
LEAST, LONGEST = 10, timedelta(days=365)
# A key without a lot is one that is being made, for so long.
BEING_MADE = timedelta(days=1)


@dataclass(frozen=True)
class Store:
    """Where a lot goes: `keep(organisation_id, payloads)` writes all of them, inside the transaction and the scope."""

    name: str
    keep: Callable[[int, list[bytes]], None]
    least: int = LEAST


_stores: dict[str, Store] = {}


def sign_in(store: Store) -> None:
    """Called by an app when it is ready. Raises ValueError for a store that hides nobody among others."""
    if store.least < LEAST:
        raise ValueError(f"{store.name} must wait for {LEAST} at least.")
    _stores[store.name] = store


def put(*, organisation_id: int, store: str, payload: bytes, now: datetime) -> None:
    """Let this wait for others. Part of a transaction of the caller or one of its own; raises KeyError for an unknown store."""
    name = _stores[store].name
    with transaction.atomic(), inside(organisation_id):
        lot, key = lot_to_wait_in(organisation_id, name, now)
        there = [bytes(sealed) for sealed in Waiting.objects.filter(lot=lot).values_list("sealed", flat=True)]
        there.append(sealing.seal(key, payload, place_of(lot)))
        Waiting.objects.filter(lot=lot).delete()
        chance.shuffle(there)
        Waiting.objects.bulk_create(
            Waiting(organisation_id=organisation_id, lot=lot, sealed=sealed) for sealed in there
        )


def lot_to_wait_in(organisation_id: int, store: str, now: datetime) -> tuple[Lot, bytes]:
    """The lot of this store with its key, locked until the end of the transaction; one that nobody can read makes room."""
    rows = Lot.objects.filter(store=store, organisation_id=organisation_id)
    lot = rows.select_for_update().first()
    if lot is not None:
        try:
            return lot, keys.conversation_key(organisation_id, lot.code)
        except keys.KeyGoneError:
            remove([lot])
    code, ends = secrets.token_urlsafe(16), begin_of_day(now) + LONGEST
    key = keys.new_conversation_key(organisation_id, code, what=WHAT, expires_at=ends)
    made, is_new = rows.get_or_create(
        organisation_id=organisation_id, store=store, defaults={"code": code, "ends": ends.date()}
    )
    if is_new:
        return made, key
    # Another process was first.
    keys.destroy(organisation_id, [code])
    return rows.select_for_update().get(), keys.conversation_key(organisation_id, made.code)


def place_of(lot: Lot) -> bytes:
    return sealing.place("lot", lot.organisation_id, lot.store, lot.code)


def ready() -> list[tuple[int, str]]:
    """Every lot in which somebody waits, as organisation and store; whether they are enough is asked when it is moved."""
    with across_organisations():  # only ids, to enter each organisation's own scope
        rows = Lot.objects.filter(store__in=_stores).order_by("organisation_id", "store")
        return list(rows.values_list("organisation_id", "store"))


def move(*, organisation_id: int, store: str) -> int:
    """Hand a lot to its store when enough wait; gives how many. Of two jobs one moves it; killed, it moves next time."""
    into = _stores[store]
    with transaction.atomic(), inside(organisation_id):
        lot = Lot.objects.select_for_update().filter(store=store, organisation_id=organisation_id).first()
        payloads = opened(lot) if lot is not None else []
        if lot is None or len(payloads) < into.least:
            return 0
        chance.shuffle(payloads)
        into.keep(organisation_id, payloads)
        remove([lot])
    return len(payloads)


def opened(lot: Lot) -> list[bytes]:
    """What waits in a lot; nothing where its key is gone. One that cannot be opened never holds up the others."""
    try:
        key = keys.conversation_key(lot.organisation_id, lot.code)
    except keys.KeyGoneError:
        return []
    found = []
    for sealed in Waiting.objects.filter(lot=lot).values_list("sealed", flat=True):
        try:
            found.append(sealing.unseal(key, sealed, place_of(lot)))
        except sealing.UnreadableError:
            logger.error("One that waits for the store %s cannot be opened and is left out.", lot.store)
    return found


def remove(lots: list[Lot]) -> int:
    """Take these lots away, and after COMMIT their keys; gives how many. Needs the scope and a transaction."""
    codes = [lot.code for lot in lots]
    Waiting.objects.filter(lot__in=lots).delete()
    Lot.objects.filter(pk__in=[lot.pk for lot in lots]).delete()
    for organisation_id in {lot.organisation_id for lot in lots}:
        transaction.on_commit(partial(keys.destroy, organisation_id, codes))
    return len(lots)


def due(organisation_id: int, now: datetime) -> int:
    """How many lots waited too long, and how many keys lost their lot."""
    with inside(organisation_id):
        return int(Lot.objects.past(now.date()).count()) + len(lone_keys(organisation_id, now))


def erase(organisation_id: int, now: datetime, limit: int) -> int:
    """Erase what waited too long, and the key of a lot that was moved by a job that was killed; safe to run twice."""
    with inside(organisation_id), transaction.atomic():
        gone = remove(list(Lot.objects.past(now.date())[:limit]))
        return gone + keys.destroy(organisation_id, lone_keys(organisation_id, now))


def lone_keys(organisation_id: int, now: datetime) -> list[str]:
    """Keys that have no lot and are not just being made."""
    known = set(Lot.objects.values_list("code", flat=True))
    made_before = keys.expiring_before(organisation_id, WHAT, now + LONGEST - BEING_MADE)
    return sorted(made_before - known)


def replay(organisation_id: int) -> int:
    """After a restore: a lot without its key was moved or erased, and a key without its lot is of one that was; both go."""
    with inside(organisation_id), transaction.atomic():
        known = keys.stored(organisation_id, WHAT)
        lots = list(Lot.objects.exclude(code__in=known))
        lone = sorted(known - set(Lot.objects.values_list("code", flat=True)))
        return remove(lots) + keys.destroy(organisation_id, lone)


def waiting(organisation_id: int, store: str) -> int:
    """How many wait for a store now; for a page that says so."""
    with inside(organisation_id):
        return int(Waiting.objects.filter(lot__store=store, lot__ends__gt=timezone.now().date()).count())
