"""What an organisation promises right now: its policy, its hours, and its texts with the promises filled in.

Every function here is called inside the organisation's scope.
"""

from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from typing import Any, NamedTuple, TypedDict
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.utils import timezone, translation
from django.utils.dates import WEEKDAYS
from django.utils.timesince import TIME_STRINGS
from django.utils.translation import gettext as _

from helplines import holidays, hours, policies, wording
from helplines.fields import best_language, in_language
from helplines.hours import Extra, Opening, Shut, Span, Weekly
from helplines.models import (
    Closure,
    ClosureKind,
    ConfidentialityAgreement,
    EmergencyNumber,
    ExtraOpening,
    Line,
    OpeningHours,
    Organisation,
    Policy,
)
from helplines.policies import PolicyValues


class Rules(NamedTuple):
    """All that decides when a line is open."""

    week: list[Weekly]
    extra: list[Extra]
    closures: list[Shut]
    zone: ZoneInfo


class ShownChoice(TypedDict):
    """An answer as a page offers it."""

    key: str
    label: str


class ShownQuestion(TypedDict):
    """A question as a visitor reads it; `language` is that of its words, which may be another than the page's."""

    key: str
    kind: str
    language: str
    label: str
    why: str
    choices: list[ShownChoice]


class ShownNumber(TypedDict):
    """An emergency number as a page shows it."""

    number: str
    label: str
    is_first: bool


def versions(organisation: Organisation, line: Line | None = None) -> list[Policy]:
    """Every version of the promises of an organisation, or of what a line does otherwise, newest first (N04)."""
    found = Policy.objects.filter(organisation=organisation, line=line).select_related("author")
    return list(found.order_by("-number"))


def organisation_policy(organisation: Organisation, at: datetime | None = None) -> PolicyValues:
    """The promises of an organisation in force at a moment; the defaults before its first version."""
    found = Policy.objects.filter(organisation=organisation, line=None).in_force(at or timezone.now()).first()
    return policies.read(found.values) if found else PolicyValues()


def policy_for(line: Line, at: datetime | None = None) -> PolicyValues:
    """The promises of a line in force at a moment: its organisation's, with what the line does otherwise."""
    at = at or timezone.now()
    found = Policy.objects.filter(line=line).in_force(at).first()
    return policies.overlay(organisation_policy(line.organisation, at), found.values if found else {})


def most_at_once(organisation: Organisation, at: datetime | None = None) -> int:
    """The most talks at once that the promises of any of its chat lines let a counsellor have."""
    lines = Line.objects.chats().filter(organisation=organisation).select_related("organisation")
    found = [policy_for(line, at).capacity for line in lines]
    return max(found, default=organisation_policy(organisation, at).capacity)


def before_and_after(
    organisation: Organisation, line: Line | None, values: dict[str, Any], at: datetime
) -> tuple[PolicyValues, PolicyValues]:
    """What counts at a moment without a new version, and with it; `values` as a version holds them."""
    base = organisation_policy(organisation, at)
    return (policy_for(line, at), policies.overlay(base, values)) if line else (base, policies.read(values))


def needs_two(organisation: Organisation, line: Line | None, values: dict[str, Any], at: datetime) -> bool:
    """Whether these values change at that moment what nobody changes alone; a first version changes nothing."""
    if not Policy.objects.filter(organisation=organisation, line=None).exists():
        return False
    moments = [at, *moments_within(organisation, line, at)] if line else [at]
    return begins_to_hold(organisation, line, values, at) or any(
        policies.needs_two(*before_and_after(organisation, line, values, moment)) for moment in moments
    )


def begins_to_hold(organisation: Organisation, line: Line | None, values: dict[str, Any], at: datetime) -> bool:
    """Whether a line from now on keeps a value of its own, so that a later one of the organisation passes it by."""
    before = Policy.objects.filter(organisation=organisation, line=line).in_force(at).first()
    return line is not None and bool(policies.TWO_PEOPLE & set(values) - set(before.values if before else ()))


def moments_within(organisation: Organisation, line: Line | None, at: datetime) -> list[datetime]:
    """When the organisation's promises change under what a line says from a moment on, until it says otherwise."""
    later = Policy.objects.filter(organisation=organisation, valid_from__gt=at).order_by("valid_from")
    until = later.filter(line=line).values_list("valid_from", flat=True).first()
    found = later.filter(line=None).values_list("valid_from", flat=True)
    return list(found.filter(valid_from__lt=until) if until else found)


def rules_of(line: Line, since: datetime) -> Rules:
    """All that decides when a line is open from a moment on."""
    zone = ZoneInfo(line.organisation.time_zone)
    from_day = since.astimezone(zone).date() - hours.DAY
    week = OpeningHours.objects.filter(line=line)
    extra = ExtraOpening.objects.filter(line=line, day__gte=from_day)
    closures = Closure.objects.touching(line).filter(Q(ends_at=None) | Q(ends_at__gt=since))
    return Rules(
        [Weekly(row.weekday, row.opens, row.closes) for row in week],
        [Extra(row.day, row.opens, row.closes) for row in extra],
        [Shut(row.starts_at, row.ends_at, row.kind) for row in closures],
        zone,
    )


def opening_of(line: Line, at: datetime | None = None) -> Opening:
    """Whether a line is open at a moment by its hours, and why not, or until when (A02, A06)."""
    at = at or timezone.now()
    rules = rules_of(line, at)
    return hours.opening(rules.week, rules.extra, rules.closures, rules.zone, at)


def timetable(line: Line, first_day: date, days: int) -> list[tuple[date, list[Span]]]:
    """When a line will be open on each of the days, as the clock of the organisation shows it."""
    zone = ZoneInfo(line.organisation.time_zone)
    dates = [first_day + timedelta(days=number) for number in range(days)]
    rules = rules_of(line, midnight(first_day, zone))
    return [(day, spans_on(day, rules)) for day in dates]


def spans_on(day: date, rules: Rules) -> list[Span]:
    start, end = midnight(day, rules.zone), midnight(day + hours.DAY, rules.zone)
    found = hours.spans(*rules, start, end)
    return [Span(span.opens.astimezone(rules.zone), span.closes.astimezone(rules.zone)) for span in found]


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The moment at which a day begins in a zone."""
    return datetime.combine(day, time(0), zone).astimezone(UTC)


def hours_in_words(line: Line, language: str) -> str:
    """The weekly hours in one line, such as "Monday–Friday 13:00–17:00"; "" for a line without hours."""
    rows = OpeningHours.objects.filter(line=line).order_by("opens")
    with translation.override(language):
        by_day = [" + ".join(clock_span(row) for row in rows if row.weekday == day) for day in range(7)]
        if set(by_day) == {_("all day")}:
            return _("always, day and night")
        parts = [
            f"{days_in_words([day for day, _told in group])} {told}"
            for told, group in groupby(enumerate(by_day), key=lambda entry: entry[1])
            if told
        ]
    return ", ".join(parts)


def clock_span(row: OpeningHours) -> str:
    """13:00–17:00; a midnight at the end is written 24:00, and from midnight to midnight is all day."""
    if row.opens == row.closes == time(0):
        return _("all day")
    closes = "24:00" if row.closes == time(0) else f"{row.closes:%H:%M}"
    return f"{row.opens:%H:%M}–{closes}"


def days_in_words(days: list[int]) -> str:
    """The first and the last of a run of weekdays, in the active language."""
    if len(days) == len(WEEKDAYS):
        return _("every day")
    first, last = str(WEEKDAYS[days[0]]), str(WEEKDAYS[days[-1]])
    return first if len(days) == 1 else f"{first}–{last}"


def amount(unit: str, number: int, language: str) -> str:
    """A number of hours or the like in words: "6 months", from the catalogue that Django has in every language."""
    with translation.override(language):
        return str(TIME_STRINGS[unit] % {"num": number})


def promise_texts(line: Line, language: str, values: PolicyValues) -> dict[str, str]:
    """The greeting and the disclaimer of a line, filled from the policy itself, in the best language there is."""
    return {name: filled(line, getattr(values, name), language, values) for name in policies.TEXTS}


def promise_languages(line: Line, language: str, values: PolicyValues) -> dict[str, str]:
    """In which language each of these texts is shown; "" where there is none (WCAG 3.1.2)."""
    first = line.organisation.first_language
    return {name: best_language(getattr(values, name), language, first) for name in policies.TEXTS}


def reading_said(values: PolicyValues) -> str:
    """What visitors read before a talk about colleagues who read along, in the active language; nothing where nobody may."""
    said = {
        "told": _(
            "Sometimes an experienced colleague reads along with a talk, to learn and to check our work. "
            "The talk itself then says so."
        ),
        "beforehand": _(
            "Sometimes an experienced colleague reads along with a talk, to learn and to check our work. "
            "The talk itself does not say so."
        ),
    }
    return said.get(values.reading_along, "")


def questions_shown(values: PolicyValues, language: str) -> list[ShownQuestion]:
    """The questions before a talk as visitors read them in a language."""
    return [
        ShownQuestion(
            key=question.key,
            kind=question.kind,
            language=best_language(question.label, language),
            label=in_language(question.label, language),
            why=in_language(question.why, language),
            choices=[ShownChoice(key=one.key, label=in_language(one.label, language)) for one in question.choices],
        )
        for question in values.questions
    ]


def filled(line: Line, texts: policies.Texts, language: str, values: PolicyValues) -> str:
    """One of these texts with its placeholders filled in the language of the text itself."""
    shown = best_language(texts, language, line.organisation.first_language)
    if not shown:
        return ""
    return wording.fill(texts[shown], placeholder_values(line, shown, values))


def placeholder_values(line: Line, language: str, values: PolicyValues) -> dict[str, str]:
    """What each placeholder stands for on this line; a key for each of `wording.PLACEHOLDERS`."""
    organisation = line.organisation
    of_policy = {
        "hours": hours_in_words(line, language),
        "retention": amount("month", values.retention_months, language),
        "contact_limit": str(values.contact_limit or ""),
        "block_hours": amount("hour", values.block_hours, language),
        "soft_minutes": amount("minute", values.soft_minutes, language),
        "rejoin_minutes": amount("minute", values.rejoin_minutes, language),
        "organisation": organisation.name,
        "line": line.name,
    }
    rest = [name for name in wording.PLACEHOLDERS if name not in of_policy]
    return {**of_policy, **{name: str(getattr(organisation, name)) for name in rest}}


def reply_values(line: Line, language: str, values: PolicyValues, name: str = "") -> dict[str, str]:
    """What each placeholder of a canned reply stands for on this line; a key for each of `wording.IN_REPLIES`."""
    numbers = emergency_numbers(line.organisation, language)
    urgent = [entry["number"] for entry in numbers if entry["is_first"]] or [entry["number"] for entry in numbers[:1]]
    found = {**placeholder_values(line, language, values), "emergency": ", ".join(urgent), "name": name}
    return {name: found[name] for name in wording.IN_REPLIES}


def emergency_numbers(organisation: Organisation, language: str) -> list[ShownNumber]:
    """The numbers on every screen of a visitor, those always in sight first (A11)."""
    first = organisation.first_language
    return [
        ShownNumber(number=row.number, label=in_language(row.label, language, first), is_first=row.is_first)
        for row in EmergencyNumber.objects.filter(organisation=organisation)
    ]


def newest_agreement(organisation: Organisation) -> ConfidentialityAgreement | None:
    """What staff must have accepted now (J01)."""
    newest: ConfidentialityAgreement | None = (
        ConfidentialityAgreement.objects.filter(organisation=organisation).order_by("-number").first()
    )
    return newest


def holiday_suggestions(organisation: Organisation, language: str) -> list[holidays.Holiday]:
    """The public holidays of the coming year that are not yet closures of the whole organisation."""
    zone = ZoneInfo(organisation.time_zone)
    confirmed = Closure.objects.filter(organisation=organisation, line=None, kind=ClosureKind.HOLIDAY)
    days = {starts_at.astimezone(zone).date() for starts_at in confirmed.values_list("starts_at", flat=True)}
    today = timezone.now().astimezone(zone).date()
    return holidays.suggestions(organisation.country, language, today, days)
