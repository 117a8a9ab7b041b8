"""The counsellor's desk: one page; all that lives in it comes over the socket."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.views.decorators.http import require_safe

from chat import desk_parts, wire
from chat.queries import DESK_ROLES, chat_lines
from chat.strings import desk as words
from helplines import access, sessions
from helplines import queries as promises
from helplines.gate import members, signed_in
from helplines.models import Membership, at_once


@require_safe
@signed_in
def desk(request: HttpRequest) -> HttpResponse:
    """The desk of the one organisation that a person works for; with more, or none, the start page."""
    memberships = access.memberships_of(request.user)  # type: ignore[arg-type]
    slugs = {entry.organisation.slug for entry in memberships if entry.role in DESK_ROLES}
    if len(slugs) == 1:
        return redirect("desk_of", organisation=slugs.pop())
    return redirect("start")


@require_safe
@members(*DESK_ROLES)
def desk_of(request: HttpRequest, membership: Membership) -> HttpResponse:
    """The desk of one organisation."""
    names = {"organisation": membership.organisation.slug}
    now = timezone.now()
    capacity = max(
        (
            at_once(membership.talks_at_once, promises.policy_for(line, now).capacity)
            for line in chat_lines(membership.organisation_id)
        ),
        default=0,
    )
    config: dict[str, Any] = {
        "socket": f"/ws/{names['organisation']}/desk/",
        "sign_in": f"{reverse('account_login')}?next={reverse('desk_of', kwargs=names)}",
        "session_seconds": sessions.held_for(),
        "language": translation.get_language(),
        "capacity": capacity,
        "max_text": wire.TEXT_LENGTH,
        "max_note": wire.NOTE_LENGTH,
        "max_advice": wire.ADVICE_LENGTH,
        "replies_page": reverse("own_replies", kwargs=names),
        "strings": words.strings(),
    }
    page = {
        "membership": membership,
        "organisation": membership.organisation,
        "config": config,
        "guests": desk_parts.guests(membership),
    }
    return render(request, "chat/desk.html", page)
