"""Asking name servers for the records of a mail domain; `silent` is the twin that asks nobody."""

import logging
from collections.abc import Callable

import dns.exception
import dns.resolver
from django.conf import settings

from helplines import mail_records
from helplines.mail_records import Found, Kind, Texts

logger = logging.getLogger(__name__)
SECONDS = 3.0
Asker = Callable[[str], Texts]


def asked(name: str) -> Texts:
    """The texts under a name, [] where there are none; None when no answer came in three seconds."""
    try:
        answer = dns.resolver.resolve(name, "TXT", lifetime=SECONDS)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except (dns.exception.DNSException, OSError, UnicodeError):
        return None
    return [b"".join(record.strings).decode("utf-8", "replace") for record in answer]


def silent(_name: str) -> Texts:
    return None


def asker() -> Asker:
    return asked if settings.MAIL_RECORDS else silent


def look(domain: str, selector: str, ask: Asker | None = None) -> list[Found]:
    """How SPF, DKIM and DMARC of a domain stand now."""
    ask = ask or asker()
    names = mail_records.names_of(domain, selector)
    return [
        mail_records.judge_spf(ask(names[Kind.SPF])),
        mail_records.judge_dkim(ask(names[Kind.DKIM]) if selector else [], selector),
        mail_records.judge_dmarc(ask(names[Kind.DMARC])),
    ]
