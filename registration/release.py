"""Out of the outbox into the anonymous store: in shuffled batches in which nobody is alone (security goal L1).

Of one line and month (and version of the form) those go together that look alike in time and length; where fewer than a crowd do,
they tell less until enough do. Who waited too long goes without a line, time and length. Who is still too few waits on.
"""

from collections.abc import Callable, Hashable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from helplines import queries
from helplines.models import Line, Membership, Organisation
from helplines.policies import PolicyValues
from helplines.tenancy import inside
from privacy import sealing
from registration import coarse, crowd, outbox, service
from registration.models import Registration, ShortReport
from registration.outbox import Item, Record, Text

REPORT = "short-report"


def release(*, organisation_id: int, now: datetime) -> int:
    """Let go what is in a crowd by now; gives how many rows. One transaction, safe to run twice."""
    with inside(organisation_id), transaction.atomic():
        outbox.lock(organisation_id)
        return mix(organisation_id, now)


def mix(organisation_id: int, now: datetime) -> int:
    """The same for who holds the lock already."""
    organisation = Organisation.objects.get(pk=organisation_id)
    waiting = outbox.items(organisation_id)
    records = [item for item in waiting if isinstance(item, Record)]
    texts = [item for item in waiting if isinstance(item, Text)]
    today = now.astimezone(ZoneInfo(organisation.time_zone)).date()
    rows, records = crowded(organisation, records, today, now)
    reports, texts = told_apart(organisation, texts, today, now)
    if not rows and not reports:
        return 0
    Registration.objects.bulk_create(outbox.shuffled(rows))
    ShortReport.objects.bulk_create(outbox.shuffled(reports))
    service.rewrite(organisation_id, [*records, *texts])
    return len(rows) + len(reports)


def crowded(
    organisation: Organisation, records: list[Record], today: date, now: datetime
) -> tuple[list[Registration], list[Record]]:
    """Rows for the store, and the records that wait on."""
    promises = promises_of(organisation, now)
    rows, left = [], []
    for group in crowd.parted(records, lambda one: (one.line, one.channel, one.month, one.form)):
        kept = promises[group[0].line]
        levels = coarse.LEVELS[kept.registration_moment]
        placed, rest = crowd.crowds(group, [looks(level) for level in levels], kept.registration_crowd)
        rows += [row_of(organisation, one, levels[number]) for one, number in placed]
        left += rest
    pooled, left = pool(organisation, promises, left, today)
    return rows + pooled, left


def pool(
    organisation: Organisation, promises: dict[int | None, PolicyValues], left: list[Record], today: date
) -> tuple[list[Registration], list[Record]]:
    """Those of all lines of a month together that waited long enough, where they are a crowd."""
    late = [one for one in left if one.day + timedelta(days=promises[one.line].registration_days) <= today]
    early = [one for one in left if one not in late]
    least = max(kept.registration_crowd for kept in promises.values())
    placed, rest = crowd.crowds(late, [lambda one: one.month], least)
    nothing = coarse.Level(None, None)
    return [row_of(organisation, one, nothing, is_pooled=True) for one, _level in placed], early + rest


def looks(level: coarse.Level) -> Callable[[Record], Hashable]:
    return lambda one: level.of(coarse.Told(one.moment, one.minutes))


def row_of(organisation: Organisation, one: Record, level: coarse.Level, *, is_pooled: bool = False) -> Registration:
    told = level.of(coarse.Told(one.moment, one.minutes))
    return Registration(
        organisation=organisation,
        line_id=None if is_pooled else one.line,
        channel="" if is_pooled else one.channel,
        month=one.month,
        moment=told.moment,
        minutes=told.minutes,
        answers=one.answers,
        **one.dimensions,
    )


def promises_of(organisation: Organisation, now: datetime) -> dict[int | None, PolicyValues]:
    """The promises in force by line; under None those of the organisation."""
    lines = Line.objects.filter(organisation=organisation).select_related("organisation")
    by_line: dict[int | None, PolicyValues] = {line.pk: queries.policy_for(line, now) for line in lines}
    return {**by_line, None: queries.organisation_policy(organisation, now)}


# Short reports


def told_apart(
    organisation: Organisation, texts: list[Text], today: date, now: datetime
) -> tuple[list[ShortReport], list[Text]]:
    """Reports in crowds of one writer, who reads their own also while they wait; those of who left are dropped."""
    least = queries.organisation_policy(organisation, now).registration_crowd
    writers = set(Membership.objects.filter(organisation=organisation).values_list("pk", flat=True))
    there = [one for one in texts if one.writer in writers]
    placed, left = crowd.crowds(there, [lambda one: one.writer], least)
    key, month = outbox.key_of(organisation.pk), today.replace(day=1)
    return [report_of(organisation, key, one, month) for one, _level in placed], left


def report_of(organisation: Organisation, key: bytes, one: Text, month: date) -> ShortReport:
    row = ShortReport(organisation=organisation, writer_id=one.writer, month=month)
    row.text = sealing.seal(key, padded(one.text), place_of(row))
    return row


def place_of(row: ShortReport) -> bytes:
    return sealing.place(REPORT, row.organisation_id, row.writer_id, row.id.hex)


def padded(text: str) -> bytes:
    """All of one size, whatever was written; a text has no blanks at its end."""
    return outbox.filled(text.encode())


def text_of(row: ShortReport) -> str:
    """What was written. Raises UnreadableError."""
    return sealing.unseal(outbox.key_of(row.organisation_id), row.text, place_of(row)).decode().rstrip(" ")


def waiting_texts(organisation_id: int, writer: Membership) -> list[str]:
    """What a counsellor wrote and what still waits for its crowd (needs the scope)."""
    found: list[Item] = outbox.items(organisation_id)
    return [one.text for one in found if isinstance(one, Text) and one.writer == writer.pk]
