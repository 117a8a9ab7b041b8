"""Jobs of complaints: ids in, one organisation at a time, safe to run twice."""

from celery import shared_task
from django.utils import timezone

from complaints import reminders
from helplines.models import Organisation
from helplines.tenancy import across_organisations


@shared_task(acks_late=True, ignore_result=True)
def remind_everywhere() -> None:
    """Send one job for each organisation."""
    with across_organisations():  # only the ids, to enter each organisation's own scope
        organisation_ids = list(Organisation.objects.values_list("pk", flat=True))
    for organisation_id in organisation_ids:
        remind.delay(organisation_id)


@shared_task(acks_late=True, ignore_result=True)
def remind(organisation_id: int) -> None:
    """Write about terms that end soon, and escalate what is past them."""
    now = timezone.now()
    reminders.remind(organisation_id, now)
    reminders.remind_of_rights(organisation_id, now)
