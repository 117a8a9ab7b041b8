"""Writing the audit log: one entry for each thing that somebody must answer for later (D08, O09, NEN 7513, group M)."""

import hashlib
import hmac
import logging
from datetime import UTC

from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from helplines.models import Membership, Staff
from helplines.tenancy import inside
from helplines.witness import AuditUnavailable, Event
from privacy import chain, keys
from privacy.chain import Link
from privacy.models import AuditEntry, AuditHead

__all__ = ["AuditUnavailable", "Event", "listener", "record", "seal_is_right", "sealed"]

logger = logging.getLogger(__name__)
PURPOSE = "audit-seal"
COUNT = "UPDATE privacy_audithead SET number = number + 1 WHERE organisation_id = %s RETURNING number, digest"


def record(
    *,
    organisation: int,
    event: Event,
    who: Staff | None,
    role: str = "",
    on_behalf_of: str = "",
    what: str = "",
    why: str = "",
    emergency: bool = False,
) -> None:
    """Add one entry to an organisation's log, before the thing is shown or inside the transaction that does it.

    `what` is an opaque id such as the code of a talk, `on_behalf_of` an id, `role` and `why` a keyword: each at most 64
    characters without a blank. Raises AuditUnavailable when it cannot be written, and then the thing must not happen;
    ValueError on what has no place in the log. Source: requirements D08, O09; security goals M3, M5, M6, M8.
    """
    listener(
        organisation=organisation,
        event=event,
        who=who.pk if who else None,
        role=role,
        on_behalf_of=on_behalf_of,
        what=what,
        why=why,
        emergency=emergency,
    )


def listener(
    *,
    organisation: int,
    event: Event,
    who: int | None,
    role: str,
    on_behalf_of: str,
    what: str,
    why: str,
    emergency: bool,
) -> None:
    """What `helplines.witness` tells; the same as `record`, for who has no row of the person at hand."""
    role, on_behalf_of, what, why = (chain.opaque(value) for value in (role, on_behalf_of, what, why))
    try:
        with transaction.atomic(), inside(organisation):
            role = role or roles_of(organisation, who)
            number, previous = next_place(organisation)
            now = timezone.now().astimezone(UTC)
            kind = Event(event).value
            append(Link(organisation, number, now, kind, who, role, on_behalf_of, what, why, emergency, previous))
    except (DatabaseError, keys.MasterKeyError) as fault:
        logger.exception("The audit log of organisation %s cannot be written.", organisation)
        raise AuditUnavailable from fault


def roles_of(organisation: int, who: int | None) -> str:
    """What this person is in the organisation now, for who did not say in which role."""
    roles = set(
        Membership.objects.filter(organisation=organisation, staff=who, is_active=True).values_list("role", flat=True)
    )
    operates = who is not None and Staff.objects.filter(pk=who, is_superuser=True).exists()
    return ",".join(sorted(roles | ({"operator"} if operates else set())))


def next_place(organisation: int) -> tuple[int, str]:
    """The number of the next entry and the digest before it; whoever writes next waits until we are done.

    The UPDATE takes the row's lock, on every database, and no two writers get one number.
    """
    found = counted(organisation)
    if found is None:
        AuditHead.objects.get_or_create(organisation_id=organisation, defaults={"digest": chain.FIRST})
        found = counted(organisation)
    if found is None:
        raise DatabaseError("The head of this audit log cannot be written.")
    return found


def counted(organisation: int) -> tuple[int, str] | None:
    """Written out, for the ORM would need a second statement to tell what it wrote while everybody else waits for this row."""
    with connection.cursor() as cursor:
        cursor.execute(COUNT, [organisation])
        found: tuple[int, str] | None = cursor.fetchone()
    return found


def append(link: Link) -> None:
    digest = chain.digest(link)
    AuditEntry.objects.create(
        organisation_id=link.organisation,
        **{name: value for name, value in link._asdict().items() if name != "organisation"},
        digest=digest,
    )
    seal = sealed(link.organisation, link.number, digest)
    AuditHead.objects.filter(organisation_id=link.organisation).update(digest=digest, seal=seal)


def sealed(organisation: int, number: int, digest: str) -> str:
    """The seal on the end of a chain: the name of the newest master key, and an HMAC-SHA-256 that only it makes."""
    known = keys.master_keys()
    return f"{known.newest}:{seal_with(known.keys[known.newest], organisation, number, digest)}"


def seal_with(master: bytes, organisation: int, number: int, digest: str) -> str:
    told = f"{organisation}:{number}:{digest}"
    return hmac.new(keys.derived(master, PURPOSE), told.encode(), hashlib.sha256).hexdigest()


def seal_is_right(head: AuditHead) -> bool:
    """Whether the end of this chain was written by us. Raises MasterKeyError when the key is not there to tell."""
    name, _colon, seal = head.seal.rpartition(":")
    master = keys.master_keys().keys.get(name)
    if master is None:
        raise keys.MasterKeyError(f"The master key {name!r} is not in MASTER_KEYS.")
    return hmac.compare_digest(seal, seal_with(master, head.organisation_id, head.number, head.digest))


def seal_anew(organisation: int) -> None:
    """After a change of master keys: seal the end of a log, which the older key sealed rightly, with the newest."""
    with inside(organisation):
        head = AuditHead.objects.filter(organisation_id=organisation).first()
        if head is None or head.seal.startswith(f"{keys.master_keys().newest}:") or not seal_is_right(head):
            return
        same = AuditHead.objects.filter(pk=head.pk, number=head.number, seal=head.seal)
        same.update(seal=sealed(organisation, head.number, head.digest))
