"""By which server a letter leaves: the organisation's own where it has one, else that of the installation (O02)."""

import hashlib
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend

from helplines import sitecheck
from helplines.models import MailServer, Organisation
from helplines.models.mail import Security
from helplines.tenancy import inside

SECONDS = 10


class Draft(NamedTuple):
    """A letter as it is about to leave."""

    to: str
    subject: str
    body: str


def own_server(organisation: Organisation | None) -> MailServer | None:
    """The server by which this organisation sends its letters itself."""
    if organisation is None:
        return None
    with inside(organisation):
        found: MailServer | None = MailServer.objects.filter(organisation=organisation).first()
    return found if found is not None and found.can_send else None


def connection_to(server: MailServer) -> BaseEmailBackend:
    """A line to an organisation's own server, always encrypted. Raises OSError for one inside our own network."""
    try:
        sitecheck.public_address(server.host, server.port, is_local=settings.DEMO)
    except sitecheck.NotFetched as refused:
        raise OSError(refused.code) from None
    way: dict[str, Any] = {"use_tls": server.security == Security.STARTTLS, "use_ssl": server.security == Security.TLS}
    connection: BaseEmailBackend = get_connection(
        settings.OWN_MAIL_BACKEND,
        host=server.host,
        port=server.port,
        username=server.user,
        password=server.password,
        timeout=SECONDS,
        **way,
    )
    return connection


def sender_of(organisation: Organisation | None) -> str:
    """The address that letters of this organisation come from."""
    server = own_server(organisation)
    return str(server.sender) if server else settings.DEFAULT_FROM_EMAIL


def hand_over(draft: Draft, organisation: Organisation | None, key: str) -> None:
    """Give a letter to its server. Raises SMTPException, OSError when it does not take it.

    A letter that is handed over twice, because we were killed before we noted the first time, bears the same number: the
    mailbox shows it once.
    """
    server = own_server(organisation)
    message = EmailMessage(
        draft.subject,
        draft.body,
        server.sender if server else None,
        [draft.to],
        headers={"Message-ID": number_of(organisation, key), "Auto-Submitted": "auto-generated"},
        connection=connection_to(server) if server else None,
    )
    message.send()


def number_of(organisation: Organisation | None, key: str) -> str:
    """The number that a letter bears, the same each time, which tells nothing of it.

    A key is of one organisation: who works for two must not get one letter where each wrote one.
    """
    whose = organisation.pk if organisation else 0
    digest = hashlib.sha256(f"{settings.SECRET_KEY}:letter:{whose}:{key}".encode()).hexdigest()[:32]
    return f"<{digest}@{urlsplit(settings.ORIGIN).hostname}>"
