"""Jobs of privacy: ids in, one organisation at a time, safe to run twice. What is due is asked of the rows."""

from celery import shared_task
from django.utils import timezone

from helplines.models import Organisation
from helplines.tenancy import across_organisations
from privacy import keys


@shared_task(acks_late=True, ignore_result=True)
def destroy_expired_keys_everywhere() -> None:
    """Send one job for each organisation."""
    with across_organisations():  # only the ids, to enter each organisation's own scope
        organisation_ids = list(Organisation.objects.values_list("pk", flat=True))
    for organisation_id in organisation_ids:
        destroy_expired_keys.delay(organisation_id)


@shared_task(acks_late=True, ignore_result=True)
def destroy_expired_keys(organisation_id: int) -> None:
    """Destroy the keys of one organisation's talks that are past their time: they are unreadable in every backup too."""
    keys.destroy_expired(organisation_id, timezone.now())
