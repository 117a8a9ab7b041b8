"""The promises about talks, each with its check, as they are signed in at `privacy.promises`."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib.admin.models import LogEntry
from django.db.models import Count, Min
from django.utils.translation import gettext_lazy as _

from chat import promised_limits
from chat.models import Conversation, Message, Presence
from chat.states import OPEN, State
from helplines import queries
from helplines.hours import opening
from helplines.models import AgreementAcceptance, Line, Membership, Organisation, Policy
from privacy import keys
from privacy.models import SweepDone
from privacy.promises import Finding, Promise, iso, sign_in

DAY = timedelta(days=1)
# How long the program itself may take: the rounds of the keeper, and what is remembered of a promise.
GRACE = timedelta(minutes=2)
A_MOMENT = timedelta(seconds=5)
SAMPLE = 500
TIMES = ("line", "openinghours", "closure", "extraopening", "organisation")


def kept_so_long(organisation: Organisation, now: datetime) -> Finding:
    """No talk is there a day after its instant, and none has a key that opens it after its instant."""
    passed = dict(Conversation.objects.gone(now).values_list("code", "expires_at"))
    overdue = [code for code, at in passed.items() if at <= now - DAY]
    readable = sorted(keys.readable(organisation.pk, list(passed), now))
    oldest = Conversation.objects.not_gone(now).filter(ended_at__isnull=False).aggregate(at=Min("ended_at"))["at"]
    swept = SweepDone.objects.filter(organisation=organisation, eraser="talks").values_list("at", flat=True).first()
    wrong = list(dict.fromkeys([*readable, *overdue]))
    proof = {
        "oldest": (now - oldest).days if oldest else None,
        "swept_at": iso(swept),
        "overdue": len(overdue),
        "readable": len(readable),
    }
    return Finding(len(wrong), proof, tuple(wrong))


def sealed(organisation: Organisation, _now: datetime) -> Finding:
    """What is stored of a talk is no text; without its key nobody reads it."""
    texts = Message.objects.order_by("-pk").values_list("conversation__code", "text")[:SAMPLE]
    names = Conversation.objects.exclude(nickname=None).order_by("-pk").values_list("code", "nickname")[:SAMPLE]
    looked = [*texts, *names]
    plain = list(dict.fromkeys(code for code, blob in looked if is_plain(bytes(blob or b""))))
    with_key = len(keys.stored(organisation.pk))
    return Finding(len(plain), {"looked": len(looked), "readable": len(plain), "keys": with_key}, tuple(plain))


def is_plain(blob: bytes) -> bool:
    """Whether these bytes are words: what is sealed is random, and random bytes are no text."""
    try:
        return bool(blob) and blob.decode().isprintable()
    except UnicodeDecodeError:
        return False


def back_in_time(_organisation: Organisation, now: datetime) -> Finding:
    """Nobody can come back later than was promised when the talk began, and who did not come is let go."""
    rows = Conversation.objects.open().only("code", "rejoin_until", "visitor_seen_at", "rejoin_minutes")
    talks = list(rows)
    later = [
        row.code for row in talks if row.rejoin_until > row.visitor_seen_at + timedelta(minutes=row.rejoin_minutes)
    ]
    held = [row.code for row in talks if row.rejoin_until <= now - GRACE]
    wrong = tuple(dict.fromkeys([*later, *held]))
    return Finding(len(wrong), {"open": len(talks), "later": len(later), "held": len(held)}, wrong)


def within_hours(organisation: Organisation, now: datetime) -> Finding:
    """Talks that began in the last day, since the hours were last changed: each began while its line was open."""
    since = max(now - DAY, hours_changed(organisation) or now - DAY)
    wrong, count = [], 0
    for line in Line.objects.filter(organisation=organisation).chats().select_related("organisation"):
        rules = queries.rules_of(line, since)
        began = Conversation.objects.entered_by(line).filter(started_at__gt=since, started_at__lte=now)
        for code, at in began.values_list("code", "started_at"):
            count += 1
            moments = (at, at - A_MOMENT)
            if not any(opening(rules.week, rules.extra, rules.closures, rules.zone, each).is_open for each in moments):
                wrong.append(code)
    return Finding(len(wrong), {"talks": count, "outside": len(wrong)}, tuple(wrong))


def hours_changed(organisation: Organisation) -> datetime | None:
    """When somebody of the organisation last changed anything about its hours; what was before cannot be judged now."""
    people = Membership.objects.filter(organisation=organisation).values("staff")
    changes = LogEntry.objects.filter(user__in=people, content_type__model__in=TIMES)
    found: datetime | None = changes.order_by("-action_time").values_list("action_time", flat=True).first()
    return found


def capacity_kept(organisation: Organisation, now: datetime) -> Finding:
    """Nobody has more talks at once than the promise says; talks from before it was made do not count."""
    lines = list(Line.objects.filter(organisation=organisation).chats().select_related("organisation"))
    most = max((queries.policy_for(line, now).capacity for line in lines), default=1)
    changed = (
        Policy.objects.filter(organisation=organisation).in_force(now).values_list("valid_from", flat=True).first()
    )
    talks: Any = Conversation.objects.filter(state=State.ACTIVE, counsellor__isnull=False)
    if changed:
        talks = talks.filter(claimed_at__gte=changed)
    counts = talks.order_by().values("counsellor").annotate(talks=Count("pk")).values_list("counsellor", "talks")
    busy = dict(counts)
    wrong = tuple(f"member:{member}" for member, count in sorted(busy.items()) if count > most)
    return Finding(len(wrong), {"most": max(busy.values(), default=0), "people": len(wrong)}, wrong)


def agreed_first(organisation: Organisation, now: datetime) -> Finding:
    """Who is at a desk has accepted the newest agreement, and nobody came into a talk before accepting one."""
    at_desks = set(Presence.objects.at_desks(now).values_list("membership", flat=True))
    may = set(Membership.objects.filter(pk__in=at_desks).in_force().values_list("pk", flat=True))
    first = dict(
        AgreementAcceptance.objects.filter(organisation=organisation)
        .values("staff")
        .annotate(first=Min("accepted_at"))
        .values_list("staff", "first")
    )
    talks = Conversation.objects.filter(claimed_at__isnull=False, counsellor__isnull=False, state__in=OPEN)
    early = [
        code
        for code, staff, at in talks.values_list("code", "counsellor__staff", "claimed_at")
        if staff not in first or at < first[staff] - A_MOMENT
    ]
    wrong = (*(f"member:{one}" for one in sorted(at_desks - may)), *early)
    return Finding(len(wrong), {"desks": len(at_desks), "without": len(at_desks - may), "early": len(early)}, wrong)


PROMISES = [
    Promise(
        key="retention",
        ids=("F01", "F02", "F03", "F13"),
        field="retention_months",
        says=_("Your talk is gone %(value)s months after it ends."),
        proof=_(
            "Oldest talk that can be read, in days: %(oldest)s. Last erasing: %(swept_at)s. "
            "Still there after its time: %(overdue)s. Still readable after its time: %(readable)s."
        ),
        check=kept_so_long,
    ),
    Promise(
        key="sealed",
        ids=("C01", "G07"),
        says=_("What you write is stored locked, with a key for each talk."),
        proof=_("Newest pieces looked at: %(looked)s. Readable without a key: %(readable)s. Keys there are: %(keys)s."),
        check=sealed,
        counts=frozenset({"looked", "keys"}),
    ),
    Promise(
        key="rejoin",
        ids=("C02",),
        field="rejoin_minutes",
        says=_("If you drop out, you can come back within %(value)s minutes, and not later."),
        proof=_("Talks going on: %(open)s. Open for longer than promised: %(later)s. Not let go in time: %(held)s."),
        check=back_in_time,
        counts=frozenset({"open"}),
        counts_are_open=False,
    ),
    Promise(
        key="hours",
        ids=("A02", "A06"),
        says=_("A talk begins only while the line is open."),
        proof=_("Talks of the last day: %(talks)s. Begun outside the hours: %(outside)s."),
        check=within_hours,
        counts=frozenset({"talks"}),
    ),
    Promise(
        key="capacity",
        ids=("A05", "A10"),
        field="capacity",
        says=_("Who works here has at most so many talks at the same time: %(value)s."),
        proof=_("Most talks of one person now: %(most)s. People with too many: %(people)s."),
        check=capacity_kept,
        counts_are_open=False,
    ),
    Promise(
        key="agreement",
        ids=("J01",),
        says=_("Who talks with you promised beforehand to keep it to themselves."),
        proof=_(
            "People at work now: %(desks)s. Of these without the agreement: %(without)s. Talks before agreeing: %(early)s."
        ),
        check=agreed_first,
        counts_are_open=False,
    ),
]


def promise() -> None:
    sign_in([*PROMISES, *promised_limits.PROMISES])
