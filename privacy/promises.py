"""Promises that run: each sentence that names a number or a right, with the value it promises and a check that proves it now.

Each app signs its promises in from `AppConfig.ready()` (its `promised.py`), as it does at `privacy.registry`: this module knows
none of the tables above it. `look` checks, `privacy.service.keep_evidence` keeps what was found (N04; issue 5, section 4).
"""

import logging
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.functional import Promise as Lazy

from helplines import queries
from helplines.models import Organisation, Policy
from helplines.policies import PolicyValues
from helplines.tenancy import across_organisations, inside
from privacy.models import PromiseCheck, Verdict

logger = logging.getLogger(__name__)
MOST_ROWS = 20
OF_LATE = timedelta(days=2)
# Each night at this hour of the organisation's own clock.
NIGHTLY = time(2)
Proof = dict[str, int | str | None]
# A sentence of a proof, and the numbers that it names.
SENTENCE, NAME = re.compile(r"[^.]+\.?"), re.compile(r"%\((\w+)\)s")


@dataclass(frozen=True)
class Finding:
    """What a check saw. `proof` fills the sentence of the proof; a key that ends in `_at` is a moment in ISO 8601.

    `broken` counts what breaks the promise, `rows` are opaque ids of it. `can_tell=False` says that nothing could be seen.
    """

    broken: int
    proof: Proof = field(default_factory=dict)
    rows: tuple[str, ...] = ()
    can_tell: bool = True

    @property
    def verdict(self) -> Verdict:
        if self.broken:
            return Verdict.BROKEN
        return Verdict.KEPT if self.can_tell else Verdict.UNKNOWN


@dataclass(frozen=True, kw_only=True)
class Promise:
    """One sentence that an organisation says, and how it is proved.

    `says` may hold `%(value)s`, the value of `field` in the policy; `without` is said where that value is absent. `check` is
    called inside the organisation's scope. One that is `public` may be shown to visitors.
    """

    key: str
    ids: tuple[str, ...]
    says: Lazy | str
    proof: Lazy | str
    check: Callable[[Organisation, datetime], Finding]
    field: str = ""
    without: Lazy | str = ""
    public: bool = True
    # Whether visitors read the counts too; who is at work, and how many talk just now, is nobody's business.
    counts_are_open: bool = True
    # Numbers of the proof that count people, or what they did. They are for who answers for it: beside the reports they would
    # tell what these hide (goal L2), and whoever looks each day would see what just happened.
    counts: frozenset[str] = frozenset()

    def value(self, values: PolicyValues) -> int | None:
        found = getattr(values, self.field) if self.field else None
        return int(found) if found is not None else None

    def said(self, value: int | None) -> str:
        if self.field and value is None:
            return str(self.without)
        return str(self.says) % {"value": value}

    def proved(self, found: Proof, zone: ZoneInfo, *, with_counts: bool = True) -> str:
        """The proof in the language of the reader; "" where a check of before knew other things.

        Who does not read its counts reads the sentences without them.
        """
        said = str(self.proof)
        if not with_counts:
            told = [one for one in SENTENCE.findall(said) if not self.counts.intersection(NAME.findall(one))]
            said = "".join(told).strip()
        try:
            return said % {name: shown(name, value, zone) for name, value in found.items()}
        except KeyError:
            return ""


class Seen(NamedTuple):
    """One promise as it was checked."""

    promise: Promise
    version: int
    value: int | None
    finding: Finding


class Row(NamedTuple):
    """One promise as somebody reads it."""

    promise: Promise
    says: str
    proof: str
    check: PromiseCheck | None

    @property
    def verdict(self) -> Verdict:
        return Verdict(self.check.verdict) if self.check else Verdict.UNKNOWN

    @property
    def shape(self) -> str:
        """The sign beside the word: full for kept, half for broken, empty for what is not known."""
        return SHAPES[self.verdict]


_promises: dict[str, Promise] = {}
SHAPES = {Verdict.KEPT: "open", Verdict.BROKEN: "busy", Verdict.UNKNOWN: "closed"}
ORDER = (Verdict.BROKEN, Verdict.UNKNOWN, Verdict.KEPT)


def sign_in(promises: Iterable[Promise]) -> None:
    """Called by each app when it is ready; done twice it changes nothing."""
    for promise in promises:
        _promises[promise.key] = promise


def promises() -> list[Promise]:
    return list(_promises.values())


def look(organisation: Organisation, now: datetime) -> list[Seen]:
    """Check every promise of an organisation now; writes nothing."""
    with inside(organisation):
        values = queries.organisation_policy(organisation, now)
        policy = Policy.objects.filter(organisation=organisation, line=None).in_force(now).first()
        version = policy.number if policy else 0
        return [Seen(one, version, one.value(values), found(one, organisation, now)) for one in promises()]


def found(promise: Promise, organisation: Organisation, now: datetime) -> Finding:
    """What one check sees. One that fails itself proves nothing, and keeps no other from being made."""
    try:
        return promise.check(organisation, now)
    except Exception:
        logger.exception("The promise %s of organisation %s could not be checked.", promise.key, organisation.pk)
        return Finding(0, can_tell=False)


def ledger(organisation: Organisation, *, public: bool = False, with_counts: bool = False) -> list[Row]:
    """Each promise with its newest evidence: broken ones first; counts are for who answers for it (needs the scope)."""
    newest = {row.promise: row for row in PromiseCheck.objects.filter(organisation=organisation).newest()}
    values = queries.organisation_policy(organisation)
    zone = ZoneInfo(organisation.time_zone)
    rows = [
        row_of(one, newest.get(one.key), values, zone, with_counts) for one in promises() if one.public or not public
    ]
    return sorted(rows, key=lambda row: ORDER.index(row.verdict))


def row_of(
    promise: Promise, check: PromiseCheck | None, values: PolicyValues, zone: ZoneInfo, with_counts: bool
) -> Row:
    """What was checked is said with the value that it was checked with."""
    value = check.value if check else promise.value(values)
    proof = promise.proved(check.found, zone, with_counts=with_counts) if check and check.found else ""
    return Row(promise, promise.said(value), proof, check)


def shown(name: str, value: Any, zone: ZoneInfo) -> str:
    if value is None:
        return "–"
    if not name.endswith("_at"):
        return str(value)
    return date_format(datetime.fromisoformat(value).astimezone(zone), "j F H:i")


def last_night(organisation: Organisation, now: datetime) -> datetime:
    """The last time it was two o'clock at night there."""
    zone = ZoneInfo(organisation.time_zone)
    local = now.astimezone(zone)
    night = datetime.combine(local.date(), NIGHTLY, zone)
    return night if night <= local else datetime.combine(local.date() - timedelta(days=1), NIGHTLY, zone)


def is_due(organisation: Organisation, now: datetime) -> bool:
    """Whether nothing was checked since last night (needs the organisation's scope)."""
    since = last_night(organisation, now)
    return not PromiseCheck.objects.filter(organisation=organisation, at__gte=since).exists()


def lines_of(seen: Iterable[Seen], zone: ZoneInfo) -> Iterator[tuple[Verdict, str]]:
    """Each promise and its proof on one line, for the command line: broken ones first."""
    for one in sorted(seen, key=lambda each: ORDER.index(each.finding.verdict)):
        proof = one.promise.proved(one.finding.proof, zone) if one.finding.proof else ""
        rows = f" [{', '.join(one.finding.rows[:MOST_ROWS])}]" if one.finding.rows else ""
        yield one.finding.verdict, f"{one.promise.key}: {one.promise.said(one.value)} {proof}{rows}".strip()


def everywhere(now: datetime) -> tuple[int, int]:
    """How many promises are broken by their newest check, and in how many organisations nothing was checked of late."""
    with across_organisations():  # figures for the operator, over everything and about nobody
        of_late = PromiseCheck.objects.filter(at__gt=now - OF_LATE)
        broken = PromiseCheck.objects.filter(pk__in=of_late.newest().values("pk"), verdict=Verdict.BROKEN).count()
        checked = of_late.order_by().values("organisation").distinct().count()
        return broken, max(0, Organisation.objects.count() - checked)


def iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def day_of(organisation: Organisation, now: datetime) -> date:
    """The day it is there."""
    return now.astimezone(ZoneInfo(organisation.time_zone)).date()
