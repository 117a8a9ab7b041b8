"""Where somebody is signed in: on which kind of device, since when and last seen; to look at and to end (security goal D6).

What is kept stands in the session itself and is no more than this: a kind of device, and two times. No address,
and no name of a browser.
"""

import hmac
import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import import_module
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib.auth import SESSION_KEY as PERSON
from django.contrib.sessions.models import Session
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from helplines.models import Staff
from helplines.stand_ins import stand_in
from helplines.telling import told_everywhere
from helplines.witness import Event

SINCE, SEEN, DEVICE = "session_since", "session_seen", "session_device"
# A time of minutes is good enough, and writes little.
SEEN_EVERY = 300
PHONE, TABLET = re.compile(r"iPhone|Android.*Mobile|Mobile.*Firefox"), re.compile(r"iPad|Tablet|Android")
KINDS = {"phone": _("Telephone"), "tablet": _("Tablet"), "computer": _("Computer"), "": _("Unknown device")}


class Place(NamedTuple):
    """One session of a person; `mark` stands for its key, which is told to nobody."""

    mark: str
    kind: str
    since: datetime | None
    seen: datetime | None
    is_this: bool

    @property
    def device(self) -> str:
        return str(KINDS.get(self.kind, KINDS[""]))


def kind_of(agent: str) -> str:
    """The kind of device that a browser says it runs on."""
    if PHONE.search(agent):
        return "phone"
    return "tablet" if TABLET.search(agent) else "computer"


def began(request: HttpRequest, user: Any, **given: Any) -> None:
    """Django calls this when somebody signed in."""
    request.session[SINCE] = request.session[SEEN] = time.time()
    request.session[DEVICE] = kind_of(request.headers.get("User-Agent", ""))


def seen(request: HttpRequest) -> None:
    """A page was opened; nothing is read for it that the page did not read, and it is written every few minutes."""
    session: Any = getattr(request, "session", None)
    is_read = session is not None and session.accessed and PERSON in session
    if is_read and time.time() - session.get(SEEN, 0) > SEEN_EVERY:
        session[SEEN] = time.time()


def held_for() -> int:
    """For how many seconds a session holds at the least once a page was opened, if none is opened after it."""
    return max(0, settings.SESSION_COOKIE_AGE - SEEN_EVERY)


def mark_of(key: str) -> str:
    return stand_in("session", key.encode()).hex()[:32]


def rows_of(staff: Staff) -> Iterator[tuple[Session, dict[str, Any]]]:
    """The sessions of this person that still hold."""
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    for row in Session.objects.filter(expire_date__gt=timezone.now()).iterator():
        told = store.decode(row.session_data)
        if told.get(PERSON) == str(staff.pk):
            yield row, told


def places_of(staff: Staff, own: str) -> list[Place]:
    """Where this person is signed in, this session (its key) first, then the one that was seen last."""
    found = [
        Place(
            mark_of(row.session_key),
            told.get(DEVICE, ""),
            moment(told.get(SINCE)),
            moment(told.get(SEEN)),
            row.session_key == own,
        )
        for row, told in rows_of(staff)
    ]
    long_ago = datetime.min.replace(tzinfo=UTC)
    return sorted(found, key=lambda place: (place.is_this, place.seen or long_ago), reverse=True)


def moment(stamp: float | None) -> datetime | None:
    return datetime.fromtimestamp(stamp, UTC) if stamp else None


@transaction.atomic
def end(*, staff: Staff, mark: str = "", own: str = "") -> int:
    """End one session of this person, or, without a mark, all but the one with the key `own`; gives how many.

    Their open desks close within five seconds. Raises AuditUnavailable.
    """
    keys = [row.session_key for row, _told in rows_of(staff) if row.session_key != own]
    chosen = [key for key in keys if hmac.compare_digest(mark_of(key), mark)] if mark else keys
    if chosen:
        Session.objects.filter(session_key__in=chosen).delete()
        told_everywhere(Event.SESSION_ENDED, of=staff, by=staff, why="one" if mark else "others")
    return len(chosen)
