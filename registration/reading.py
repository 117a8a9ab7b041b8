"""Who reads a short report: its writer at any time; a mentor once it is out of the crowd, and that is logged (G03, F11)."""

from datetime import date
from typing import NamedTuple

from helplines.models import Membership
from helplines.tenancy import inside
from privacy import audit
from privacy.audit import Event
from registration import release
from registration.models import ShortReport


class Read(NamedTuple):
    """One report; the month in which it came out of the crowd, None while it waits."""

    text: str
    month: date | None


def own(membership: Membership) -> list[Read]:
    """What this counsellor wrote, the newest month first; what waits stands on top."""
    with inside(membership.organisation_id):
        waiting = [Read(text, None) for text in release.waiting_texts(membership.organisation_id, membership)]
        return [*waiting, *released(membership)]


def released(writer: Membership) -> list[Read]:
    rows = ShortReport.objects.written_by(writer).order_by("-month", "pk")
    return [Read(release.text_of(row), row.month) for row in rows]


def of_colleague(*, mentor: Membership, writer: Membership, purpose: str) -> list[Read]:
    """The reports of somebody whom this mentor guides; the look is logged before. Raises AuditUnavailable."""
    with inside(mentor.organisation_id):
        audit.record(
            organisation=mentor.organisation_id,
            event=Event.NOTE_READ,
            who=mentor.staff,
            role=mentor.role,
            on_behalf_of=str(writer.staff_id),
            what="short-reports",
            why=purpose,
        )
        return released(writer)
