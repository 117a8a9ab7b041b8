"""Copies of talks for the team: made by who led the talk, struck of all that may tell who it was, for a while (F10, F11).

Only the counsellor of a talk makes a copy of it, so nobody else sees anything before it is anonymous. What they hand in is
looked through once more here, whatever their browser showed.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from django.db import transaction

from chat import access, queries, rejoin, striking
from chat.models import Conversation, Message, TeamCopy, new_code
from chat.models.copies import CopyPurpose
from chat.sealed import Contents
from chat.states import OPEN, Party
from chat.striking import Piece
from chat.wire import RefusedError
from helplines.models import Membership
from helplines.models.replies import contacts_of
from helplines.personal_marks import Mark
from helplines.tenancy import inside
from privacy import audit
from privacy.audit import Event
from privacy.sealing import UnreadableError

# How many days a copy may be read; it goes with its talk where that is sooner.
DAYS = (7, 14, 30)
FIELD = "copy"
# Of one talk; more is no learning, but a second archive.
MOST = 3
# Pieces of one copy: a form holds no more.
LONGEST = 800
# What is offered in the list: a team talks about what was of late.
RECENT, NEWEST = timedelta(days=30), 50
LONGEST_PIECE = 8000


class StillPersonal(Exception):
    """Something in what was handed in may still tell who it was; `found` are the marks, by the place of the piece."""

    def __init__(self, found: dict[int, list[Mark]]) -> None:
        super().__init__("A copy for the team must not tell who it was.")
        self.found = found


def own_talk_that_is_over(membership: Membership, code: str) -> Conversation:
    """Raises RefusedError: not_here for a talk that is not this counsellor's or is gone, going_on for one that goes on."""
    talk = access.own_talk(membership, code)
    if talk.state in OPEN:
        raise RefusedError("going_on")
    return talk


def said_in(talk: Conversation, contents: Contents) -> list[Piece]:
    """What both said, in order, the newest part of a very long talk; no times, and nothing of the system."""
    with inside(talk.organisation_id):
        rows = Message.objects.filter(conversation=talk).exclude(party=Party.SYSTEM).order_by("-seq")
        return [Piece(str(row.party), contents.text(row), language_of(row, talk)) for row in reversed(rows[:LONGEST])]


def language_of(row: Message, talk: Conversation) -> str:
    """Of what a counsellor wrote, for the voice that reads it (WCAG 3.1.2); in which a visitor writes nobody knows."""
    return (row.lang or talk.language) if row.party == Party.COUNSELLOR else ""


def names_of(talk: Conversation, contents: Contents) -> list[str]:
    answers = [answer["value"] for answer in contents.answers(talk)]
    ticket = rejoin.ticket(contents.key, contents.nickname(talk))
    return striking.names_in(ticket.name, answers, [talk.code, ticket.code])


class Proposal(msgspec.Struct):
    """A talk as it is proposed to its counsellor for a copy: struck pieces, and the words that they may put back."""

    pieces: list[Piece]
    doubtful: list[str]


def propose(talk: Conversation, kept: Collection[str]) -> Proposal:
    """The talk with everything struck but what the counsellor keeps. Raises RefusedError when it is gone."""
    contents = access.contents_of(talk)
    names, said = names_of(talk, contents), said_in(talk, contents)
    with inside(talk.organisation_id):
        known = contacts_of(talk.organisation)
    pieces = [one._replace(text=striking.struck(one.text, known, names, kept)) for one in said]
    return Proposal(pieces, striking.doubtful([one.text for one in said], known, names))


def make(
    *,
    talk: Conversation,
    membership: Membership,
    texts: Sequence[str],
    kept: Collection[str],
    purpose: CopyPurpose,
    days: int,
    now: datetime,
) -> TeamCopy:
    """Keep a copy of an own talk; `texts` are its pieces as the counsellor leaves them, "" for one that is left out.

    Raises StillPersonal, RefusedError (malformed: another number of pieces or days, nothing left; full: enough copies;
    not_here, going_on), AuditUnavailable. Source: requirements F10, F11.
    """
    talk = own_talk_that_is_over(membership, talk.code)
    contents = access.contents_of(talk)
    pieces = checked(talk, contents, texts, kept)
    if days not in DAYS or not pieces:
        raise RefusedError("malformed")
    with inside(talk.organisation_id), transaction.atomic():
        if not Conversation.objects.select_for_update().not_gone(now).filter(pk=talk.pk).exists():
            raise RefusedError("not_here")
        if TeamCopy.objects.filter(conversation=talk).there(now).count() >= MOST:
            raise RefusedError("full")
        code, until = new_code(), now + timedelta(days=days)
        made: TeamCopy = TeamCopy.objects.create(
            organisation_id=talk.organisation_id,
            conversation=talk,
            code=code,
            line=talk.line,
            maker=membership,
            purpose=purpose,
            made_at=now,
            gone_at=min(until, talk.expires_at or until),
            contents=contents.seal(code, FIELD, written(pieces)),
        )
        # The code of the copy, not of the talk: the log ties the two for nobody who reads it.
        log(Event.COPY_MADE, made, membership)
    return made


def checked(talk: Conversation, contents: Contents, texts: Sequence[str], kept: Collection[str]) -> list[Piece]:
    """The pieces as they are handed in, looked through once more. Raises StillPersonal, RefusedError("malformed")."""
    said, names = said_in(talk, contents), names_of(talk, contents)
    if len(texts) != len(said) or any(len(text) > LONGEST_PIECE for text in texts):
        raise RefusedError("malformed")
    with inside(talk.organisation_id):
        known = contacts_of(talk.organisation)
    found = {at: marks for at, text in enumerate(texts) if (marks := striking.must_go(text, known, names, kept))}
    if found:
        raise StillPersonal(found)
    return [one._replace(text=text.strip()) for one, text in zip(said, texts, strict=True) if text.strip()]


def listed(membership: Membership, now: datetime) -> list[TeamCopy]:
    """The copies that this person may read, newest first (needs the scope)."""
    rows = TeamCopy.objects.for_team(membership, queries.lines_of(membership)).there(now)
    return list(rows.select_related("line", "maker__staff").order_by("-made_at", "pk"))


def copy_of(membership: Membership, code: str, now: datetime) -> TeamCopy:
    """Raises RefusedError("not_here")."""
    with inside(membership.organisation_id):
        rows = TeamCopy.objects.for_team(membership, queries.lines_of(membership)).there(now)
        found: TeamCopy | None = rows.select_related("line", "maker__staff", "conversation").filter(code=code).first()
    if found is None:
        raise RefusedError("not_here")
    return found


def read(made: TeamCopy, membership: Membership) -> list[Piece]:
    """The words of a copy; a read by a colleague is told in the audit log first. Raises AuditUnavailable, RefusedError."""
    if made.maker_id != membership.pk:
        log(Event.COPY_READ, made, membership)
    try:
        text = access.contents_of(made.conversation).unseal(made.code, FIELD, made.contents)
    except UnreadableError:
        raise RefusedError("not_here") from None
    return read_back(text)


def written(pieces: Sequence[Piece]) -> str:
    """Pieces as a copy keeps them: pairs, for the release before languages reads nothing else; the language is with the party."""
    pairs = [(f"{one.party}:{one.lang}" if one.lang else one.party, one.text) for one in pieces]
    return msgspec.json.encode(pairs).decode()


def read_back(text: str) -> list[Piece]:
    """The pieces of a copy of any release: some wrote the language as a third part, and what a later one adds is passed over."""
    pieces = []
    for said_by, words, *more in msgspec.json.decode(text, type=list[list[Any]]):
        party, _colon, lang = said_by.partition(":")
        pieces.append(Piece(party, words, lang or (str(more[0]) if more else "")))
    return pieces


def log(event: Event, made: TeamCopy, membership: Membership) -> None:
    maker = made.maker
    audit.record(
        organisation=made.organisation_id,
        event=event,
        who=membership.staff,
        role=membership.role,
        on_behalf_of=str(maker.staff_id) if maker and maker.pk != membership.pk else "",
        what=made.code,
        why=made.purpose,
    )


@transaction.atomic
def take_back(*, made: TeamCopy, membership: Membership) -> None:
    """Its maker takes a copy back: it is gone at once. Raises RefusedError("not_here") for who did not make it."""
    with inside(membership.organisation_id):
        if made.maker_id != membership.pk:
            raise RefusedError("not_here")
        TeamCopy.objects.filter(pk=made.pk).delete()


def due(organisation_id: int, now: datetime) -> int:
    with inside(organisation_id):
        return int(TeamCopy.objects.gone(now).count())


def erase(organisation_id: int, now: datetime, limit: int) -> int:
    """Erase copies whose days are over; gives how many. Safe to run twice."""
    with inside(organisation_id):
        chunk = list(TeamCopy.objects.gone(now).values_list("pk", flat=True)[:limit])
        return int(TeamCopy.objects.filter(pk__in=chunk).delete()[0])


def own_talks(membership: Membership, now: datetime) -> list[Conversation]:
    """The newest talks of this counsellor that are over, of which a copy can be made (needs the scope)."""
    rows = Conversation.objects.readable_by(membership).exclude(state__in=OPEN).filter(ended_at__gt=now - RECENT)
    return list(rows.select_related("line").order_by("-ended_at", "pk")[:NEWEST])
