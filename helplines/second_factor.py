"""The second step of signing in: who has one, and which sessions were opened with it (O03; security goals D6, G4)."""

import logging
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping
from importlib import import_module
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth import SESSION_KEY as PERSON
from django.contrib.sessions.models import Session
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from helplines import post
from helplines.models import Staff
from helplines.telling import as_a_whole, told_everywhere
from helplines.witness import Event

logger = logging.getLogger(__name__)
HELD = "second_factor"
GOAL = "second_factor_goal"
SHOWN_AT = "second_factor_at"
FRESH_SECONDS = 300
KINDS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def stamps(people: Iterable[Any]) -> dict[int, str]:
    """What stands for the factors that each of these people has now; who has none is not in it.

    A factor that comes or goes makes another stamp: what was opened with the old one is open no longer.
    """
    found: dict[int, list[str]] = defaultdict(list)
    rows = Authenticator.objects.filter(user__in=people, type__in=KINDS).order_by("pk")
    for person, key in rows.values_list("user_id", "pk"):
        found[person].append(str(key))
    return {person: ",".join(keys) for person, keys in found.items()}


def stamp_of(staff: Staff) -> str:
    return stamps([staff.pk]).get(staff.pk, "")


def kinds_of(staff: Any) -> set[str]:
    """Which kinds of second step this person has set up."""
    return set(Authenticator.objects.filter(user=staff, type__in=KINDS).values_list("type", flat=True))


def suffices(stamp: str) -> bool:
    """Whether somebody with these factors may work here: where a second step is obligatory, there must be one."""
    return bool(stamp) or not settings.SECOND_FACTOR_REQUIRED


def is_open(staff: Staff, session: Mapping[str, Any]) -> bool:
    """Whether this session gives what the person's roles give: it was opened with the second step that they have now."""
    stamp = stamp_of(staff)
    return suffices(stamp) and session.get(HELD, "") == stamp


def is_open_for(request: HttpRequest) -> bool:
    return isinstance(request.user, Staff) and is_open(request.user, getattr(request, "session", {}))


def is_stale(request: HttpRequest) -> bool:
    """Whether this session lacks the second step that the person has: it was opened before, or without it."""
    stamp = stamp_of(request.user) if isinstance(request.user, Staff) else ""
    return bool(stamp) and request.session.get(HELD, "") != stamp


def showed(request: HttpRequest, user: Staff, **given: Any) -> None:
    """Called when somebody has shown a factor of theirs, or changed one from within a session that was open."""
    request.session[HELD] = stamp_of(user)
    request.session[SHOWN_AT] = time.time()


def is_fresh(request: HttpRequest) -> bool:
    """Whether the second step was shown in this session within five minutes, as what is weighty asks (G5).

    Where a second step is not obligatory, who has none is not asked.
    """
    if not is_open_for(request):
        return False
    shown = request.session.get(SHOWN_AT, 0.0)
    return not request.session.get(HELD) or 0 <= time.time() - shown < FRESH_SECONDS


@transaction.atomic
def reset(*, staff: Staff, by: Staff | None) -> None:
    """Take every factor and every session away from somebody who lost theirs; they set up a new one when they sign in.

    `by` is the administrator who asks it, never the person; None stands for the command line.
    """
    if by is not None and by.pk == staff.pk:
        raise ValueError("Nobody resets their own second step.")
    with as_a_whole():
        Authenticator.objects.filter(user=staff).delete()
    end_sessions(staff)
    told_everywhere(Event.SECOND_STEP_CHANGED, of=staff, by=by, why="reset")
    told_everywhere(Event.SESSION_ENDED, of=staff, by=by, why="everywhere")
    who = f"person {by.pk}" if by else "the command line"
    language = staff.language or settings.LANGUAGE_CODE
    post.send("notice", organisation=None, person=staff.pk, what="second_step_reset", language=language)
    logger.warning("The second step of person %s was reset by %s.", staff.pk, who)


def end_sessions(staff: Staff) -> None:
    """Sign somebody out everywhere; their open desks close with the next round."""
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    rows = Session.objects.filter(expire_date__gt=timezone.now())
    theirs = [row.pk for row in rows.iterator() if store.decode(row.session_data).get(PERSON) == str(staff.pk)]
    Session.objects.filter(pk__in=theirs).delete()
