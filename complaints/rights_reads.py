"""Reads of the register of requests about data: what there is to do, and one request for who answers it (N01, O09)."""

from datetime import datetime
from typing import Any

from django.db.models import F
from django.http import Http404

from complaints import sealed
from complaints.models import RightsRequest
from complaints.rights import PIECES
from helplines.models import Membership, Organisation, Role
from privacy import audit
from privacy.audit import Event

HANDLERS = (Role.ADMINISTRATOR, Role.DPO)
MOST = 200


def register(organisation: Organisation, which: str) -> list[RightsRequest]:
    """The open requests, what is due first on top, or what is over, newest first (needs the scope)."""
    rows = RightsRequest.objects.filter(organisation=organisation)
    if which == "over":
        return list(rows.exclude(ended_at=None).order_by("-ended_at", "pk")[:MOST])
    return list(rows.open().order_by("due_at", "pk")[:MOST])


def figures(organisation: Organisation, now: datetime) -> dict[str, Any]:
    """How many are open and past their term, and of this year how many came and were late (needs the scope)."""
    rows = RightsRequest.objects.filter(organisation=organisation)
    return {
        "open": rows.open().count(),
        "overdue": rows.due_before(now).count(),
        "received": rows.filter(received_at__year=now.year).count(),
        "late": rows.filter(received_at__year=now.year).late().count(),
    }


def of_code(membership: Membership, code: str) -> RightsRequest:
    """One request of the organisation, for who answers them. Raises Http404."""
    rows = RightsRequest.objects.filter(organisation=membership.organisation, code=code)
    found: RightsRequest | None = rows.select_related("organisation", "checked_by__staff").first()
    if found is None or membership.role not in HANDLERS:
        raise Http404
    return found


def read(membership: Membership, asked: RightsRequest) -> dict[str, str]:
    """Words, address and note, told in the audit log before they are shown; empty when their time is over.

    Raises AuditUnavailable.
    """
    sealed_pieces = {name: getattr(asked, name) for name in PIECES if getattr(asked, name) is not None}
    if not sealed_pieces:
        return {}
    audit.record(
        organisation=asked.organisation_id,
        event=Event.RIGHTS_READ,
        who=membership.staff,
        role=membership.role,
        what=asked.code,
    )
    try:
        key = sealed.key_of(asked.organisation_id, asked.code)
        return {
            name: sealed.unseal(key, sealed.place_of_right(asked, name), piece) for name, piece in sealed_pieces.items()
        }
    except sealed.GoneError:
        return {}


def longest_wait(organisation: Organisation) -> int | None:
    """Of what was ended, the most days that somebody waited for the answer; None where nothing was (needs the scope)."""
    waited = RightsRequest.objects.filter(organisation=organisation).exclude(ended_at=None)
    longest = waited.annotate(waited=F("ended_at") - F("received_at")).order_by("-waited").first()
    return longest.waited.days if longest else None
