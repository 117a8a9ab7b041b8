"""Jobs of the organisations: ids in, safe to run twice."""

from smtplib import SMTPException

from celery import shared_task

from helplines import letters
from helplines.models import Staff

TROUBLE = (SMTPException, OSError)


@shared_task(acks_late=True, ignore_result=True, autoretry_for=TROUBLE, retry_backoff=10, max_retries=6)
def send_reset(person: int, language: str) -> None:
    """The link to a new password; for nobody (0) there is nothing to do, which takes the asker just as long."""
    staff = Staff.objects.filter(pk=person, is_active=True).first()
    if staff is not None:
        letters.write_reset(staff, language)


@shared_task(acks_late=True, ignore_result=True, autoretry_for=TROUBLE, retry_backoff=10, max_retries=6)
def send_notice(person: int, kind: str, language: str) -> None:
    """That something changed in how this person signs in."""
    staff = Staff.objects.filter(pk=person).first()
    if staff is not None:
        letters.write_notice(staff, kind, language)
