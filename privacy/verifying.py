"""Checking the audit log: whether anything in it was changed, removed, put in, put elsewhere, cut off or replaced (M4)."""

from collections.abc import Iterator, Sequence

from helplines.models import Organisation
from helplines.tenancy import across_organisations, inside
from privacy import audit, chain
from privacy.chain import Link
from privacy.heads import Head
from privacy.keys import MasterKeyError
from privacy.models import AuditEntry, AuditHead


def faults(organisation: int, heads: Sequence[Head] = ()) -> Iterator[str]:
    """One line for each fault in the log of this organisation; none when it is whole.

    `heads` are signed ends from outside the database, their signatures checked already.
    """
    with inside(organisation):
        head = AuditHead.objects.filter(organisation=organisation).first()
        walk = Walk(organisation, heads)
        yield from walk.entries(head.number if head else 0)
        yield from walk.end(head)
        yield from walk.outside()
        yield from beyond(organisation)


def gone(heads: Sequence[Head]) -> Iterator[str]:
    """One line for each organisation of which there are signed ends and no row: its log went with it."""
    with across_organisations():  # which of them are there at all; only ids
        here = set(
            Organisation.objects.filter(pk__in={head.organisation for head in heads}).values_list("pk", flat=True)
        )
    last = {head.organisation: head for head in heads}
    for number, head in sorted(last.items()):
        if number not in here:
            yield f"organisation {number} is gone with its log: a head signed on {head.at} knows entry {head.number}"


def beyond(organisation: int) -> Iterator[str]:
    """Entries after the end. The last one is asked first, so that one that is written meanwhile is no fault."""
    last = AuditEntry.objects.filter(organisation=organisation).order_by("-number").first()
    head = AuditHead.objects.filter(organisation=organisation).first()
    end = head.number if head else 0
    if last is not None and last.number > end:
        yield f"entries after {end} were put in: the log should end there"


class Walk:
    """From the first entry to the last, remembering where we are."""

    def __init__(self, organisation: int, heads: Sequence[Head]) -> None:
        self.organisation = organisation
        self.number, self.digest = 0, chain.FIRST
        self.heads: dict[int, list[Head]] = {}
        for head in heads:
            self.heads.setdefault(head.number, []).append(head)
        self.replaced: Head | None = None

    def entries(self, until: int) -> Iterator[str]:
        rows = AuditEntry.objects.filter(organisation=self.organisation, number__lte=until).order_by("number")
        for entry in rows.iterator(chunk_size=2000):
            yield from self.step(entry.link, entry.digest)

    def step(self, link: Link, digest: str) -> Iterator[str]:
        missing = link.number - self.number - 1
        if missing > 0:
            yield f"{missing} missing: entries {self.number + 1} to {link.number - 1} were removed"
        elif missing < 0:
            yield f"entry {link.number} is there twice"
        elif link.previous != self.digest:
            yield f"entry {link.number} does not follow entry {self.number}: one of them was put there or replaced"
        if chain.digest(link) != digest:
            yield f"entry {link.number} was changed"
        differ = [head for head in self.heads.get(link.number, ()) if head.digest != digest]
        self.replaced = self.replaced or next(iter(differ), None)
        self.number, self.digest = link.number, digest

    def end(self, head: AuditHead | None) -> Iterator[str]:
        """Whether the walk ended where the sealed head row says."""
        if head is None:
            return
        if self.number < head.number:
            yield f"the end was cut off: {head.number} entries were written, and the last one is {self.number}"
        elif self.digest != head.digest:
            yield f"the last entry, {self.number}, is not the one that was written"
        try:
            if not audit.seal_is_right(head):
                yield "the end of the log carries a seal that is not ours"
        except MasterKeyError as fault:
            yield f"the seal cannot be checked: {fault}"

    def outside(self) -> Iterator[str]:
        """What the signed heads say otherwise."""
        if self.replaced:
            yield f"the log was replaced: a head signed on {self.replaced.at} knows another entry {self.replaced.number}"
        last = self.heads[max(self.heads)][-1] if self.heads else None
        if last is not None and last.number > self.number:
            yield f"the end was cut off: a head signed on {last.at} knows entry {last.number}, and we have {self.number}"
