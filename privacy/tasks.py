"""Jobs of privacy: ids in, one organisation and one eraser at a time, safe to run twice. What is due is asked of the rows."""

import logging
from pathlib import Path

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from helplines.models import Organisation
from helplines.tenancy import across_organisations, inside
from privacy import (
    audit,
    heads,
    promises,
    pulse,
    requests,
    retention,
    service,
    shuffled,
    verifying,
)
from privacy.models import OpeningConsent, OpeningRequest, OpeningState, PromiseCheck, Verdict

logger = logging.getLogger(__name__)


@shared_task(acks_late=True, ignore_result=True)
def sweep_everywhere() -> None:
    """Send one job for each organisation and each eraser that is signed in."""
    pulse.beat()
    for one in retention.rounds():
        sweep.delay(one.organisation_id, one.eraser.name)


@shared_task(acks_late=True, ignore_result=True)
def sweep(organisation_id: int, eraser: str) -> None:
    """Make what is past its time unreadable at once, and erase a chunk of it; the next chunk is a job of its own."""
    one, now = retention.round_of(organisation_id, eraser), timezone.now()
    one.prepare(now)
    if one.erase(now) >= one.eraser.chunk:
        sweep.delay(organisation_id, eraser)
    elif organisation_id != retention.EVERYWHERE:
        service.swept(organisation_id, eraser, now)


@shared_task(acks_late=True, ignore_result=True)
def move_every_lot() -> None:
    """Send one job for each lot in which enough wait to be moved together."""
    for organisation_id, store in shuffled.ready():
        move_lot.delay(organisation_id, store)


@shared_task(acks_late=True, ignore_result=True)
def move_lot(organisation_id: int, store: str) -> None:
    """Bring what waits into its anonymous store, shuffled, in one transaction; done twice nothing moves twice."""
    shuffled.move(organisation_id=organisation_id, store=store)


@shared_task(acks_late=True, ignore_result=True)
def watch_over_every_log() -> None:
    """Send one job for each organisation."""
    with across_organisations():  # only the ids, to enter each organisation's own scope
        organisation_ids = list(Organisation.objects.values_list("pk", flat=True))
    for organisation_id in organisation_ids:
        watch_over_the_log.delay(organisation_id)
    if settings.AUDIT_HEADS_DIR:
        known = heads.own_keys()
        signed = [one for one in heads.read(Path(settings.AUDIT_HEADS_DIR)) if one and one.is_signed_by(known)]
        for fault in verifying.gone(signed):
            logger.critical("The audit log: %s", fault)


@shared_task(acks_late=True, ignore_result=True)
def watch_over_the_log(organisation_id: int) -> None:
    """Check the audit log of one organisation, then keep its signed end in AUDIT_HEADS_DIR; a broken log is not signed."""
    folder = Path(settings.AUDIT_HEADS_DIR) if settings.AUDIT_HEADS_DIR else None
    known = heads.own_keys()
    path = heads.file_of(folder, organisation_id) if folder else None
    kept = [one for one in heads.read(path) if one and one.is_signed_by(known)] if path and path.exists() else []
    found = list(verifying.faults(organisation_id, kept))
    for fault in found:
        logger.critical("The audit log of organisation %s: %s", organisation_id, fault)
    if not found:
        audit.seal_anew(organisation_id)
        if folder:
            heads.keep(folder, organisation_id)


@shared_task(acks_late=True, ignore_result=True)
def check_promises_everywhere() -> None:
    """Send one job for each organisation that was not checked since last night; one that was off then is late, not skipped."""
    with across_organisations():  # only the rows, to enter each organisation's own scope
        organisations = list(Organisation.objects.all())
    now = timezone.now()
    for organisation in organisations:
        with inside(organisation):
            due = promises.is_due(organisation, now)
        if due:
            check_promises.delay(organisation.pk)


@shared_task(acks_late=True, ignore_result=True)
def check_promises(organisation_id: int) -> None:
    """Check every promise of one organisation and keep the evidence."""
    with inside(organisation_id):
        organisation = Organisation.objects.filter(pk=organisation_id).first()
    if organisation is not None:
        tell_if_broken(organisation_id, service.keep_evidence(organisation, timezone.now()))


def tell_if_broken(organisation_id: int, kept: list[PromiseCheck]) -> None:
    if any(row.verdict == Verdict.BROKEN for row in kept):
        tell_of_broken.delay(organisation_id)


@shared_task(acks_late=True, ignore_result=True)
def tell_of_broken(organisation_id: int) -> None:
    """Write that a promise is broken, once a day; done twice there is one letter."""
    with inside(organisation_id):
        organisation = Organisation.objects.filter(pk=organisation_id).first()
    if organisation is not None:
        service.tell_of_broken(organisation, timezone.now())


@shared_task(acks_late=True, ignore_result=True)
def watch_for_alarms() -> None:
    """Look for what somebody must hear of within minutes, and tell it."""
    service.watch_for_alarms(timezone.now())


@shared_task(acks_late=True, ignore_result=True)
def watch_over_openings() -> None:
    """End what is too late or visible no longer, and raise the alarm where nobody looks; safe to run twice."""
    with across_organisations():  # only the rows, to enter each organisation's own scope
        going_on = OpeningRequest.objects.filter(state__in=[OpeningState.ASKED, OpeningState.OPENED])
        consenting = OpeningConsent.objects.live()
        busy = {*going_on.values_list("organisation", flat=True), *consenting.values_list("organisation", flat=True)}
        organisations = list(Organisation.objects.filter(pk__in=busy))
    now = timezone.now()
    for organisation in organisations:
        requests.let_lapse(organisation, now)
        requests.alarm_if_unseen(organisation, now)
