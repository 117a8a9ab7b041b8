"""The keys of holders: made, compared, retired, and followed by newer ones (D02, D03; goals B3, B11)."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db import transaction

from helplines.models import Organisation, Staff
from helplines.tenancy import inside
from privacy import audit, envelopes, key_files, vault
from privacy.audit import Event
from privacy.models import AuditEntry, Holder, Office, SealedIdentity
from privacy.sealing import UnreadableError

MOST_KEYS = 4  # of one office: the key and three spares
CHUNK = 500


class CustodyError(Exception):
    """Why a key was not made, retired or followed; `why` is a word, for `privacy.key_words`."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Made(NamedTuple):
    """A new key: its public half as a row, and the file with the private half, which is nowhere else."""

    holder: Holder
    file: bytes

    def __repr__(self) -> str:
        return f"Made({self.holder})"


class Standing(NamedTuple):
    """One key as people see it."""

    holder: Holder
    is_spare: bool
    opens: int


def make(*, organisation: Organisation, office: str, passphrase: str, by: Staff | None, now: datetime) -> Made:
    """Make a key pair, keep the public half, and give the private half as a file sealed with the passphrase.

    `by` is None for the command line. Nobody makes keys of two offices, who would then open alone what needs two (goal B4).
    Raises CustodyError("weak", "too_many", "two_offices"), AuditUnavailable.
    """
    office = Office(office).value
    if not key_files.is_strong(passphrase):
        raise CustodyError("weak")
    pair = envelopes.new_pair()
    told = {"organisation": organisation.slug, "office": office, "fingerprint": envelopes.fingerprint(pair.public)}
    file = key_files.write(pair.private, passphrase, {**told, "made": now.date().isoformat()})
    with inside(organisation), transaction.atomic():
        Organisation.objects.select_for_update().get(pk=organisation.pk)
        if Holder.objects.in_use().filter(office=office).count() >= MOST_KEYS:
            raise CustodyError("too_many")
        if by is not None and keeps_another(by, office):
            raise CustodyError("two_offices")
        holder = Holder.objects.create(
            organisation=organisation,
            office=office,
            name=envelopes.name_of(pair.public),
            public_key=pair.public,
            made_at=now,
        )
        audit.record(organisation=organisation.pk, event=Event.KEY_MADE, who=by, what=str(holder), why=office)
    return Made(holder, file)


def keeps_another(staff: Staff, office: str) -> bool:
    """Whether this person made a key of another office that still opens something or will; needs the organisation's scope."""
    made = (
        AuditEntry.objects.filter(event=Event.KEY_MADE, who=staff.pk).exclude(why=office).values_list("what", flat=True)
    )
    opens = opened_by()
    return any(holder.retired_at is None or opens[holder.name] for holder in Holder.objects.filter(name__in=list(made)))


def retire(*, organisation: Organisation, name: str, office: str | None, by: Staff | None, now: datetime) -> Holder:
    """Seal nothing more to this key; what was sealed to it before it still opens.

    With an `office` only a key of that office can be meant. Raises CustodyError("unknown"), AuditUnavailable.
    """
    with inside(organisation), transaction.atomic():
        rows = Holder.objects.in_use().filter(name=name)
        holder: Holder | None = (rows.filter(office=office) if office else rows).first()
        if holder is None or not Holder.objects.filter(pk=holder.pk, retired_at=None).update(retired_at=now):
            raise CustodyError("unknown")
        holder.retired_at = now
        audit.record(organisation=organisation.pk, event=Event.KEY_RETIRED, who=by, what=name, why=holder.office)
    return holder


def reseal(
    *, organisation: Organisation, file: bytes, passphrase: str, offices: Sequence[str] | None, by: Staff | None
) -> int:
    """Let the keys in use of an office open what a retired key of it opens; gives how many things that were.

    Its holder shows the file; each layer stays shut meanwhile, only its key gets new boxes. Afterwards the old key opens
    nothing. Raises CustodyError: "unreadable" (file or passphrase), "unknown" (no retired key of this organisation, or of these
    offices), "no_other" (no key in use that could follow it); AuditUnavailable.
    """
    try:
        private = key_files.read(file, passphrase).private
    except UnreadableError:
        raise CustodyError("unreadable") from None
    with inside(organisation):
        old = retired_key(envelopes.public_of(private), offices)
        followers = list(Holder.objects.in_use().filter(office=old.office))
        if not followers:
            raise CustodyError("no_other")
        audit.record(organisation=organisation.pk, event=Event.KEY_ROTATED, who=by, what=str(old), why=old.office)
        return sum(rebox(chunk, private, old, followers) for chunk in sealed_to(old))


def retired_key(public: bytes, offices: Sequence[str] | None) -> Holder:
    """The retired key of this public half; needs the organisation's scope."""
    rows = Holder.objects.filter(name=envelopes.name_of(public)).exclude(retired_at=None)
    found: Holder | None = (rows if offices is None else rows.filter(office__in=offices)).first()
    if found is None:
        raise CustodyError("unknown")
    return found


def sealed_to(holder: Holder) -> Iterator[list[int]]:
    """The numbers of what this key opens a layer of, in chunks."""
    rows = SealedIdentity.objects.order_by("pk").values_list("pk", "layers")
    last = 0
    while chunk := list(rows.filter(pk__gt=last)[:CHUNK]):
        last = chunk[-1][0]
        yield [pk for pk, layers in chunk if any(holder.name in layer for layer in layers)]


@transaction.atomic
def rebox(found: list[int], private: bytes, old: Holder, followers: list[Holder]) -> int:
    """New boxes in the place of the old one. What was damaged stays as it is."""
    done = []
    for row in SealedIdentity.objects.select_for_update().filter(pk__in=found).defer("sealed"):
        try:
            row.layers = [followed(layer, private, old, followers, vault.place_of(row)) for layer in row.layers]
        except UnreadableError:
            continue
        done.append(row)
    SealedIdentity.objects.bulk_update(done, ["layers"], CHUNK)
    return len(done)


def followed(
    layer: envelopes.Boxes, private: bytes, old: Holder, followers: list[Holder], where: bytes
) -> envelopes.Boxes:
    """One layer with a box for each follower instead of the old one. Raises UnreadableError."""
    own = layer.get(old.name)
    if own is None:
        return layer
    fresh = {each.name: envelopes.rebox(private, own, bytes(each.public_key), where) for each in followers}
    return {name: box for name, box in {**layer, **fresh}.items() if name != old.name}


def opened_by() -> Counter[str]:
    """Of how many things each key opens a layer, by its name; needs the organisation's scope."""
    opens: Counter[str] = Counter()
    layers: Any = SealedIdentity.objects.values_list("layers", flat=True)
    for found in layers.iterator(chunk_size=CHUNK):
        opens.update(name for layer in found for name in layer)
    return opens


def standing(organisation: Organisation) -> dict[str, list[Standing]]:
    """Every key by office, in use before retired, with how much it opens a layer of; needs the organisation's scope."""
    opens = opened_by()
    in_use = list(Holder.objects.in_use())
    first = {holder.office: holder.pk for holder in reversed(in_use)}
    retired = list(Holder.objects.exclude(retired_at=None).order_by("-retired_at"))
    rows: dict[str, list[Standing]] = {office: [] for office in Office.values}
    for holder in [*in_use, *retired]:
        is_spare = holder.retired_at is None and holder.pk != first[holder.office]
        rows[holder.office].append(Standing(holder, is_spare, opens[holder.name]))
    return rows
