"""What somebody must hear of within minutes: erasing that is late, an office where nobody opens, seals that do not open, knocking
on doors of others, a backup or a certificate that is too old (security goal M9).

`look` finds what is wrong now and writes nothing; `privacy.tasks.watch_for_alarms` tells it, and keeps the counts for `/metrics`.
"""

import socket
import ssl
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.core.cache import cache
from django.db import models
from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext_lazy as _

from helplines import queries, tallies
from helplines.models import Membership, Organisation, Policy, Role
from helplines.policies import IDENTITY_HOLDERS
from helplines.tenancy import across_organisations, inside
from privacy import pulse, retention, vault
from privacy.models import Holder, SweepDone

DAY = timedelta(days=1)
# Somebody who mistypes an address does so a few times; who looks for what belongs to others does it more often.
MANY_DENIED = 20
CERTIFICATE_DAYS, PATIENCE = 14, 3.0
LAST, KEPT = "alarms:last", 24 * 3600
# Who of the organisation has each office; that of the provider is outside it.
ROLES = {"administrator": Role.ADMINISTRATOR, "management": Role.MANAGER, "dpo": Role.DPO}


class Kind(models.TextChoices):
    """What can be wrong; the value names it in the figures."""

    PURGE_LATE = "purge-late", _("Something should have been erased more than 24 hours ago, or the sweep does not run.")
    NO_APPROVER = (
        "no-approver",
        _("A sealed address cannot be opened: an office has no key, or nobody who works there."),
    )
    UNREADABLE = "unreadable", _("Something did not open with its own key: it was changed, or put elsewhere.")
    DENIED = "denied", _("Somebody who is signed in asked again and again for what is not theirs.")
    BACKUP_LATE = "backup-late", _("There is no backup of the last hours that opens.")
    CERTIFICATE = "certificate", _("The certificate of our address ends soon, or is not right.")


class Alarm(NamedTuple):
    """One thing that is wrong: in which organisation (0 for the whole installation), and how many of it."""

    kind: Kind
    organisation_id: int = 0
    many: int = 1
    what: str = ""

    @property
    def mark(self) -> str:
        return f"alarm:{self.kind.value}:{self.organisation_id}:{self.what}"

    @property
    def says(self) -> str | Lazy:
        return self.kind.label


def look(now: datetime) -> list[Alarm]:
    """Everything that is wrong now."""
    with across_organisations():  # only the rows, to enter each organisation's own scope
        organisations = list(Organisation.objects.all())
    found = [*late(now), *unreadable(now), *denied(now), *backups_late(now), *certificate(now)]
    return found + [alarm for one in organisations for alarm in nobody_opens(one, now)]


def late(now: datetime) -> Iterator[Alarm]:
    """Erasers that have work of more than a day ago. What a promise of today reaches back to has a day from then on."""
    recent = with_new_promises(now)
    for one in retention.rounds():
        count = 0 if one.organisation_id in recent else one.due(now - DAY)
        if count or not_swept(one.organisation_id, one.eraser.name, now):
            yield Alarm(Kind.PURGE_LATE, one.organisation_id, max(count, 1), one.eraser.name)


def with_new_promises(now: datetime) -> set[int]:
    with across_organisations():  # only ids
        rows = Policy.objects.filter(valid_from__gt=now - DAY, valid_from__lte=now)
        return set(rows.values_list("organisation_id", flat=True))


def not_swept(organisation_id: int, eraser: str, now: datetime) -> bool:
    """Whether this eraser did its work before, and not any more."""
    with inside(organisation_id):
        return bool(SweepDone.objects.filter(organisation=organisation_id, eraser=eraser, at__lte=now - DAY).exists())


def nobody_opens(organisation: Organisation, now: datetime) -> Iterator[Alarm]:
    """An organisation that has keys for sealed addresses, where one office lacks its key or its people.

    Without any key nothing is kept, and its promises say so: that is no alarm.
    """
    with inside(organisation):
        if not Holder.objects.filter(organisation=organisation).in_use().exists():
            return
        policy = queries.organisation_policy(organisation, now).identity_holders
        people = Membership.objects.in_force().filter(organisation=organisation)
        there = set(people.values_list("role", flat=True))
        empty = [office for office in IDENTITY_HOLDERS[policy] if office in ROLES and ROLES[office] not in there]
        lacking = {*vault.lacking(organisation.pk, policy), *empty}
    if lacking:
        yield Alarm(Kind.NO_APPROVER, organisation.pk, len(lacking), ",".join(sorted(lacking)))


def unreadable(now: datetime) -> Iterator[Alarm]:
    if count := tallies.lately(tallies.UNREADABLE, now):
        yield Alarm(Kind.UNREADABLE, many=count)


def denied(now: datetime) -> Iterator[Alarm]:
    if (count := tallies.lately(tallies.DENIED, now)) >= MANY_DENIED:
        yield Alarm(Kind.DENIED, many=count)


def backups_late(now: datetime) -> Iterator[Alarm]:
    if settings.BACKUP_HOURS:
        for what, at in pulse.backups().items():
            if at is None or at < now - timedelta(hours=settings.BACKUP_HOURS):
                yield Alarm(Kind.BACKUP_LATE, what=what)


def certificate(now: datetime) -> Iterator[Alarm]:
    """Asked as a browser would ask. Where our own address cannot be reached from here, nothing can be told."""
    origin = urlsplit(settings.ORIGIN)
    if origin.scheme != "https" or not origin.hostname or settings.EMBEDDED:
        return
    try:
        ends = certificate_ends(origin.hostname, origin.port or 443, ssl.create_default_context())
    except ssl.SSLCertVerificationError:
        yield Alarm(Kind.CERTIFICATE, what="not-right")
    except OSError:
        return
    else:
        if ends < now + timedelta(days=CERTIFICATE_DAYS):
            yield Alarm(Kind.CERTIFICATE, what="ends-soon")


def certificate_ends(host: str, port: int, trust: ssl.SSLContext) -> datetime:
    """Until when the certificate of a server counts. Raises SSLCertVerificationError, OSError."""
    with (
        socket.create_connection((host, port), PATIENCE) as line,
        trust.wrap_socket(line, server_hostname=host) as closed,
    ):
        told = closed.getpeercert() or {}
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(told["notAfter"])), UTC)


# What was found is kept for the figures, and which of it was told already.


def keep(found: Sequence[Alarm], now: datetime) -> None:
    counts = Counter({kind.value: 0 for kind in Kind})
    for alarm in found:
        counts[alarm.kind.value] += 1
    cache.set(LAST, {"at": now.timestamp(), "counts": dict(counts), "marks": [alarm.mark for alarm in found]}, KEPT)


def last() -> dict[str, dict[str, int] | float | list[str]]:
    """What the last look found: `at`, `counts` by kind, `marks`; nothing where there was none, or the cache is away."""
    try:
        return cache.get(LAST) or {}
    except Exception:
        return {}


def new_ones(found: Sequence[Alarm], now: datetime) -> list[Alarm]:
    """Those that nobody was told of within a day. What is over is forgotten: when it comes back it is told again."""
    before = last().get("marks", [])
    over = set(before if isinstance(before, list) else []) - {alarm.mark for alarm in found}
    cache.delete_many(sorted(over))
    told = cache.get_many([alarm.mark for alarm in found])
    fresh = [alarm for alarm in found if told.get(alarm.mark, 0.0) <= (now - DAY).timestamp()]
    cache.set_many({alarm.mark: now.timestamp() for alarm in fresh}, 2 * KEPT)
    return fresh


def take_back(told: Sequence[Alarm]) -> None:
    """They could not be told: the next look tries again."""
    cache.delete_many([alarm.mark for alarm in told])
