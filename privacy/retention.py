"""The sweep: every eraser that is signed in, organisation after organisation, a chunk at a time (F13, security goal C8)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from helplines.models import Organisation
from helplines.tenancy import across_organisations
from privacy import audit, pulse, registry
from privacy.audit import Event
from privacy.registry import Eraser

EVERYWHERE = 0


@dataclass(frozen=True)
class Round:
    """One eraser for one organisation, or (0) for the whole installation."""

    organisation_id: int
    organisation: str
    eraser: Eraser

    def due(self, now: datetime) -> int:
        return self.eraser.due(self.organisation_id, now)

    def prepare(self, now: datetime) -> None:
        """What must be done at once; safe to run twice."""
        if self.eraser.prepare is not None:
            self.eraser.prepare(self.organisation_id, now)

    def erase(self, now: datetime) -> int:
        """Erase one chunk; gives how many went, 0 when nothing is left."""
        return self.eraser.erase(self.organisation_id, now, self.eraser.chunk)

    def erase_all(self, now: datetime) -> Iterator[int]:
        """Erase chunk after chunk; gives after each how many went in it."""
        self.prepare(now)
        while gone := self.erase(now):
            yield gone

    def replay(self, now: datetime) -> int:
        """After a restore: erase again what was erased, and what came back past its time; gives how many things went."""
        again = self.eraser.replay(self.organisation_id) if self.eraser.replay is not None else 0
        return again + sum(self.erase_all(now))


def replay(now: datetime) -> int:
    """Replay every erasure after a restore, and only then open the service again; safe to run twice (C11)."""
    work = rounds()
    gone = sum(one.replay(now) for one in work)
    for organisation_id in sorted({one.organisation_id for one in work if one.eraser.each}):
        audit.record(organisation=organisation_id, event=Event.RESTORED, who=None, why="replayed")
    pulse.mark()
    return gone


def rounds(slug: str = "") -> list[Round]:
    """Everything that a sweep does; with a slug only that organisation's part."""
    with across_organisations():  # only ids and names, to enter each organisation's own scope
        rows = Organisation.objects.order_by("slug").values_list("pk", "slug")
        organisations = list(rows.filter(slug=slug) if slug else rows)
    whole = [] if slug else [Round(EVERYWHERE, "", one) for one in registry.erasers() if not one.each]
    return whole + [Round(pk, name, one) for pk, name in organisations for one in registry.erasers() if one.each]


def round_of(organisation_id: int, eraser: str) -> Round:
    return Round(organisation_id, "", registry.eraser(eraser))
