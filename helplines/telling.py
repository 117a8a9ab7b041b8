"""How people sign in and out, told to the audit log of every organisation in which they have a role (D08, group M)."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from allauth.core import context
from django.core.cache import cache
from django.db.models.signals import post_delete, post_save
from django.http import HttpRequest

from helplines import witness
from helplines.models import Membership, Organisation, Staff
from helplines.tenancy import across_organisations
from helplines.witness import AuditUnavailable, Event

logger = logging.getLogger(__name__)
# A lock is told once, however often somebody goes on trying.
LOCK_SECONDS = 15 * 60
_told_as_a_whole: ContextVar[bool] = ContextVar("told_as_a_whole", default=False)


def organisations_of(staff: Staff) -> Sequence[int]:
    """Where this person could see something: the organisations of their roles; of the operator, all. Always in one order,
    so that two who write in several logs at once never wait for each other."""
    # A person may have a role in several organisations.
    with across_organisations():
        rows = Organisation.objects.order_by("pk")
        if not staff.is_superuser:
            rows = rows.filter(pk__in=Membership.objects.filter(staff=staff, is_active=True).values("organisation"))
        return list(rows.values_list("pk", flat=True))


def told_everywhere(event: Event, *, of: Staff, by: Staff | None, why: str = "") -> None:
    """What happened to the account of a person, in each of their organisations. Raises AuditUnavailable."""
    what = "" if by is not None and by.pk == of.pk else person(of.pk)
    for organisation in organisations_of(of):
        witness.told(event, organisation=organisation, who=by.pk if by else None, what=what, why=why)


def person(key: int) -> str:
    return f"person:{key}"


def signed_in(request: HttpRequest, user: Any, **given: Any) -> None:
    """Who cannot be logged is not signed in."""
    if isinstance(user, Staff):
        try:
            told_everywhere(Event.SIGNED_IN, of=user, by=user)
        except AuditUnavailable:
            request.session.flush()
            raise


def signed_out(request: HttpRequest, user: Any, **given: Any) -> None:
    """Going away is never refused."""
    if isinstance(user, Staff):
        as_far_as_possible(Event.SIGNED_OUT, of=user, by=user)


def locked(username: str = "", **given: Any) -> None:
    """django-axes says whose name was tried too often; of a name that nobody has, there is nothing to tell."""
    staff = Staff.objects.filter(username=username).first() if username else None
    if staff is not None and cache.add(f"lock-told:{staff.pk}", 1, LOCK_SECONDS):
        as_far_as_possible(Event.SIGN_IN_LOCKED, of=staff, by=None)


def as_far_as_possible(event: Event, *, of: Staff, by: Staff | None) -> None:
    """For what happens whether or not it can be logged: it opens nothing."""
    try:
        told_everywhere(event, of=of, by=by)
    except AuditUnavailable:
        logger.error("That person %s %s could not be logged.", of.pk, event.value)


def password_changed(request: HttpRequest, user: Any, **given: Any) -> None:
    if isinstance(user, Staff):
        told_everywhere(Event.PASSWORD_CHANGED, of=user, by=user)


def factor_stored(instance: Any, created: bool, **given: Any) -> None:
    """Of a new row; that one is used is no change. allauth's own signals come after COMMIT, when it is too late to refuse."""
    if created:
        factor_changed(instance, "added")


def factor_deleted(instance: Any, **given: Any) -> None:
    factor_changed(instance, "removed")


def factor_changed(row: Any, how: str) -> None:
    if not _told_as_a_whole.get():
        request = context.request
        by = request.user if request is not None and isinstance(request.user, Staff) else None
        told_everywhere(Event.SECOND_STEP_CHANGED, of=row.user, by=by, why=f"{how}:{row.type}")


@contextmanager
def as_a_whole() -> Iterator[None]:
    """Around what changes several factors at once and tells it itself."""
    token = _told_as_a_whole.set(True)
    try:
        yield
    finally:
        _told_as_a_whole.reset(token)


def listen() -> None:
    """From `AppConfig.ready()`: signals of Django, allauth and django-axes, never of our own apps."""
    from allauth.account.signals import password_changed as changed
    from allauth.account.signals import password_reset as reset
    from allauth.mfa.models import Authenticator
    from axes.signals import user_locked_out
    from django.contrib.auth.signals import user_logged_in, user_logged_out

    for signal, receiver in (
        (user_logged_in, signed_in),
        (user_logged_out, signed_out),
        (user_locked_out, locked),
        (changed, password_changed),
        (reset, password_changed),
    ):
        signal.connect(receiver, dispatch_uid=f"helplines.telling.{id(signal)}")
    post_save.connect(factor_stored, sender=Authenticator, dispatch_uid="helplines.telling")
    post_delete.connect(factor_deleted, sender=Authenticator, dispatch_uid="helplines.telling")
