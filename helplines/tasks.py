"""Jobs of the organisations: ids in, safe to run twice."""

from smtplib import SMTPException

from celery import shared_task
from django.utils import timezone

from helplines import invitation_links, letters
from helplines.models import Invitation, Organisation, Staff
from helplines.tenancy import across_organisations, inside

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


@shared_task(acks_late=True, ignore_result=True, autoretry_for=TROUBLE, retry_backoff=10, max_retries=6)
def send_invitation(organisation_id: int, invitation_id: int) -> None:
    """A letter with a fresh link. Done twice there are two letters, of which the newest works."""
    with inside(organisation_id):
        found = Invitation.objects.select_related("organisation").filter(pk=invitation_id).first()
    if found is not None:
        letters.write_invitation(found, invitation_links.new_link(found))


@shared_task(acks_late=True, ignore_result=True, autoretry_for=TROUBLE, retry_backoff=10, max_retries=6)
def send_proposed(organisation_id: int, person: int) -> None:
    """That somebody proposed what takes two people, to one who may decide about it."""
    staff = Staff.objects.filter(pk=person, is_active=True).first()
    with inside(organisation_id):
        organisation = Organisation.objects.filter(pk=organisation_id).first()
    if staff and organisation:
        letters.write_proposed(organisation, staff)


@shared_task(acks_late=True, ignore_result=True)
def forget_old_invitations() -> None:
    """Let go of what nobody answered, one organisation at a time."""
    with across_organisations():  # only the ids, to enter each organisation's own scope
        organisation_ids = list(Organisation.objects.values_list("pk", flat=True))
    for organisation_id in organisation_ids:
        invitation_links.forget_old(organisation_id, timezone.now())
