"""Jobs of the organisations: ids in, safe to run twice."""

from celery import shared_task
from django.utils import timezone

from helplines import outbox


@shared_task(acks_late=True, ignore_result=True)
def carry_letter(number: int) -> None:
    """Carry one letter; done twice it leaves once."""
    outbox.carry(number, timezone.now())


@shared_task(acks_late=True, ignore_result=True)
def carry_letters() -> None:
    """Send one job for each letter that is due: what found no server before, and what a killed job left."""
    for number in outbox.overdue(timezone.now()):
        carry_letter.delay(number)
