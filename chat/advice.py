"""Asking colleagues for advice without telling them of whom (C09); what is asked and answered goes with the talk."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from chat import announce, queries, rejoin
from chat.access import contents_of
from chat.models import Advice, AdviceAnswer, AdviceQuerySet, Conversation, Message
from chat.quotes import Said, carried_over
from chat.sealed import Contents
from chat.states import OPEN, Party
from chat.wire import ADVICE_LENGTH, RefusedError
from helplines import personal_data
from helplines.models import Membership
from helplines.models.replies import contacts_of
from helplines.tenancy import inside
from helplines.worded import Worded

# Against a flood on the colleagues' screens, and so that the comparing with a long talk stays rare.
MOST_QUESTIONS, MOST_ANSWERS = 10, 20
APART = timedelta(seconds=5)
# Of each talk so much is compared, the newest first.
COMPARED_CHARACTERS = 200_000
# Talks that were looked at, up to which message.
Compared = dict[int, int]
QUESTION, ANSWER = "advice", "advice-answer"
OF_TALK = Worded(lambda talk: Advice.objects.filter(conversation=talk).values_list("pk", flat=True)[:1])


def ask(*, conversation: Conversation, membership: Membership, key: UUID, text: str, now: datetime) -> dict[str, Any]:
    """Put a question to the colleagues who are present on the line; gives an `asked` frame.

    Raises RefusedError: not_here, closed; `names_visitor` with what was `found` of the talk in it; nobody_there; slow_down.
    """
    with inside(conversation.organisation_id):
        check_owner(conversation, membership)
        check_pace(conversation, membership, key, now)
        is_known = Advice.objects.filter(uuid=key).exists()
        compared = {} if is_known else compare(text, membership)
    with inside(conversation.organisation_id), transaction.atomic():
        lock(conversation, membership)
        known = Advice.objects.filter(uuid=key).first()
        if known is not None and (known.conversation_id, known.asker_id) != (conversation.pk, membership.pk):
            raise RefusedError("malformed")
        row = known or put(conversation, membership, key, text, compared, now)
        colleagues = colleagues_of(row, now)
        if not colleagues:
            raise RefusedError("nobody_there")
        contents = contents_of(conversation)
        if known is None:
            for colleague in colleagues:
                announce.tell_member(colleague, {"kind": "advice_item", "item": item(row, contents, colleague)})
            announce.tell_member(membership, {"kind": "advice_item", "item": item(row, contents, membership)})
    return {"kind": "asked", "talk": conversation.code, "id": str(key), "colleagues": len(colleagues)}


def lock(conversation: Conversation, membership: Membership) -> None:
    """The talk must be theirs and going on, and stays so until the question is stored: its end deletes what was stored."""
    check_owner(conversation, membership, lock=True)


def check_owner(conversation: Conversation, membership: Membership, *, lock: bool = False) -> None:
    rows = Conversation.objects.select_for_update() if lock else Conversation.objects.all()
    row = rows.filter(pk=conversation.pk, counsellor=membership).first()
    if row is None:
        raise RefusedError("not_here")
    if row.state not in OPEN:
        raise RefusedError("closed")


def check_pace(conversation: Conversation, membership: Membership, key: UUID, now: datetime) -> None:
    """Before anything is compared: raises RefusedError("slow_down") for a new question that comes too soon."""
    asked = Advice.objects.filter(conversation=conversation)
    newest = Advice.objects.filter(asker=membership).order_by("-at").values_list("at", "uuid").first()
    is_soon = newest is not None and newest[1] != key and now - newest[0] < APART
    if (is_soon or asked.count() >= MOST_QUESTIONS) and not asked.filter(uuid=key).exists():
        raise RefusedError("slow_down")


def put(
    conversation: Conversation, membership: Membership, key: UUID, text: str, compared: Compared, now: datetime
) -> Advice:
    check_pace(conversation, membership, key, now)
    shown = fit_to_tell(text, membership, compared)
    return Advice.objects.create(
        organisation_id=conversation.organisation_id,
        conversation=conversation,
        line_id=conversation.line_id,
        asker=membership,
        uuid=key,
        text=contents_of(conversation).seal(key.hex, QUESTION, shown),
        is_masked=shown != text,
        at=now,
    )


def fit_to_tell(text: str, membership: Membership, compared: Compared) -> str:
    """The text with addresses and numbers of people masked; raises RefusedError where something of a talk stands in it.

    `compared` are the talks that were looked at already, up to which message: only what was said since is looked at, so that
    nothing long happens while the talk is locked.
    """
    compare(text, membership, compared)
    return personal_data.masked(text, contacts_of(membership.organisation))


def compare(text: str, membership: Membership, compared: Compared | None = None) -> Compared:
    """Look for what was said in every talk that the writer has now: a text may be pasted from the wrong one.

    Gives up to which message each was looked at; raises RefusedError.
    """
    if len(text) > ADVICE_LENGTH:
        raise RefusedError("too_long")
    since = compared or {}
    talks = list(Conversation.objects.active_of(membership))
    found = sorted({name for row in talks for name in carried_over(text, said_in(row, since.get(row.pk, 0)))})
    if found:
        raise RefusedError("names_visitor", found=found)
    return {row.pk: row.last_seq for row in talks}


def said_in(conversation: Conversation, since: int = 0) -> Said:
    """What a talk holds of its visitor, opened to compare with; of what was said the newest, after the message `since`."""
    contents = contents_of(conversation)
    ticket = rejoin.ticket(contents.key, contents.nickname(conversation))
    rows = Message.objects.filter(conversation=conversation, seq__gt=since).exclude(party=Party.SYSTEM)
    texts: list[str] = []
    room = COMPARED_CHARACTERS
    for row in rows.order_by("-seq").iterator(chunk_size=100):
        texts.append(contents.text(row))
        room -= len(texts[-1])
        if room <= 0:
            break
    return Said(
        nickname=ticket.name,
        answers=tuple(answer["value"] for answer in contents.answers(conversation)),
        codes=(conversation.code, ticket.code),
        texts=tuple(texts),
    )


def colleagues_of(row: Advice, now: datetime) -> list[Membership]:
    """Who is present on the line of a question, but for the one who asks."""
    there = queries.staffing(row.organisation_id, now).there(row.line)
    others = Membership.objects.filter(pk__in=there).exclude(staff=row.asker.staff_id)
    return list(others.select_related("organisation"))


def answer(*, membership: Membership, advice: UUID, key: UUID, text: str, now: datetime) -> dict[str, Any]:
    """Answer a colleague's question; gives an `advised` frame.

    Raises RefusedError: `not_here` when the question is gone or not on their lines; names_visitor; slow_down.
    """
    with inside(membership.organisation_id):
        if not answerable(membership).filter(uuid=advice).exists():
            raise RefusedError("not_here")
        is_known = AdviceAnswer.objects.filter(uuid=key).exists()
        compared = {} if is_known else compare(text, membership)
    with inside(membership.organisation_id), transaction.atomic():
        row = answerable(membership).filter(uuid=advice).select_for_update(of=("self",)).first()
        if row is None:
            raise RefusedError("not_here")
        contents = contents_of(row.conversation)
        known = AdviceAnswer.objects.filter(uuid=key).first()
        if known is not None and (known.advice_id, known.author_id) != (row.pk, membership.pk):
            raise RefusedError("malformed")
        if known is None:
            put_answer(row, membership, key, text, contents, compared, now)
            owner = row.conversation.counsellor
            for reader in (owner, membership):
                if reader is not None:
                    announce.tell_member(reader, {"kind": "advice_item", "item": item(row, contents, reader)})
    return {"kind": "advised", "advice": str(advice), "id": str(key)}


def answerable(membership: Membership) -> Any:
    rows = Advice.objects.answerable_by(membership, queries.lines_of(membership))
    return rows.select_related("conversation__counsellor__organisation", "line", "asker")


def put_answer(
    row: Advice, membership: Membership, key: UUID, text: str, contents: Contents, compared: Compared, now: datetime
) -> AdviceAnswer:
    if AdviceAnswer.objects.filter(advice=row, author=membership).count() >= MOST_ANSWERS:
        raise RefusedError("slow_down")
    shown = fit_to_tell(text, membership, compared)
    try:
        with transaction.atomic():
            return AdviceAnswer.objects.create(
                organisation_id=row.organisation_id,
                advice=row,
                author=membership,
                uuid=key,
                text=contents.seal(key.hex, ANSWER, shown),
                is_masked=shown != text,
                at=now,
            )
    except IntegrityError:
        raise RefusedError("malformed") from None


def item(row: Advice, contents: Contents, reader: Membership) -> dict[str, Any]:
    """A question as one reader sees it: with every answer for who has the talk, with their own for a colleague.

    Only who has the talk learns which talk it is.
    """
    is_own = row.conversation.counsellor_id == reader.pk
    answers = AdviceAnswer.objects.filter(advice=row).select_related("author")
    return {
        "advice": str(row.uuid),
        "line": row.line.slug,
        "line_name": row.line.name,
        "from": queries.public_name(row.asker, row.line_id),
        "mine": is_own,
        "text": contents.unseal(row.uuid.hex, QUESTION, row.text),
        "masked": row.is_masked,
        "at": queries.moment(row.at),
        "answers": [
            answer_frame(entry, contents, reader, row.line_id)
            for entry in (answers if is_own else answers.filter(author=reader))
        ],
        **({"talk": row.conversation.code} if is_own else {}),
    }


def answer_frame(entry: AdviceAnswer, contents: Contents, reader: Membership, line_id: int) -> dict[str, Any]:
    return {
        "from": queries.public_name(entry.author, line_id),
        "mine": entry.author_id == reader.pk,
        "text": contents.unseal(entry.uuid.hex, ANSWER, entry.text),
        "masked": entry.is_masked,
        "at": queries.moment(entry.at),
    }


def board(*, membership: Membership) -> dict[str, Any]:
    """An `advice` frame: every question that this counsellor asked, or can answer, oldest first."""
    with inside(membership.organisation_id):
        mine = Advice.objects.asked_by(membership).select_related("conversation", "line", "asker")
        rows = sorted([*mine, *answerable(membership)], key=lambda row: (row.at, row.pk))
        return {"kind": "advice", "items": list(items(rows, membership))}


def items(rows: Iterable[Advice], reader: Membership) -> Iterable[dict[str, Any]]:
    for row in rows:
        try:
            yield item(row, contents_of(row.conversation), reader)
        except RefusedError:
            continue


def take_back(*, membership: Membership, advice: UUID) -> None:
    """Who has the talk takes a question off everybody's screen. Raises RefusedError("not_here")."""
    with inside(membership.organisation_id), transaction.atomic():
        if not forget(Advice.objects.asked_by(membership).filter(uuid=advice)):
            raise RefusedError("not_here")


def end(conversation: Conversation) -> None:
    """The talk is over: its questions and answers go from the database and from every screen. Part of a transaction."""
    # Most talks have none: one look, and nothing to lock or to delete.
    if OF_TALK(talk=conversation.pk):
        forget(Advice.objects.filter(conversation=conversation))


def forget(which: AdviceQuerySet) -> int:
    """Delete these questions with their answers; locked first, so that an answer is stored before that or not at all."""
    rows = list(which.select_for_update(of=("self",)))
    for row in rows:
        announce.advice_gone(row.organisation_id, str(row.uuid))
    return int(Advice.objects.filter(pk__in=[row.pk for row in rows]).delete()[0])
