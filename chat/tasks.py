"""Jobs of the talk: ids in, one organisation at a time, safe to run twice. What is due is asked of the rows."""

from celery import shared_task
from django.utils import timezone

from chat import rest, service, silence, waits
from helplines.models import Organisation
from helplines.tenancy import across_organisations


@shared_task(acks_late=True, ignore_result=True)
def sweep_every_organisation() -> None:
    """Send one job for each organisation."""
    with across_organisations():  # only the ids, to enter each organisation's own scope
        organisation_ids = list(Organisation.objects.values_list("pk", flat=True))
    for organisation_id in organisation_ids:
        sweep.delay(organisation_id)


@shared_task(acks_late=True, ignore_result=True)
def sweep(organisation_id: int) -> None:
    """End the talks of one organisation that nobody comes back to, and look after those who wait, are silent or rest."""
    now = timezone.now()
    service.abandon_gone(organisation_id=organisation_id, now=now)
    service.refuse_after_closing(organisation_id=organisation_id, now=now)
    rest.end_due(organisation_id=organisation_id, now=now)
    silence.sweep(organisation_id=organisation_id, now=now)
    waits.tell_overdue(organisation_id=organisation_id, now=now)
