"""Writes of privacy that belong to no module of their own."""

import logging
import secrets
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation

from helplines import carriers, letters, post
from helplines.carriers import Draft
from helplines.models import Membership, Organisation
from helplines.tenancy import inside
from helplines.witness import Event
from privacy import alarms, audit, promises, review
from privacy.alarms import Alarm
from privacy.models import AuditReview, PromiseAlarm, PromiseCheck, SweepDone, Verdict

logger = logging.getLogger(__name__)


class NotYet(Exception):
    """This week is not over, or somebody signed it off already."""


@transaction.atomic
def sign_off(*, membership: Membership, week: date) -> AuditReview:
    """Somebody looked at the reads of a week that is over. Raises NotYet, AuditUnavailable (security goal M7)."""
    organisation = membership.organisation
    with inside(organisation):
        if week.weekday() or week > review.week_before(organisation, timezone.now()):
            raise NotYet
        seen = review.week_of(organisation, week)
        counts = {"reads": len(seen.odd) + len(seen.others), "odd": len(seen.odd)}
        made: AuditReview
        made, is_new = AuditReview.objects.get_or_create(
            organisation=organisation, week=week, defaults={"by": membership.staff, "at": timezone.now(), **counts}
        )
        if not is_new:
            raise NotYet
        audit.record(
            organisation=organisation.pk,
            event=Event.LOG_REVIEWED,
            who=membership.staff,
            role=membership.role,
            what=f"week:{week.isoformat()}",
            why=f"odd:{counts['odd']}",
        )
        return made


def keep_evidence(organisation: Organisation, now: datetime) -> list[PromiseCheck]:
    """Check every promise of an organisation and keep what was found."""
    seen = promises.look(organisation, now)
    with inside(organisation):
        kept: list[PromiseCheck] = PromiseCheck.objects.bulk_create(
            PromiseCheck(
                organisation=organisation,
                promise=one.promise.key,
                version=one.version,
                value=one.value,
                verdict=one.finding.verdict,
                found=one.finding.proof,
                rows=list(one.finding.rows[: promises.MOST_ROWS]),
                at=now,
            )
            for one in seen
        )
    return kept


def tell_of_broken(organisation: Organisation, now: datetime) -> bool:
    """Write to who answers for the data that a promise is broken, once on each day there; gives whether it was told now."""
    with inside(organisation), transaction.atomic():
        if not broken_rows(organisation):
            return False
        day = promises.day_of(organisation, now)
        _alarm, is_new = PromiseAlarm.objects.get_or_create(organisation=organisation, day=day)
        if is_new:
            post.send("broken", key=f"{organisation.pk}:{day}", organisation=organisation.pk)
    return is_new


def broken_rows(organisation: Organisation) -> list[promises.Row]:
    return [row for row in promises.ledger(organisation) if row.verdict == Verdict.BROKEN]


def broken_letter(organisation: Organisation | None, _told: dict[str, Any]) -> Draft | None:
    """The letter: promises, counts and opaque ids, and nothing about anybody; none when all was mended meanwhile."""
    if organisation is None:
        return None
    language = letters.language_of(organisation)
    with inside(organisation), translation.override(language):
        rows = broken_rows(organisation)
        page = f"{settings.ORIGIN}{reverse('ledger', args=[organisation.slug])}"
        context = {"organisation": organisation, "rows": rows, "page": page}
        to = organisation.privacy_email
        return letters.draft("privacy/letters/broken", to=to, language=language, **context) if rows else None


def swept(organisation_id: int, eraser: str, now: datetime) -> None:
    """An eraser went through this organisation and nothing is left for it."""
    with inside(organisation_id):
        SweepDone.objects.update_or_create(organisation_id=organisation_id, eraser=eraser, defaults={"at": now})


def watch_for_alarms(now: datetime) -> list[Alarm]:
    """Look for what is wrong, keep the counts, and tell what nobody was told of yet; gives that.

    In the log, by mail to the operator, and, where it is about one organisation, to who answers for its data. A letter that
    cannot go is tried again with the next look.
    """
    found = alarms.look(now)
    fresh = alarms.new_ones(found, now)
    alarms.keep(found, now)
    for alarm in fresh:
        logger.critical("Alarm %s, organisation %s: %s", alarm.kind.value, alarm.organisation_id or "-", alarm.what)
    try:
        tell_of(fresh)
    except Exception:
        alarms.take_back(fresh)
        raise
    return fresh


def tell_of(fresh: Sequence[Alarm]) -> None:
    for address in settings.OPERATOR_EMAIL if fresh else []:
        write_alarm(address, fresh, settings.LANGUAGE_CODE, None)
    for organisation_id in sorted({alarm.organisation_id for alarm in fresh} - {0}):
        with inside(organisation_id):
            organisation = Organisation.objects.get(pk=organisation_id)
        theirs = [alarm for alarm in fresh if alarm.organisation_id == organisation_id]
        write_alarm(organisation.privacy_email, theirs, letters.language_of(organisation), organisation)


def write_alarm(to: str, found: Sequence[Alarm], language: str, organisation: Organisation | None) -> None:
    """The letter: what is wrong and how many, and nothing about anybody.

    It leaves at once and not by the outbox, for it may tell that jobs or the database stand still.
    """
    context = {"alarms": found, "organisation": organisation, "origin": settings.ORIGIN}
    draft = letters.draft("privacy/letters/alarm", to=to, language=language, **context)
    carriers.hand_over(draft, None, f"alarm:{secrets.token_urlsafe(16)}")
