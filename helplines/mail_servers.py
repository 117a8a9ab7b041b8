"""The mail server of an organisation: kept, and tried with a letter to oneself."""

from typing import Any

from django.db import transaction

from helplines import post, service
from helplines.models import Letter, MailServer, Organisation
from helplines.tenancy import inside
from helplines.witness import Event


def server_of(organisation: Organisation) -> MailServer:
    """The server as it is kept, or an empty one that is not stored yet."""
    with inside(organisation):
        found: MailServer | None = MailServer.objects.filter(organisation=organisation).first()
    return found or MailServer(organisation=organisation)


@transaction.atomic
def keep(*, server: MailServer, staff: Any) -> None:
    """Keep how the organisation sends its mail; told in the audit log, without what was filled in."""
    with inside(server.organisation_id):
        server.save()
        service.tell(
            Event.SETTINGS_CHANGED, server.organisation, staff, "mail-server", "used" if server.is_used else "unused"
        )


def try_out(*, organisation: Organisation, staff: Any) -> None:
    """Send a letter to oneself, by the way that every letter goes."""
    post.send("trial", organisation=organisation.pk, person=staff.pk)


def last_trial(organisation: Organisation) -> Letter | None:
    with inside(organisation):
        found: Letter | None = Letter.objects.filter(organisation=organisation, kind="trial").order_by("-pk").first()
    return found
