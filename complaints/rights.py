"""Every write to the register of requests about data: received, who asks was checked, ended (N01, N02, N07)."""

from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from django.db import transaction

from complaints import rights_rules, sealed
from complaints.models import CameBy, RightsRequest
from complaints.rights_rules import Check, Ending, Right
from complaints.service import MovedError, new_code
from helplines import post
from helplines.lifetimes import after_months
from helplines.models import Membership, Organisation
from helplines.tenancy import inside
from privacy import audit, keys
from privacy.audit import Event

PIECES = ("words", "contact", "note")


def receive(
    *,
    organisation: Organisation,
    right: Right,
    way: CameBy,
    words: str,
    contact: str,
    language: str,
    received: datetime,
    by: Membership | None,
) -> RightsRequest:
    """Write a request in the register; the four weeks count from `received`, also of one that is written in late.

    `by` is who wrote it in, None for the person on our page. Raises AuditUnavailable. Source: requirement N01.
    """
    code, until = new_code(), received + rights_rules.LONGEST
    key = sealed.new_key(organisation.pk, code, sealed.RIGHTS, until)
    with inside(organisation), transaction.atomic():
        asked = RightsRequest(
            organisation=organisation,
            code=code,
            right=right,
            way=way,
            language=language,
            received_at=received,
            due_at=rights_rules.due(received),
            words_gone_at=until,
            gone_at=after_months(received, rights_rules.KEPT_MONTHS, ZoneInfo(organisation.time_zone)),
        )
        asked.words = sealed.seal(key, sealed.place_of_right(asked, "words"), words)
        asked.contact = sealed.seal(key, sealed.place_of_right(asked, "contact"), contact)
        asked.save()
        told(asked, by, f"received:{way}")
        post.send("rights-new", key=code, organisation=organisation.pk, asked=code)
    return asked


def told(asked: RightsRequest, by: Membership | None, why: str) -> None:
    """Part of the transaction that does it. Raises AuditUnavailable."""
    audit.record(
        organisation=asked.organisation_id,
        event=Event.RIGHTS_MOVED,
        who=by.staff if by else None,
        role=by.role if by else "",
        what=asked.code,
        why=why,
    )


def check(*, asked: RightsRequest, by: Membership, made: Check, now: datetime) -> None:
    """Note how the person showed who they are, and nothing more: no copy, no number of a card (N02).

    Raises MovedError for a request that is over or checked already, and for a check that does not fit it.
    """
    if made not in rights_rules.checks_for(Right(asked.right)):
        raise MovedError
    with inside(asked.organisation_id), transaction.atomic():
        rows = RightsRequest.objects.open().filter(pk=asked.pk, check_made="")
        if not rows.update(check_made=made, checked_by=by, checked_at=now):
            raise MovedError
        told(asked, by, f"checked:{made}")
        asked.refresh_from_db()


def end(*, asked: RightsRequest, by: Membership, ending: Ending, note: str, now: datetime) -> None:
    """The person has an answer; what they wrote and their address go a month later, or at once when they took it back.

    Nothing is given or changed before the check. Raises MovedError, AuditUnavailable.
    """
    with inside(asked.organisation_id), transaction.atomic():
        row = RightsRequest.objects.select_for_update().get(pk=asked.pk)
        made = Check(row.check_made) if row.check_made else None
        if row.ended_at is not None or ending not in rights_rules.endings_for(Right(row.right), made):
            raise MovedError
        row.ending, row.ended_at = ending, now
        left = now if ending == Ending.WITHDRAWN else now + rights_rules.READ
        row.words_gone_at = min(row.words_gone_at, left)
        row.note = sealed_note(row, note)
        row.save(update_fields=["ending", "ended_at", "words_gone_at", "note"])
        told(row, by, f"ended:{ending}")
        transaction.on_commit(partial(keys.let_expire, row.organisation_id, {row.code: row.words_gone_at}))
        asked.refresh_from_db()


def sealed_note(asked: RightsRequest, note: str) -> bytes | None:
    """What the handler keeps of how it was done, under the same key; None where there is nothing to keep it with."""
    if not note:
        return None
    try:
        key = sealed.key_of(asked.organisation_id, asked.code)
    except sealed.GoneError:
        return None
    return sealed.seal(key, sealed.place_of_right(asked, "note"), note)


def silence(rows: list[RightsRequest]) -> int:
    """Destroy the keys of these requests, then what they sealed; gives how many. Needs the scope and a transaction."""
    if rows:
        keys.destroy(rows[0].organisation_id, [row.code for row in rows])
    found = RightsRequest.objects.filter(pk__in=[row.pk for row in rows])
    return int(found.update(words=None, contact=None, note=None))


def remove(rows: list[RightsRequest]) -> int:
    """Take these requests out of the register; gives how many. Needs the scope and a transaction."""
    silence(rows)
    RightsRequest.objects.filter(pk__in=[row.pk for row in rows]).delete()
    return len(rows)
