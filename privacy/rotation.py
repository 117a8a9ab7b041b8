"""Renewing keys while talks go on: nothing becomes unreadable, nothing is lost, and the old key opens nothing (goal C6).

Each step may be killed and done again. What is read meanwhile is sealed with the old key or the new one, and says with which.
"""

from collections.abc import Callable, Iterator
from typing import Any

from allauth.mfa.models import Authenticator
from django.db import models, transaction

from helplines.tenancy import across_organisations
from privacy import audit, factors, keys, pseudonyms, sealing
from privacy.audit import Event
from privacy.models import ConversationKey, OrganisationKey, PseudonymKey

CHUNK = 500
# What the key of an organisation seals: each table, and to which place a row's key is bound.
SEALED: dict[Any, Callable[[Any], bytes]] = {
    ConversationKey: lambda row: sealing.place("conversation-key", row.organisation_id, row.conversation),
    PseudonymKey: pseudonyms.where_of,
}


def renew_master(organisation_id: int) -> int:
    """Wrap the keys of an organisation in the newest master key, and seal the end of its log with it; gives how many keys.

    Raises MasterKeyError for a key whose master key is not in MASTER_KEYS: it is left as it is.
    """
    newest, moved = keys.master_keys().newest, 0
    rows = OrganisationKey.objects.with_scope(organisation=organisation_id).exclude(master=newest).order_by("version")
    for row in rows:
        master, wrapped = keys.wrap_organisation_key(organisation_id, row.version, keys.unwrap_organisation_key(row))
        same = OrganisationKey.objects.with_scope(organisation=organisation_id).filter(pk=row.pk, master=row.master)
        moved += int(same.update(master=master, wrapped=wrapped))
    if moved:
        wrote(organisation_id, f"master-key:{newest}")
    audit.seal_anew(organisation_id)
    return moved


def renew(organisation_id: int) -> int:
    """Make the next key of an organisation, unless the last one is still being put in use; gives its version.

    From now on it seals the keys of new talks; `rewrap` brings over the others.
    """
    version, _key = keys.organisation_key(organisation_id)
    keys.marks_key(organisation_id)  # while the key that fingerprints hung on is still there
    newest = keys.sealing_keys(organisation_id).first()
    version = newest.version if newest else version
    if left(organisation_id):
        return version
    with transaction.atomic():
        wrote(organisation_id, f"organisation-key:{version + 1}")
        return keys.make_organisation_key(organisation_id, version + 1).version


def to_rewrap(organisation_id: int, version: int) -> list[models.QuerySet[Any]]:
    """By table, the keys that an older key of the organisation still seals."""
    return [
        table.objects.with_scope(organisation=organisation_id).filter(version__lt=version).order_by("pk")
        for table in SEALED
    ]


def left(organisation_id: int) -> int:
    """How many keys an older key of the organisation still seals."""
    newest = keys.sealing_keys(organisation_id).first()
    return sum(rows.count() for rows in to_rewrap(organisation_id, newest.version)) if newest else 0


def rewrap(organisation_id: int, limit: int = CHUNK) -> int:
    """Seal at most so many keys with the newest key of their organisation; gives how many, 0 when all are."""
    with keys.newest_held(organisation_id) as (version, after):
        rows = next((found for old in to_rewrap(organisation_id, version) if (found := list(old[:limit]))), [])
        for row in rows:
            _version, before = keys.unwrapped(key_of(row))
            where = SEALED[type(row)](row)
            wrapped = sealing.seal(after, sealing.unseal(before, row.wrapped, where), where)
            # A key that was destroyed meanwhile stays so: this brings no row back.
            same = type(row).objects.with_scope(organisation=organisation_id).filter(pk=row.pk, version=row.version)
            same.update(version=version, wrapped=wrapped)
    return len(rows)


def key_of(row: Any) -> OrganisationKey:
    """The organisation's key that seals this one, as it is now."""
    rows = OrganisationKey.objects.with_scope(organisation=row.organisation_id)
    found: OrganisationKey = rows.get(version=row.version)
    return found


def rewrap_all(organisation_id: int) -> Iterator[int]:
    """Chunk after chunk; gives after each how many it was."""
    while count := rewrap(organisation_id):
        yield count


def retire(organisation_id: int) -> int:
    """Destroy the older keys of an organisation, once they seal nothing; gives how many."""
    with transaction.atomic(using=keys.DATABASE):
        # Whoever makes a key for a talk, or brings one over, is done before we look, or looks after us.
        rows = list(keys.sealing_keys(organisation_id).select_for_update())
        if not rows or left(organisation_id):
            return 0
        older = [row.pk for row in rows[1:]]
        keys.sealing_keys(organisation_id).filter(pk__in=older).delete()
    keys.forget()
    return len(older)


def renew_factors(limit: int = CHUNK) -> tuple[int, int]:
    """Seal the secrets of second steps with the newest master key; gives how many rows changed, and how many cannot be opened."""
    changed = broken = last = 0
    while numbers := list(
        Authenticator.objects.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:limit]
    ):
        last = numbers[-1]
        for number in numbers:
            try:
                changed += renew_factor(number)
            except (keys.MasterKeyError, sealing.UnreadableError):
                broken += 1
    return changed, broken


@transaction.atomic
def renew_factor(number: int) -> bool:
    """One row, locked: somebody may sign in with it just now. Raises MasterKeyError, UnreadableError."""
    rows = Authenticator.objects.filter(pk=number)
    data: dict[str, Any] | None = rows.select_for_update().values_list("data", flat=True).first()
    fresh = {field: factors.renewed(data[field]) for field in factors.SECRETS if data and field in data}
    if not data or all(data[field] == token for field, token in fresh.items()):
        return False
    return bool(rows.update(data={**data, **fresh}))


def wrote(organisation_id: int, what: str) -> None:
    """The operator did this, from the command line: the log knows nobody of that name."""
    audit.record(organisation=organisation_id, event=Event.KEY_ROTATED, who=None, what=what, why="operator")


def masters_in_use() -> set[str]:
    """The names of the master keys that still wrap a key of an organisation."""
    with across_organisations():  # the master keys are of the whole installation
        return set(OrganisationKey.objects.values_list("master", flat=True))
