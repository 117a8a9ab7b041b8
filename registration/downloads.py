"""Taking a report along: it gets a number, which stands in the file, and the log tells who took it and what for (G06, L6)."""

import hashlib
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import translation

from helplines.models import Membership, Organisation
from helplines.tenancy import inside
from privacy import audit
from privacy.audit import Event
from registration import reports
from registration.documents import Document, Span
from registration.file_words import FOR_WHOM, KINDS, words
from registration.files import pdf
from registration.models import Download, Making, Trouble

# So many files can come in between, one after the other, before somebody must ask again.
TRIES = 5
# The same person gets a file again for what it was asked for, so long; a job that gave no sign so long is asked again.
SAME_PURPOSE, LOST = timedelta(days=1), timedelta(minutes=10)


class Changed(Exception):
    """The file would be another one now than it was; so it is not given under the old number."""


class Given(NamedTuple):
    """A file; `data` is None while a job must still make it (`registration.tasks.make_file`), which is new or on its way."""

    row: Download
    data: bytes | None
    is_new_job: bool = False


def take(
    *, membership: Membership, figures: str, span: Span, audience: str, kind: str, purpose: str, now: datetime
) -> Given:
    """Make the file in the active language, under the next number of the organisation; one of many rows is left to a job.

    Nothing is held while the file is made, which can take seconds: when another one got the number meanwhile, it is made again.
    Raises AuditUnavailable, `files.pdf.Missing`, `files.pdf.Unwritable`, and what `reports.document` raises: then there is
    no number either.
    """
    asked = {"figures": figures, "span": span.name, "audience": audience, "kind": kind, "purpose": purpose}
    language = translation.get_language() or "nl"
    with inside(membership.organisation_id):
        same = Download.objects.filter(
            **asked, organisation=membership.organisation, by=membership.staff, language=language, at__gt=now - LOST
        )
        on_its_way: Download | None = same.filter(making__data=None, making__trouble="").first()
        if on_its_way is not None:
            return Given(on_its_way, None)
        for left in reversed(range(TRIES)):
            row = Download(
                organisation=membership.organisation, language=language, by=membership.staff, at=now, **asked
            )
            try:
                return numbered(row, membership)
            except IntegrityError:
                if not left:
                    raise
    raise AssertionError("One try at least is made.")


def numbered(row: Download, membership: Membership) -> Given:
    """Make the file under the next number, or leave it to a job. Raises IntegrityError when the number is taken meanwhile."""
    row.number = following(membership.organisation)
    document = laid_out(row)
    row.title = document.title[:200]
    if is_long(row, document):
        keep(row, membership, is_long=True)
        return Given(row, None, is_new_job=True)
    data = written(row, document)
    row.digest = digest_of(data)
    keep(row, membership)
    return Given(row, data)


def following(organisation: Organisation) -> int:
    """The number after the last one (needs the scope)."""
    last = Download.objects.filter(organisation=organisation).aggregate(last=Max("number"))["last"]
    return int(last or 0) + 1


@transaction.atomic
def keep(row: Download, membership: Membership, *, is_long: bool = False) -> None:
    """Both or none: the row with its number, and the entry in the log. Raises IntegrityError when the number is taken."""
    row.save()
    if is_long:
        Making.objects.create(organisation=row.organisation, download=row, asked_at=row.at)
    log(row, membership, row.purpose)


def asks_purpose(row: Download, membership: Membership, now: datetime) -> bool:
    """Whether who wants this file once more must say what for: always when it is another person, or a day later."""
    return row.by_id != membership.staff_id or now - row.at >= SAME_PURPOSE


def again(*, row: Download, membership: Membership, purpose: str, now: datetime) -> Given:
    """The same file once more, in the language in which it was made; each time it is given the log tells so.

    `purpose` is "" for the one that it was made for. Raises Changed, AuditUnavailable, and as `take`.
    """
    with inside(membership.organisation_id), transaction.atomic():
        made = Making.objects.filter(download=row, asked_at__gt=now - Making.LASTS).exclude(data=None).first()
        if made is not None and made.data is not None:
            log(row, membership, purpose or row.purpose)
            return Given(row, bytes(made.data))
        try:
            document = laid_out(row)
        except (reports.NotOffered, reports.NotFixed):
            raise Changed(row.code) from None
        if is_long(row, document):
            return Given(row, None, is_new_job=asked_again(row, now))
        data = written(row, document)
        if digest_of(data) != row.digest:
            raise Changed(row.code)
        log(row, membership, purpose or row.purpose)
        return Given(row, data)


def asked_again(row: Download, now: datetime) -> bool:
    """Let a job make it; says whether none is on its way already."""
    fresh = {"organisation": row.organisation, "asked_at": now}
    making, is_new = Making.objects.get_or_create(download=row, defaults=fresh)
    if is_new or not (making.is_over or is_late(making, now)):
        return bool(is_new)
    Making.objects.filter(pk=making.pk).update(asked_at=now, step=0, data=None, trouble="")
    return True


def is_late(making: Making, now: datetime) -> bool:
    """Whether its job should be over long since; perhaps it is lost."""
    return not making.is_over and now - making.asked_at >= LOST


def make(*, organisation_id: int, number: int) -> bool:
    """What the job does: make one file and keep its bytes for who asked; says whether it did. Safe to do twice."""
    with inside(organisation_id):
        rows = Making.objects.select_related("download__organisation", "download__by")
        making: Making | None = rows.filter(download__number=number, data=None, trouble="").first()
        if making is None:
            return False
        row = making.download
        Making.objects.filter(pk=making.pk).update(step=1)
        try:
            document = laid_out(row)
            data = written(row, document)
            if row.digest not in ("", digest_of(data)):
                raise Changed(row.code)
        except tuple(TROUBLES) as fault:
            Making.objects.filter(pk=making.pk).update(trouble=TROUBLES[type(fault)])
            return False
        with transaction.atomic():
            Download.objects.filter(pk=row.pk, digest="").update(digest=digest_of(data))
            Making.objects.filter(pk=making.pk).update(step=Making.STEPS, data=data)
    return True


TROUBLES: dict[type[Exception], Trouble] = {
    pdf.Unwritable: Trouble.LETTERS,
    pdf.Missing: Trouble.MISSING,
    Changed: Trouble.CHANGED,
    reports.NotOffered: Trouble.CHANGED,
    reports.NotFixed: Trouble.CHANGED,
}


def laid_out(row: Download) -> Document:
    with translation.override(row.language):
        made = reports.document(row.organisation, row.figures, Span.named(row.span), row.audience, row.code)
        return replace(made, audience=str(FOR_WHOM[row.audience]))


def written(row: Download, document: Document) -> bytes:
    with translation.override(row.language):
        return KINDS[row.kind].written(document, words())


def is_long(row: Download, document: Document) -> bool:
    return sum(len(sheet.rows) for sheet in document.sheets) > KINDS[row.kind].quick


def digest_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def log(row: Download, membership: Membership, purpose: str) -> None:
    audit.record(
        organisation=membership.organisation_id,
        event=Event.EXPORTED,
        who=membership.staff,
        role=membership.role,
        what=f"report:{row.number}:{row.figures}"[:64],
        why=purpose,
    )


def file_name(row: Download) -> str:
    """It begins with the number, by which it is found again."""
    return f"{row.code}-{row.figures}-{row.span}.{KINDS[row.kind].ending}"


def due(organisation_id: int, now: datetime) -> int:
    """How many files are kept that were made for somebody a day ago."""
    with inside(organisation_id):
        return int(Making.objects.filter(asked_at__lte=now - Making.LASTS).count())


def erase(organisation_id: int, now: datetime, limit: int) -> int:
    with inside(organisation_id):
        rows = list(Making.objects.filter(asked_at__lte=now - Making.LASTS).values_list("pk", flat=True)[:limit])
        return int(Making.objects.filter(pk__in=rows).delete()[0])
