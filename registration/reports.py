"""Reports for those who may see figures and nobody behind them: what can be had, and the documents (G06; goals L2, L5, L6).

Every document is laid out of figures that were fixed before (`registration.fixing`). No function here reads a registration,
a talk, a text or a complaint.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from helplines import queries
from helplines.models import Membership, Organisation, Role
from privacy import figures
from privacy.figures import Report, View, Words
from privacy.suppression import Counts, Key, summed
from registration import fixing
from registration.documents import AUDIENCES, INSIDE, Cell, Document, Offer, Progress, Row, Sheet, Span, spans_of
from registration.models import Published, SavedReport

READERS = (Role.AUDITOR, Role.MANAGER, Role.ADMINISTRATOR)
SAVED = "saved-"
# So many answers at most are all listed, also those of which nothing is shown.
LISTED = 40
UNLISTED = (figures.UNTOLD, figures.TOGETHER, figures.NOTHING)


class NotOffered(Exception):
    """There is no such report, or not over this period, or not for this audience."""


class NotFixed(Exception):
    """Its figures are not all fixed yet; `progress` says how far they are."""

    def __init__(self, progress: Progress) -> None:
        super().__init__()
        self.progress = progress


class Asked(NamedTuple):
    """What a key stands for: a fixed report, or some sheets of one under a name that was saved."""

    report: Report
    title: str
    views: tuple[View, ...]


def available(membership: Membership, now: datetime | None = None) -> list[Offer]:
    """What can be had, from when to when, and what is hidden in it and why; nothing for a role that reads no reports."""
    if membership.role not in READERS:
        return []
    organisation, at = membership.organisation, now or timezone.now()
    saved = SavedReport.objects.filter(organisation=organisation)
    fixed = [Asked(report, str(report.title), report.views) for report in figures.reports()]
    wanted = {**{one.report.key: one for one in fixed}, **{f"{SAVED}{one.code}": chosen(one) for one in saved}}
    months = {source.key: months_of(organisation, source.key, at) for source in figures.sources()}
    return [offer(organisation, key, one, months[one.report.source], at) for key, one in wanted.items()]


def one_of(membership: Membership, key: str, now: datetime | None = None) -> Offer:
    """One of these alone. Raises NotOffered, also for a role that reads no reports."""
    if membership.role not in READERS:
        raise NotOffered
    organisation, at = membership.organisation, now or timezone.now()
    wanted = asked(organisation, key)
    return offer(organisation, key, wanted, months_of(organisation, wanted.report.source, at), at)


def offer(organisation: Organisation, key: str, wanted: Asked, months: set[date], now: datetime) -> Offer:
    following = figures.after(max(months)) if months else None
    days = figures.source(wanted.report.source).settles(organisation, now)
    return Offer(
        key=key,
        title=wanted.title,
        description=str(wanted.report.description),
        spans=tuple(spans_of(months)),
        hidden=tuple(hidden(organisation, now)),
        waits=waits(following, days),
        is_saved=key.startswith(SAVED),
    )


def waits(following: date | None, days: int) -> str:
    """When the next month can be had, and why not before."""
    if following is None:
        return _("There is nothing yet. A month can be had once it is over and all that belongs to it is in.")
    words = {"month": named(following), "day": date_format(figures.after(following) + timedelta(days=days), "j F Y")}
    return _("%(month)s can be had from %(day)s, when all that belongs to it is in.") % words


def hidden(organisation: Organisation, now: datetime) -> Iterator[str]:
    """What is not told, and why."""
    policy = queries.organisation_policy(organisation, now)
    bases = {"inside": policy.report_inside, "outside": policy.report_outside}
    yield (
        _(
            "Figures are rounded: to multiples of %(inside)s for ourselves and of %(outside)s for others. "
            "What is too small for that is hidden, so that nobody can be recognised."
        )
        % bases
    )
    yield _("Only whole months, quarters and years that are over are told. Published figures never change.")
    yield _("No text, no talk and no single contact is in a report.")


def asked(organisation: Organisation, key: str) -> Asked:
    """What a key stands for (needs the scope). Raises NotOffered."""
    try:
        if not key.startswith(SAVED):
            report = figures.report(key)
            return Asked(report, str(report.title), report.views)
        saved = SavedReport.objects.filter(organisation=organisation, code=key.removeprefix(SAVED)).first()
        if saved is None:
            raise NotOffered
        return chosen(saved)
    except KeyError:
        raise NotOffered from None


def chosen(saved: SavedReport) -> Asked:
    report = figures.report(saved.report)
    return Asked(report, saved.name, tuple(view for view in report.views if view.key in saved.views))


def months_of(organisation: Organisation, source: str, now: datetime) -> set[date]:
    """The months that are fixed, and those that can be."""
    closed = fixing.closed_months(organisation, figures.source(source), now)
    return {*fixing.fixed_months(organisation, source), *closed}


def offered(organisation: Organisation, key: str, span: Span, now: datetime) -> Asked:
    """The report behind a key, when it can be had over this period. Raises NotOffered."""
    wanted = asked(organisation, key)
    lacking = set(span.months) - fixing.fixed_months(organisation, wanted.report.source)
    if lacking and not lacking <= months_of(organisation, wanted.report.source, now):
        raise NotOffered
    return wanted


def progress(organisation: Organisation, key: str, span: Span, now: datetime | None = None) -> Progress:
    """How many of its months are fixed (needs the scope). Raises NotOffered."""
    wanted = offered(organisation, key, span, now or timezone.now())
    fixed = fixing.fixed_months(organisation, wanted.report.source)
    return Progress(len(fixed & set(span.months)), len(span.months))


def document(
    organisation: Organisation, key: str, span: Span, audience: str, number: str = "", now: datetime | None = None
) -> Document:
    """The report over a period, in the language of the reader (needs the scope). The same question gives the same document.

    Raises NotOffered; NotFixed while figures are still to be fixed (`registration.tasks.fix_report` does that).
    """
    at = now or timezone.now()
    wanted = offered(organisation, key, span, at)
    if audience not in AUDIENCES:
        raise NotOffered
    rows = Published.objects.filter(
        organisation=organisation, source=wanted.report.source, audience=audience, month__in=span.months
    )
    fixed = {row.month: row for row in rows}
    if len(fixed) < len(span.months):
        raise NotFixed(Progress(len(fixed), len(span.months)))
    words = figures.source(wanted.report.source).words(organisation, translation.get_language() or "en")
    base = max(row.base for row in fixed.values())
    tables = {table: read(fixed, table) for table in {view.table for view in wanted.views}}
    return Document(
        organisation=organisation.name,
        title=wanted.title,
        number=number,
        period=period_of(span),
        first=span.first,
        last=span.last,
        audience=audience,
        fixed_at=max(row.fixed_at for row in fixed.values()),
        rounding=base,
        threshold=base,
        sheets=tuple(sheet(wanted.report, view, tables[view.table], words) for view in wanted.views),
        notes=tuple(notes(base, audience)),
    )


def notes(base: int, audience: str) -> Iterator[str]:
    if audience == INSIDE:
        yield _("For use within the organisation only.")
    yield _(
        "Every figure is rounded by chance to a multiple of %(base)s, in such a way that totals stay close. "
        "A small cell is off by less than %(base)s. Shares and averages of small figures say little."
    ) % {"base": base}
    yield _(
        "Hidden means: none, or so few that people could be recognised. Totals add up the published figures, "
        "so nothing follows from them about what is hidden."
    )
    yield _("These figures were fixed once and never change, also when what they count is erased.")


def read(fixed: Mapping[date, Published], table: str) -> dict[date, Counts]:
    """What is published of one table, by month; the oldest first."""
    return {month: fixing.counted(fixed[month].figures.get(table, [])) for month in sorted(fixed)}


def sheet(report: Report, view: View, months: Mapping[date, Counts], words: Words) -> Sheet:
    """One table: a row for each group, a column for each month, and all together."""
    place = figures.source(report.source).tables[view.table]
    margin = tuple(place.index(column) for column in view.columns)
    by_month = [summed(counts, margin) for counts in months.values()]
    groups = in_order({*listed(view, words), *(group for cells in by_month for group in cells)}, view, words)
    rows = [Row(labels(group, view, words), cells_of([cells.get(group, 0) for cells in by_month])) for group in groups]
    every = [sum(cells.values()) for cells in by_month]
    rows.append(Row((_("All together"), *[""] * (len(view.columns) - 1)), cells_of(every), total=True))
    heads = (*map(figures.head, view.columns), *map(named, months), *([_("Total")] if len(months) > 1 else []))
    return Sheet(view.key, str(view.title), str(view.description), heads, len(view.columns), tuple(rows))


def cells_of(counts: list[int]) -> tuple[Cell, ...]:
    """With their sum, where there are several."""
    return tuple(map(cell_of, [*counts, sum(counts)] if len(counts) > 1 else counts))


@lru_cache(maxsize=1024)
def cell_of(count: int) -> Cell:
    """Hidden for none. Figures are multiples, so few differ, and each is made once."""
    return Cell(count) if count else Cell(None, hidden=True)


def listed(view: View, words: Words) -> Iterable[Key]:
    """The answers that are listed whatever was counted: those of one column, unless they are very many."""
    known = words.get(view.columns[0], {})
    if len(view.columns) > 1 or len(known) > LISTED:
        return []
    return [(code,) for code in known if code not in UNLISTED]


def in_order(groups: Iterable[Key], view: View, words: Words) -> list[Key]:
    """As their codes stand in the words; what is not told comes last."""
    places = [{code: number for number, code in enumerate(words.get(column, {}))} for column in view.columns]
    return sorted(
        groups,
        key=lambda group: [
            (code == "", known.get(code, len(known)), code) for code, known in zip(group, places, strict=True)
        ],
    )


def labels(group: Key, view: View, words: Words) -> tuple[str, ...]:
    """What the codes of a group mean; one without words stands as it is."""
    found = zip(group, view.columns, strict=True)
    return tuple(words.get(column, {}).get(code, code or _("not told")) for code, column in found)


def named(month: date) -> str:
    return str(date_format(month, "F Y"))


def period_of(span: Span) -> str:
    if span.kind == "quarter":
        words = {"quarter": (span.first.month + 2) // 3, "year": span.first.year}
        return _("quarter %(quarter)s of %(year)s") % words
    return named(span.first) if span.kind == "month" else str(span.first.year)
