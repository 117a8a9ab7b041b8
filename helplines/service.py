"""Every write of an organisation's promises and agreements. Each function works inside the organisation's own scope."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone, translation
from django.utils.translation import gettext

from helplines import hours, policies, queries, told_numbers, witness
from helplines.agreements import FIRST_AGREEMENT
from helplines.holidays import Holiday
from helplines.models import (
    AgreementAcceptance,
    Closure,
    ClosureKind,
    ConfidentialityAgreement,
    Line,
    Membership,
    Organisation,
    Policy,
    Role,
    Staff,
)
from helplines.policies import PolicyError, PolicyValues, Problem, Texts
from helplines.tenancy import across_organisations, inside
from helplines.witness import Event

# So long ago is still "now": a form takes a while to arrive.
JUST_NOW = timedelta(minutes=5)
LONGEST_REASON = 300
# Who talks with visitors.
TALKING = {Role.COUNSELLOR, Role.MENTOR}


class AgreementMoved(Exception):
    """The agreement that somebody accepts is not the newest one any more."""


class NotAMember(Exception):
    """Only somebody with a role in the organisation can accept its agreement."""


def create_organisation(
    *, author: Staff | None = None, values: PolicyValues | None = None, agreement: Texts | None = None, **given: Any
) -> Organisation:
    """A new organisation, with a first confidentiality agreement and a first policy.

    Raises ValidationError on a value that cannot be, and PolicyError as `publish_policy` does.
    """
    organisation = Organisation(**given)
    # There is no wall yet around what does not exist.
    with transaction.atomic(), across_organisations():
        organisation.full_clean()
        organisation.save()
        publish_agreement(organisation=organisation, text=agreement or FIRST_AGREEMENT)
        first = policies.dump(values or PolicyValues())
        with translation.override(organisation.first_language):
            reason = gettext("First version")
        publish_policy(organisation=organisation, values=first, reason=reason, author=author)
    return organisation


@transaction.atomic
def publish_policy(
    *,
    organisation: Organisation,
    values: dict[str, Any],
    reason: str,
    author: Staff | None,
    line: Line | None = None,
    valid_from: datetime | None = None,
    second: Staff | None = None,
) -> Policy:
    """A next version of the promises of an organisation, or, with a line, of what that line does otherwise (N04).

    `valid_from` is now when left out, and never in the past. The version must go together with every other version
    that will be in force beside it. `second` confirmed what the author may not change alone: only
    `helplines.proposals` knows such a person. Raises PolicyError with all that is wrong.
    """
    with inside(organisation):
        # Two who publish at once get two numbers.
        Organisation.objects.select_for_update().get(pk=organisation.pk)
        checked, starts = checked_version(organisation, line, values, reason, valid_from)
        if second is None and queries.needs_two(organisation, line, checked, starts):
            raise PolicyError([Problem("", "needs_two", {})])
        version: Policy = Policy.objects.create(
            organisation=organisation,
            line=line,
            number=next_number(Policy.objects.filter(organisation=organisation, line=line)),
            valid_from=starts,
            values=checked,
            reason=reason.strip(),
            author=author,
        )
        with_whom = f"person:{second.pk}" if second else ""
        tell(Event.POLICY_PUBLISHED, organisation, author, f"policy:{version.pk}", with_whom)
        return version


@transaction.atomic
def review_promises(*, organisation: Organisation, by: Staff, now: datetime) -> None:
    """Somebody looked at the promises and leaves them as they are (N05). Raises AuditUnavailable."""
    with inside(organisation):
        Organisation.objects.filter(pk=organisation.pk).update(reviewed_at=now)
        newest = Policy.objects.filter(organisation=organisation).order_by("-pk").values_list("pk", flat=True).first()
        tell(Event.POLICY_REVIEWED, organisation, by, f"policy:{newest or 0}")


def tell(event: Event, organisation: Organisation, who: Staff | None, what: str, why: str = "") -> None:
    """Tell the audit log, inside the transaction that does it. Raises AuditUnavailable."""
    witness.told(event, organisation=organisation.pk, who=who.pk if who else None, what=what, why=why)


def checked_version(
    organisation: Organisation, line: Line | None, values: dict[str, Any], reason: str, valid_from: datetime | None
) -> tuple[dict[str, Any], datetime]:
    """The values as a version holds them, and from when it counts. Raises PolicyError with all that is wrong."""
    now = timezone.now()
    checked = policies.parse_override(values) if line else policies.dump(policies.parse(values))
    starts = max(valid_from or now, now)
    problems = [
        *publishing_problems(organisation, line, valid_from or now, now, reason),
        *language_problems(organisation, checked),
        *pairing_problems(organisation, line, checked, starts),
        *beside_problems(organisation, line, checked, starts),
    ]
    if problems:
        raise PolicyError(problems)
    return checked, starts


def publishing_problems(
    organisation: Organisation, line: Line | None, valid_from: datetime, now: datetime, reason: str
) -> list[Problem]:
    """What is wrong around the values."""
    problems = []
    if not reason.strip():
        problems.append(Problem("reason", "empty", {}))
    if len(reason.strip()) > LONGEST_REASON:
        problems.append(Problem("reason", "too_long", {"longest": LONGEST_REASON}))
    if valid_from < now - JUST_NOW:
        problems.append(Problem("valid_from", "in_the_past", {}))
    if line and line.organisation_id != organisation.pk:
        problems.append(Problem("line", "elsewhere", {}))
    return problems


def language_problems(organisation: Organisation, values: dict[str, Any]) -> list[Problem]:
    """Texts in a language in which the organisation does not write."""
    texts = {name: values.get(name, {}) for name in policies.TEXTS}
    for place, question in enumerate(values.get("questions", [])):
        texts |= {f"questions.{place}.{part}": question[part] for part in ("label", "why")}
        for number, choice in enumerate(question["choices"]):
            texts[f"questions.{place}.choices.{number}.label"] = choice["label"]
    return [
        Problem(f"{name}.{language}", "language_not_ours", {"language": language})
        for name, text in texts.items()
        for language in text
        if language not in organisation.languages
    ]


def pairing_problems(
    organisation: Organisation, line: Line | None, values: dict[str, Any], starts: datetime
) -> list[Problem]:
    """What is wrong with these values beside each version of the other level that will be in force with them."""
    others = Policy.objects.filter(organisation=organisation)
    problems: dict[tuple[str, str], Problem] = {}
    if line:
        bases = [policies.read(base.values) for base in beside(others.filter(line=None), starts)] or [PolicyValues()]
        pairs = [(base, values, line) for base in bases]
    else:
        lines = Line.objects.filter(organisation=organisation)
        found = [(one, override) for one in lines for override in beside(others.filter(line=one), starts)]
        pairs = [(policies.read(values), override.values, one) for one, override in found]
    for base, override, one in pairs:
        try:
            policies.check(policies.overlay(base, override))
        except PolicyError as error:
            told = [Problem(entry.field, entry.code, {**entry.params, "line": one.name}) for entry in error.problems]
            problems |= {(entry.field, entry.code): entry for entry in told}
    return list(problems.values())


def beside_problems(
    organisation: Organisation, line: Line | None, values: dict[str, Any], starts: datetime
) -> list[Problem]:
    """Sentences in the texts beside the policy that say another number than it will (N04)."""
    others = Policy.objects.filter(organisation=organisation)
    if line:
        bases = [policies.read(base.values) for base in beside(others.filter(line=None), starts)] or [PolicyValues()]
        pairs = [(line, policies.overlay(base, values)) for base in bases]
        found = []
    else:
        base = policies.read(values)
        lines = Line.objects.filter(organisation=organisation).chats()
        found = policies.numbers_unkept(base, texts_of(organisation, told_numbers.OF_ORGANISATION))
        pairs = [
            (one, policies.overlay(base, override))
            for one in lines
            for override in [each.values for each in beside(others.filter(line=one), starts)] or [{}]
        ]
    for one, together in pairs:
        told = policies.numbers_unkept(together, texts_of(one, told_numbers.OF_LINE))
        found += [Problem(entry.field, entry.code, {**entry.params, "line": one.name}) for entry in told]
    return list({(entry.field, str(entry.params)): entry for entry in found}.values())


def texts_of(row: Organisation | Line, names: Iterable[str]) -> list[tuple[str, Texts]]:
    return [(name, getattr(row, name) or {}) for name in names]


def beside(found: Any, starts: datetime) -> list[Policy]:
    """The version in force at a moment, and those that come after it."""
    before = found.in_force(starts).first()
    return [*([before] if before else []), *found.filter(valid_from__gt=starts)]


def next_number(found: Any) -> int:
    return int(found.aggregate(last=Max("number"))["last"] or 0) + 1


@transaction.atomic
def publish_agreement(*, organisation: Organisation, text: Texts) -> ConfidentialityAgreement:
    """A next version of what staff sign; from now on nobody has access before accepting it (J01).

    Raises ValidationError on a text without words.
    """
    with inside(organisation):
        Organisation.objects.select_for_update().get(pk=organisation.pk)
        number = next_number(ConfidentialityAgreement.objects.filter(organisation=organisation))
        filled = {language: words.strip() for language, words in text.items() if words.strip()}
        agreement = ConfidentialityAgreement(organisation=organisation, number=number, text=filled)
        agreement.full_clean()
        agreement.save()
        return agreement


@transaction.atomic
def accept_agreement(*, organisation: Organisation, staff: Staff, number: int) -> AgreementAcceptance:
    """That this person accepts this version, with the time; accepting twice changes nothing (J01, M05).

    Raises AgreementMoved where a newer version stands, NotAMember for who has no role here.
    """
    with inside(organisation):
        newest = queries.newest_agreement(organisation)
        if newest is None or newest.number != number:
            raise AgreementMoved
        if not Membership.objects.of(staff).filter(organisation=organisation).exists():
            raise NotAMember
        acceptance: AgreementAcceptance
        acceptance, _made = AgreementAcceptance.objects.get_or_create(
            organisation=organisation, agreement=newest, staff=staff
        )
        return acceptance


@transaction.atomic
def close_now(*, organisation: Organisation, reason: str, line: Line | None = None) -> Closure:
    """Close a line, or all of them, in exceptional circumstances until it is reopened (A06).

    What is closed already stays as it is. Raises ValidationError on a line of another organisation or no reason.
    """
    with inside(organisation):
        standing: Closure | None = exceptional(organisation, line).filter(ends_at=None).first()
        if standing:
            return standing
        closure = Closure(
            organisation=organisation,
            line=line,
            kind=ClosureKind.EXCEPTIONAL,
            starts_at=timezone.now(),
            reason=reason.strip(),
        )
        closure.full_clean()
        closure.save()
        return closure


@transaction.atomic
def reopen(*, organisation: Organisation, line: Line | None = None) -> int:
    """Lift the exceptional closures of a line, or those of the whole organisation; how many there were (A06).

    A closure of the whole organisation is lifted for the whole organisation only.
    """
    now = timezone.now()
    with inside(organisation):
        standing = exceptional(organisation, line)
        # Closed and reopened in one instant: it never was.
        gone, _tables = standing.filter(starts_at=now).delete()
        return int(gone + standing.update(ends_at=now))


def exceptional(organisation: Organisation, line: Line | None) -> Any:
    """The exceptional closures that hold now on exactly this level."""
    now = timezone.now()
    found = Closure.objects.filter(organisation=organisation, line=line, kind=ClosureKind.EXCEPTIONAL)
    return found.filter(Q(ends_at=None) | Q(ends_at__gt=now), starts_at__lte=now)


@transaction.atomic
def add_holidays(*, organisation: Organisation, days: Iterable[Holiday]) -> list[Closure]:
    """Close all lines on these days, from midnight to midnight; a day that is closed so already stays as it is."""
    zone = ZoneInfo(organisation.time_zone)
    with inside(organisation):
        return [
            closure
            for day, name in days
            for closure, made in [
                Closure.objects.get_or_create(
                    organisation=organisation,
                    line=None,
                    kind=ClosureKind.HOLIDAY,
                    starts_at=queries.midnight(day, zone),
                    defaults={"ends_at": queries.midnight(day + hours.DAY, zone), "reason": name},
                )
            ]
            if made
        ]


def choose_public_name(*, organisation: Organisation, staff: Staff, name: str) -> None:
    """Let visitors of this organisation meet this person under a name, or under none, from now on (C04)."""
    with inside(organisation):
        talking = Membership.objects.filter(organisation=organisation, staff=staff, role__in=TALKING)
        talking.update(public_name=name)


@transaction.atomic
def allow_sites(*, line: Line, sites: list[str]) -> None:
    """Let the button of a line work on these sites and on no others, from now on. Raises ValidationError."""
    with inside(line.organisation_id):
        line.origins = Line._meta.get_field("origins").clean(sites, line)
        line.save(update_fields=["origins"])
