"""Every write about registrations at work: drafts, finishing, what is done by hand, and publishing a form."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from django.db import transaction
from django.db.models import Max

from chat.access import contents_of
from chat.models import Conversation
from chat.sealed import Contents
from chat.states import OPEN
from chat.wire import RefusedError
from helplines import personal_marks
from helplines.models import Line, Membership, Organisation, Staff
from helplines.models.replies import contacts_of
from helplines.personal_marks import Mark
from helplines.remembered import policy_now
from helplines.tenancy import inside
from registration import access, answers, coarse, outbox, shape
from registration.answers import Checked
from registration.models import ClosedYear, Draft, Form, Node, Waiting
from registration.outbox import Item, Record, Text

FIELD = "registration"
# A draft in JSON; the form itself allows less.
LARGEST_DRAFT = 20_000
OTHER_MEANING = "other_meaning"


class NotFinished(Exception):
    """What is missing, what cannot be, and what in the text may tell who somebody is."""

    def __init__(self, checked: Checked, marks: list[Mark]) -> None:
        super().__init__()
        self.checked, self.marks = checked, marks


class Outdated(Exception):
    """Another tab, or another counsellor, wrote this draft meanwhile; `content` and `version` are what is there now."""

    def __init__(self, content: dict[str, Any], version: int) -> None:
        super().__init__()
        self.content, self.version = content, version


class YearClosed(Exception):
    """The figures of this year are fixed: nothing is added any more (G08)."""


class NothingAsked(Exception):
    """There is no form on this line."""


@dataclass(frozen=True)
class Told:
    """When a contact was and how long it took, as coarse as the policy has it."""

    month: date
    moment: str
    minutes: int | None


# Drafts


def draft_of(conversation: Conversation, membership: Membership) -> tuple[dict[str, Any], int, bool]:
    """What is filled in so far, its version, and whether it is finished. Raises RefusedError("not_here")."""
    row = Draft.objects.writable_by(membership).filter(conversation=conversation).first()
    if row is None:
        return {}, 0, False
    return content_of(row, contents_of(conversation)), row.version, row.is_done


def content_of(row: Draft, contents: Contents) -> dict[str, Any]:
    if row.content is None:
        return {}
    return msgspec.json.decode(contents.unseal(row.version, FIELD, row.content), type=dict[str, Any])


@transaction.atomic
def save_draft(*, conversation: Conversation, membership: Membership, filled: Mapping[str, Any], version: int) -> int:
    """Store what is filled in, in the place of that version; gives the new one.

    Raises RefusedError: "too_long", "not_here" when the talk is not theirs or gone, "closed" when it is finished; Outdated.
    """
    text = msgspec.json.encode(dict(filled)).decode()
    if len(text) > LARGEST_DRAFT:
        raise RefusedError("too_long")
    row, contents = held(conversation, membership)
    if row.is_done:
        raise RefusedError("closed")
    if row.version != version:
        raise Outdated(content_of(row, contents), row.version)
    row.version = version + 1
    row.content = contents.seal(row.version, FIELD, text)
    row.save()
    return row.version


def held(conversation: Conversation, membership: Membership) -> tuple[Draft, Contents]:
    """The draft of an own talk, whose row is locked meanwhile: it cannot change hands or be finished twice."""
    owned = Conversation.objects.select_for_update().filter(pk=conversation.pk, counsellor=membership).exists()
    if not owned:
        raise RefusedError("not_here")
    row = Draft.objects.filter(conversation=conversation).first()
    new = Draft(organisation_id=conversation.organisation_id, conversation=conversation)
    return row or new, contents_of(conversation)


def marks_of(conversation: Conversation, membership: Membership, filled: Mapping[str, Any]) -> list[Mark]:
    """What in the text of a draft may tell who somebody is, for who writes it. Raises RefusedError("not_here")."""
    form = access.form_for(conversation.line)
    report = next((field.key for field in form.asked if field.kind == "report"), "") if form else ""
    text = filled.get(report, "")
    if not isinstance(text, str) or not text:
        return []
    nickname = contents_of(conversation).nickname(conversation) or ""
    return marks_in(text[: answers.REPORT_LENGTH], conversation.line.organisation, (nickname,))


# Finishing


@transaction.atomic
def finish(
    *,
    conversation: Conversation,
    membership: Membership,
    filled: Mapping[str, Any],
    kept: Collection[str],
    now: datetime,
) -> None:
    """The talk is registered: from here on nothing ties what was filled in to it, or to who filled it in (G01, L1).

    `kept` are words that look like a name and are none, as the counsellor says. Raises RefusedError: "going_on",
    "not_here", "closed" for a second time; NotFinished, NothingAsked, YearClosed.
    """
    row, contents = held(conversation, membership)
    conversation.refresh_from_db(from_queryset=Conversation.objects.select_related("line__organisation"))
    if conversation.state in OPEN:
        raise RefusedError("going_on")
    if row.is_done:
        raise RefusedError("closed")
    told = told_of(conversation, now)
    nickname = contents.nickname(conversation) or ""
    hand_in(conversation.line, membership, told, filled, kept, (nickname,), now)
    row.is_done, row.content, row.version = True, None, row.version + 1
    row.save()


@transaction.atomic
def by_hand(
    *,
    line: Line,
    membership: Membership,
    told: Told,
    filled: Mapping[str, Any],
    kept: Collection[str],
    now: datetime,
) -> None:
    """A contact by telephone or e-mail, filled in by hand (C05). Raises NotFinished, NothingAsked, YearClosed."""
    exact = policy_now(line, now).registration_moment
    told = Told(told.month, coarse.as_told(told.moment, exact), told.minutes)
    hand_in(line, membership, told, filled, kept, (), now)


def told_of(conversation: Conversation, now: datetime) -> Told:
    """When a talk was and how long it took; who waited is no part of it."""
    zone = ZoneInfo(conversation.line.organisation.time_zone)
    began = conversation.claimed_at or conversation.started_at
    ended = conversation.ended_at or now
    moment = coarse.moment_of(began, zone, policy_now(conversation.line, now).registration_moment)
    return Told(coarse.month_of(began, zone), moment, coarse.minutes_between(began, ended))


def hand_in(
    line: Line,
    membership: Membership,
    told: Told,
    filled: Mapping[str, Any],
    kept: Collection[str],
    names: Collection[str],
    now: datetime,
) -> None:
    """Check what was filled in and let it go into the crowd."""
    form = access.form_for(line)
    if form is None:
        raise NothingAsked
    if ClosedYear.objects.filter(organisation=line.organisation_id, year=told.month.year).exists():
        raise YearClosed
    checked = looked_at(form, filled)
    marks = personal_marks.must_go(marks_in(checked.report, line.organisation, names), kept)
    if marks or not checked.is_whole:
        raise NotFinished(checked, marks)
    put(line.organisation_id, items_of(line, form, membership, told, checked, now))


def looked_at(form: Form, filled: Mapping[str, Any]) -> Checked:
    trees = {field.tree for field in form.asked if field.tree}
    rows = Node.objects.filter(organisation=form.organisation_id, tree__code__in=trees, is_active=True)
    nodes: dict[str, set[str]] = {}
    for tree, code in rows.values_list("tree__code", "code"):
        nodes.setdefault(tree, set()).add(code)
    return answers.check(form.asked, filled, nodes)


def marks_in(text: str, organisation: Organisation, names: Collection[str]) -> list[Mark]:
    """What in a text may tell who somebody is; the organisation's own addresses and numbers do not."""
    return personal_marks.marks(text, contacts_of(organisation), names) if text else []


def items_of(line: Line, form: Form, membership: Membership, told: Told, checked: Checked, now: datetime) -> list[Item]:
    """The registration, which names nobody, and apart from it the report, which names its writer."""
    day = now.astimezone(ZoneInfo(line.organisation.time_zone)).date()
    record = Record(
        line=line.pk,
        channel=line.kind,
        form=f"{form.line_id or 0}.{form.number}",
        month=told.month,
        moment=told.moment,
        minutes=told.minutes,
        answers=checked.answers,
        dimensions=answers.dimensions(form.asked, checked.answers),
        day=day,
    )
    return [record, Text(writer=membership.pk, text=checked.report, day=day)] if checked.report else [record]


def put(organisation_id: int, items: list[Item]) -> None:
    """Add these to what waits, and mix it all anew: new ids, a new order, and sealed again."""
    with inside(organisation_id), transaction.atomic():
        outbox.lock(organisation_id)
        rewrite(organisation_id, [*outbox.items(organisation_id), *items])


def rewrite(organisation_id: int, items: list[Item]) -> None:
    """Let these be all that waits; whoever calls it holds the lock."""
    Waiting.objects.filter(organisation=organisation_id).delete()
    key = outbox.key_of(organisation_id)
    rows = [outbox.sealed(organisation_id, key, item) for item in outbox.shuffled(list(items))]
    Waiting.objects.bulk_create(rows)


# Forms


@transaction.atomic
def publish_form(
    *, organisation: Organisation, line: Line | None, fields: Any, reason: str, author: Staff | None, now: datetime
) -> Form:
    """The next version of a form. Raises ShapeError, also where a key would come to mean something else than before."""
    with inside(organisation):
        Organisation.objects.select_for_update().get(pk=organisation.pk)
        asked = shape.parse(fields)
        versions = Form.objects.filter(organisation=organisation)
        before = [field for row in versions.order_by("published_at", "pk") for field in row.asked]
        problems = [*shape.changed_meaning(before, asked), *trees_missing(organisation, asked)]
        if problems:
            raise shape.ShapeError(problems)
        last = versions.filter(line=line).aggregate(last=Max("number"))["last"] or 0
        return Form.objects.create(
            organisation=organisation,
            line=line,
            number=last + 1,
            fields=shape.dump(asked),
            reason=reason,
            author=author,
            published_at=now,
        )


def trees_missing(organisation: Organisation, asked: Collection[shape.Field]) -> list[shape.Problem]:
    from_trees = {field.tree for field in asked if field.tree}
    there = set(
        Node.objects.filter(organisation=organisation, tree__code__in=from_trees).values_list("tree__code", flat=True)
    )
    return [
        shape.Problem(f"{place}.tree", "tree_unknown", {"tree": field.tree})
        for place, field in enumerate(asked)
        if field.tree and field.tree not in there
    ]
