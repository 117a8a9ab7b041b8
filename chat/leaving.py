"""Going away at once: who shows what only the visitor's tab holds ends the talk, without a socket."""

import hmac
from datetime import datetime

from chat import service
from chat.models import Conversation
from chat.states import Why
from helplines.models import Line
from helplines.tenancy import inside


def leave_at_once(*, line: Line, code: str, secret: str, now: datetime) -> bool:
    """End the talk of a visitor who goes away, whether they wait or talk; gives whether the secret was that of the tab.

    A wrong secret, another line and a talk that is over change nothing. Nothing is stored in the talk after this.
    """
    with inside(line.organisation):
        shown = service.fingerprint(line.organisation_id, secret)
        found = Conversation.objects.entered_by(line).select_related("counsellor", "line__organisation")
        conversation: Conversation | None = found.filter(code=code).first()
        known = conversation is not None and any(
            hmac.compare_digest(shown, held) for held in (conversation.secret, conversation.next_secret)
        )
        if conversation is not None and known:
            service.leave(conversation=conversation, why=Why.EXIT, now=now)
    return known
