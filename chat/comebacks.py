"""Coming back to a talk from another tab, with the name and the code that were shown (C02): keyword-only, one transaction."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from chat import announce, queries, rejoin
from chat.access import contents_of
from chat.models import Conversation, RejoinTries
from chat.service import SPENT_KEPT, GoneError, Held, fingerprint, new_secret, rejoin_mark
from chat.wire import RefusedError
from helplines.models import Line
from helplines.tenancy import inside

# Guessing one of a hundred open talks of a line, its name known, takes a century at this pace. It is high, because whoever
# reaches it stops all coming back on the line; one address alone never does (chat/consumers/visitor.py).
MOST_WRONG = 1000
WINDOW = timedelta(minutes=1)


def find(*, line: Line, name: str, code: str, now: datetime) -> str:
    """The code of the talk that this name and rejoin code open now; raises GoneError("unknown"), one answer for every failure,
    and GoneError("slow_down"), one answer for right and wrong, past the limit.

    A try counts against the line before it is looked at, so that many at once are counted too, and on every socket; one that
    fits is given back.
    """
    with inside(line.organisation), transaction.atomic():
        tries = RejoinTries.objects.filter(line=line)
        RejoinTries.objects.get_or_create(line=line, defaults={"organisation": line.organisation, "since": now})
        tries.filter(since__lte=now - WINDOW).update(since=now, wrong=0)
        allowed = tries.filter(wrong__lt=MOST_WRONG).update(wrong=F("wrong") + 1)
        mark = rejoin_mark(line, rejoin.Ticket(name, code))
        rows = Conversation.objects.can_be_rejoined(now).entered_by(line).filter(rejoin=mark).order_by("-pk")
        found = rows.values_list("code", flat=True).first()
        if found and allowed:
            tries.filter(wrong__gt=0).update(wrong=F("wrong") - 1)
    if not allowed:
        raise GoneError("slow_down")
    if not found:
        raise GoneError("unknown")
    return str(found)


def take_over(*, line: Line, talk: str, name: str, code: str, socket: str, now: datetime) -> Held:
    """Give the talk to this socket with a new secret; the secrets of earlier tabs open nothing any more.

    They are not *spent*: a tab that still shows one is the visitor's own, left behind, and no thief. Raises GoneError.
    """
    with inside(line.organisation):
        with transaction.atomic():
            row = (
                Conversation.objects.can_be_rejoined(now)
                .entered_by(line)
                .select_for_update(of=("self",))
                .select_related("counsellor", "organisation", "line")
                .filter(code=talk, rejoin=rejoin_mark(line, rejoin.Ticket(name, code)))
                .first()
            )
            if row is None:
                raise GoneError("unknown")
            fresh = new_secret()
            known = [secret for secret in (row.secret, row.next_secret) if secret]
            row.replaced_secrets = [*row.replaced_secrets, *known][-SPENT_KEPT:]
            row.secret, row.next_secret = fingerprint(line.organisation_id, fresh), ""
            row.visitor_connected, row.visitor_socket, row.visitor_seen_at = True, socket, now
            row.rejoin_until = now + timedelta(minutes=row.rejoin_minutes)
            row.save(update_fields=["replaced_secrets", "secret", "next_secret", *SEEN])
            announce.replaced(row, socket)
            announce.tell_visitor_presence(row, present=True)
        try:
            contents = contents_of(row)
        except RefusedError:
            raise GoneError("unknown") from None
        return Held(row, contents, fresh, queries.public_name(row.counsellor, row.line_id))


def hold_again(*, held: Held, socket: str, now: datetime) -> bool:
    """Whether this socket has the talk: still, or again because the line of the one that took it is gone.

    Lines that drop in a row may be seen to in another order: then a line without anybody at its end takes the talk from the one
    that is there. The secret that the tab holds by then counts again, unless another tab came with name and code.
    """
    with inside(held.conversation.organisation_id), transaction.atomic():
        row = Conversation.objects.open().select_for_update().filter(pk=held.conversation.pk).first()
        if row is None or row.visitor_socket == socket:
            return queries.is_held_by(held.conversation, socket)
        mine = fingerprint(row.organisation_id, held.secret)
        if row.visitor_connected or mine in [*row.replaced_secrets, *row.spent_secrets]:
            return False
        row.next_secret = "" if mine == row.secret else mine
        row.visitor_connected, row.visitor_socket, row.visitor_seen_at = True, socket, now
        row.rejoin_until = now + timedelta(minutes=row.rejoin_minutes)
        row.save(update_fields=["next_secret", *SEEN])
        announce.tell_visitor_presence(row, present=True)
    return True


SEEN = ("visitor_connected", "visitor_socket", "visitor_seen_at", "rejoin_until")


def ticket_of(held: Held) -> dict[str, str]:
    """What the visitor notes down to come back with."""
    return rejoin.ticket(held.contents.key, held.contents.nickname(held.conversation))._asdict()
