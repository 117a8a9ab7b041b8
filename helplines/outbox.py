"""The outbox: every letter of the installation is a row, carried once in effect, however often a job is killed.

Each app signs in how its letters are written (`sign_in`), with ids alone in the row. Who carries a letter takes it first, for a
while (`LEASE`): nobody else does meanwhile, and after it somebody does, for the carrier was killed.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from smtplib import SMTPException
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from helplines import carriers
from helplines.carriers import Draft
from helplines.lifetimes import begin_of_day
from helplines.models import Letter, Organisation
from helplines.models.mail import LetterState
from helplines.tenancy import across_organisations, inside

logger = logging.getLogger(__name__)
TROUBLE = (SMTPException, OSError)
LEASE = timedelta(minutes=5)
PAUSES = [timedelta(seconds=10 * 2**attempt) for attempt in range(12)]  # in all more than eleven hours
KEPT = timedelta(days=30)
# Gives the letter as it must leave now; None where it is no longer needed.
Composer = Callable[[Organisation | None, dict[str, Any]], Draft | None]
_composers: dict[str, Composer] = {}
_by_day: set[str] = set()


def sign_in(kind: str, composer: Composer, *, by_day: bool = False) -> None:
    """From `AppConfig.ready()`: how letters of this kind are written.

    Of letters about what a visitor did only the day is kept (`by_day`): the minute would tell after which talk that was.
    """
    _composers[kind] = composer
    if by_day:
        _by_day.add(kind)


@transaction.atomic
def put(kind: str, *, key: str, organisation: int | None, **told: Any) -> int | None:
    """Store a letter; gives its number, or None when one with this key was stored before. Raises KeyError for an unknown kind."""
    _composers[kind]
    now = timezone.now()
    made = begin_of_day(now) if kind in _by_day else now
    # A letter about somebody's account is of no organisation, and no wall can hold it.
    scope = across_organisations() if organisation is None else inside(organisation)
    with scope:
        row, is_new = Letter.objects.filter(organisation=organisation).get_or_create(
            key=key,
            defaults={"kind": kind, "organisation_id": organisation, "told": told, "made_at": made, "due_at": made},
        )
    return row.pk if is_new else None


def overdue(now: datetime) -> list[int]:
    """The numbers of letters that a job must carry."""
    # A letter is known by its number alone.
    with across_organisations():
        return list(Letter.objects.due(now).order_by("due_at").values_list("pk", flat=True)[:500])


def carry(number: int, now: datetime) -> LetterState | None:
    """Carry one letter, unless somebody else does; gives how it stands now. Safe to do twice, late, and after a kill."""
    # As above.
    with across_organisations():
        taken = Letter.objects.due(now).filter(pk=number).update(due_at=now + LEASE, attempts=F("attempts") + 1)
        letter = Letter.objects.select_related("organisation").filter(pk=number).first() if taken else None
    if letter is None:
        return None
    try:
        draft = _composers[letter.kind](letter.organisation, letter.told)
        if draft is not None:
            carriers.hand_over(draft, letter.organisation, letter.key)
    except TROUBLE as trouble:
        return put_off(letter, type(trouble).__name__, now)
    return note(letter, LetterState.DROPPED if draft is None else LetterState.SENT)


def put_off(letter: Letter, trouble: str, now: datetime) -> LetterState:
    """Try again later, each time after twice as long; at last give up, and say so in the log without who it is for."""
    over = letter.attempts > len(PAUSES)
    if over:
        logger.error("Letter %s (%s) is given up after %s tries: %s", letter.pk, letter.kind, letter.attempts, trouble)
        return note(letter, LetterState.GIVEN_UP, trouble=trouble)
    return note(letter, LetterState.WAITING, trouble=trouble, due_at=now + PAUSES[letter.attempts - 1])


def note(letter: Letter, state: LetterState, **more: Any) -> LetterState:
    # When it was carried is nobody's business; that it waits until then is.
    when = {} if state == LetterState.WAITING else {"due_at": F("made_at")}
    # As above.
    with across_organisations():
        Letter.objects.filter(pk=letter.pk, state=LetterState.WAITING).update(state=state, **when, **more)
    return state


def due(_organisation_id: int, now: datetime) -> int:
    """How many letters are over and kept long enough."""
    # One eraser for the whole installation: letters about accounts are of no organisation.
    with across_organisations():
        return int(Letter.objects.old(now - KEPT).count())


def erase(_organisation_id: int, now: datetime, limit: int) -> int:
    # As above.
    with across_organisations():
        rows = list(Letter.objects.old(now - KEPT).values_list("pk", flat=True)[:limit])
        return int(Letter.objects.filter(pk__in=rows).delete()[0])
