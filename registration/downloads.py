"""Taking a report along: it gets a number, which stands in the file, and the log tells who took it and what for (G06, L6)."""

import hashlib
from dataclasses import replace
from datetime import datetime

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
from registration.models import Download

# So many files can come in between, one after the other, before somebody must ask again.
TRIES = 5


class Changed(Exception):
    """The file would be another one now than it was; so it is not given under the old number."""


def take(
    *, membership: Membership, figures: str, span: Span, audience: str, kind: str, purpose: str, now: datetime
) -> tuple[Download, bytes]:
    """Make the file in the active language, under the next number of the organisation; gives both.

    Nothing is held while the file is made, which can take seconds: when another one got the number meanwhile, it is made again.
    Raises AuditUnavailable, `files.pdf.Missing`, `files.pdf.Unwritable`, and what `reports.document` raises: then there is
    no number either.
    """
    asked = {"figures": figures, "span": span.name, "audience": audience, "kind": kind, "purpose": purpose}
    language = translation.get_language() or "nl"
    with inside(membership.organisation_id):
        for left in reversed(range(TRIES)):
            row = Download(
                organisation=membership.organisation, language=language, by=membership.staff, at=now, **asked
            )
            row.number = following(membership.organisation)
            document, data = written(row)
            row.title, row.digest = document.title[:200], hashlib.sha256(data).hexdigest()
            try:
                keep(row, membership)
            except IntegrityError:
                if not left:
                    raise
            else:
                break
    return row, data


def following(organisation: Organisation) -> int:
    """The number after the last one (needs the scope)."""
    last = Download.objects.filter(organisation=organisation).aggregate(last=Max("number"))["last"]
    return int(last or 0) + 1


@transaction.atomic
def keep(row: Download, membership: Membership) -> None:
    """Both or none: the row with its number, and the entry in the log. Raises IntegrityError when the number is taken."""
    row.save()
    log(row, membership)


def again(*, row: Download, membership: Membership) -> bytes:
    """The same file once more, in the language in which it was made. Raises Changed, AuditUnavailable, and as `take`."""
    with inside(membership.organisation_id), transaction.atomic():
        try:
            _document, data = written(row)
        except (reports.NotOffered, reports.NotFixed):
            raise Changed(row.code) from None
        if hashlib.sha256(data).hexdigest() != row.digest:
            raise Changed(row.code)
        log(row, membership)
        return data


def written(row: Download) -> tuple[Document, bytes]:
    with translation.override(row.language):
        made = reports.document(row.organisation, row.figures, Span.named(row.span), row.audience, row.code)
        document = replace(made, audience=str(FOR_WHOM[row.audience]))
        return document, KINDS[row.kind].written(document, words())


def log(row: Download, membership: Membership) -> None:
    audit.record(
        organisation=membership.organisation_id,
        event=Event.EXPORTED,
        who=membership.staff,
        role=membership.role,
        what=f"report:{row.number}:{row.figures}"[:64],
        why=row.purpose,
    )


def file_name(row: Download) -> str:
    """It begins with the number, by which it is found again."""
    return f"{row.code}-{row.figures}-{row.span}.{KINDS[row.kind].ending}"
