"""Feedback on its way to be anonymous: it waits with others, then is counted with them (I01, F14, L1)."""

import secrets
from collections import Counter
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from complaints import queries, questions, sealed
from complaints.models import FeedbackForm, Remark, Tally
from helplines import afterwards
from helplines.models import Line, Organisation, Staff
from helplines.tenancy import inside
from helplines.witness import Event
from privacy import audit, shuffled

STORE = "feedback"
REMARKS_KEPT = timedelta(days=365)


class Slip(msgspec.Struct):
    """What waits: which questions were asked, and what was answered. No time, no talk, no line."""

    version: int
    given: list[tuple[str, str, str]]  # question, choice, text


def sign_in() -> None:
    shuffled.sign_in(shuffled.Store(STORE, keep))
    afterwards.sign_in("feedback", offered)


def offered(line: Line) -> str:
    """Where a visitor of this line can say how the talk was; "" where the organisation asks nothing."""
    organisation = line.organisation
    if not queries.procedure(organisation).asks_feedback:
        return ""
    return f"{reverse('feedback', args=[organisation.slug])}?line={line.slug}"


def put(*, organisation: Organisation, version: int, given: dict[str, str], now: datetime) -> int:
    """Let these answers wait for others; gives how many there are, 0 when nothing was answered."""
    with inside(organisation):
        asked = queries.questions_of(organisation, version)
        found = questions.answers(asked, given)
        if found:
            slip = Slip(version, [(one.question, one.choice, one.text) for one in found])
            payload = msgspec.json.encode(slip)
            shuffled.put(organisation_id=organisation.pk, store=STORE, payload=payload, now=now)
    return len(found)


def keep(organisation_id: int, payloads: list[bytes]) -> None:
    """Take a lot in: picked answers become counts, and every remark stands alone. All get the month of now,

    on the clock of the organisation: on that of the server it could be one of which the figures are fixed already.
    """
    zone = ZoneInfo(Organisation.objects.get(pk=organisation_id).time_zone)
    month = queries.month_of(timezone.localdate(timezone=zone))
    picked: Counter[tuple[int, str, str]] = Counter()
    written: list[tuple[int, str, str]] = []
    for payload in payloads:
        slip = msgspec.json.decode(payload, type=Slip)
        picked.update((slip.version, question, choice) for question, choice, _text in slip.given if choice)
        written += [(slip.version, question, text) for question, _choice, text in slip.given if text]
    for (version, question, choice), count in sorted(picked.items()):
        tally, _made = Tally.objects.get_or_create(
            organisation_id=organisation_id, version=version, month=month, question=question, choice=choice
        )
        Tally.objects.filter(pk=tally.pk).update(count=F("count") + count)
    keep_remarks(organisation_id, month, written)


def keep_remarks(organisation_id: int, month: Any, written: list[tuple[int, str, str]]) -> None:
    """Under one key for the lot, which goes a year later; in another order again than that of the lot."""
    if not written:
        return
    code = secrets.token_urlsafe(16)
    key = sealed.new_key(organisation_id, code, sealed.REMARKS, timezone.now() + REMARKS_KEPT)
    shuffled.chance.shuffle(written)
    rows = []
    for version, question, text in written:
        row = Remark(organisation_id=organisation_id, version=version, month=month, question=question, code=code)
        row.sealed = sealed.seal(key, sealed.place_of_remark(row), text)
        rows.append(row)
    Remark.objects.bulk_create(rows)


@transaction.atomic
def publish(*, organisation: Organisation, asked: list[dict[str, Any]], staff: Staff, now: datetime) -> FeedbackForm:
    """Ask these questions from now on, as a next version. Raises QuestionError."""
    checked = questions.dump(questions.read(asked))
    with inside(organisation):
        last, _questions = queries.newest_form(organisation)
        made: FeedbackForm = FeedbackForm.objects.create(
            organisation=organisation, number=last + 1, questions=checked, author=staff, made_at=now
        )
        audit.record(
            organisation=organisation.pk,
            event=Event.SETTINGS_CHANGED,
            who=staff,
            what=f"feedback:{made.number}",
        )
    return made


def old(now: datetime) -> Any:
    return Remark.objects.filter(month__lt=(now - REMARKS_KEPT).date().replace(day=1))


def due(organisation_id: int, now: datetime) -> int:
    """How many remarks are past their year; their key went before."""
    with inside(organisation_id):
        return int(old(now).count())


def erase(organisation_id: int, now: datetime, limit: int) -> int:
    with inside(organisation_id):
        rows = list(old(now).values_list("pk", flat=True)[:limit])
        return int(Remark.objects.filter(pk__in=rows).delete()[0])
