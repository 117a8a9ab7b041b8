"""Who signs out closes their desks in every process at once; the keeper closes what this misses (security goal D6)."""

from typing import Any

from django.contrib.auth.signals import user_logged_out
from django.http import HttpRequest

from chat import announce
from helplines import access
from helplines.models import Staff


def signed_out(request: HttpRequest, user: Any, **given: Any) -> None:
    """Django calls this before it ends the session."""
    key = getattr(request.session, "session_key", None)
    if isinstance(user, Staff) and key:
        places = {(entry.organisation_id, entry.pk) for entry in access.memberships_of(user)}
        announce.tell_signed_out(places, key)


def listen() -> None:
    user_logged_out.connect(signed_out, dispatch_uid="chat.farewells")
