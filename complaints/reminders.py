"""What waits to be handled: on the first page of the administration, and by letter before a term ends (I02)."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from complaints import queries, rights_rules, service
from complaints.models import Report, RightsRequest
from helplines import post, reminders
from helplines.models import Organisation
from helplines.reminders import Reminder
from helplines.tenancy import inside

AHEAD = timedelta(days=2)


def sign_in() -> None:
    reminders.sign_in(of_organisation)
    reminders.sign_in(of_rights)


def of_organisation(organisation: Organisation) -> Iterable[Reminder]:
    """That something is past its term, inside the scope of the organisation."""
    late = queries.counts(organisation, timezone.now())["overdue"]
    if late:
        text = ngettext("%(count)s report is past its term.", "%(count)s reports are past their term.", late)
        url = reverse("handling", args=[organisation.slug])
        yield Reminder(_("Complaints and suggestions wait"), f"{organisation.name}: {text % {'count': late}}", url)


def of_rights(organisation: Organisation) -> Iterable[Reminder]:
    """That somebody waits too long for an answer about their data, inside the scope of the organisation (N01)."""
    late = RightsRequest.objects.filter(organisation=organisation).due_before(timezone.now()).count()
    if late:
        text = ngettext(
            "%(count)s request is past its four weeks.", "%(count)s requests are past their four weeks.", late
        )
        url = reverse("rights_requests", args=[organisation.slug])
        yield Reminder(_("Requests about data wait"), f"{organisation.name}: {text % {'count': late}}", url)


def remind_of_rights(organisation_id: int, now: datetime) -> int:
    """Write once for each request whose four weeks end within a week, and once when they are over; gives how many letters."""
    with inside(organisation_id):
        soon = list(RightsRequest.objects.due_before(now + rights_rules.SOON))
    return sum(
        post.send(
            "rights-due",
            key=f"{asked.code}:{'late' if asked.due_at <= now else 'soon'}",
            organisation=organisation_id,
            asked=asked.code,
        )
        for asked in soon
    )


def remind(organisation_id: int, now: datetime) -> int:
    """Write once for each term that ends within two days, and put what is past it before everybody; gives how many letters.

    Safe to run twice: a letter is of one report, one term and one kind.
    """
    sent = 0
    with inside(organisation_id):
        soon = list(Report.objects.due_before(now + AHEAD).select_related("organisation"))
    for report in soon:
        if report.due_at is not None and report.due_at <= now:
            sent += service.escalate(report=report, membership=None, now=now)
        else:
            key = f"{report.code}:{report.state}:{report.due_at}"
            sent += post.send("report-due", key=key, organisation=organisation_id, report=report.code)
    return sent
