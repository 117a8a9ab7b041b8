"""Jobs of registration: ids in, one organisation at a time, safe to run twice. What is due is asked of the rows."""

from datetime import date

from celery import shared_task
from django.utils import timezone

from helplines.models import Organisation, Staff
from helplines.tenancy import across_organisations, inside
from registration import closing, downloads, fixing, outstanding, reports
from registration import release as crowds
from registration.documents import Span


@shared_task(acks_late=True, ignore_result=True)
def release_everywhere() -> None:
    """Send one job for each organisation."""
    with across_organisations():  # only the ids, to enter each organisation's own scope
        organisation_ids = list(Organisation.objects.values_list("pk", flat=True))
    for organisation_id in organisation_ids:
        release.delay(organisation_id)


@shared_task(acks_late=True, ignore_result=True)
def release(organisation_id: int) -> None:
    """Let go into the anonymous store what is in a crowd by now."""
    crowds.release(organisation_id=organisation_id, now=timezone.now())


@shared_task(acks_late=True, ignore_result=True)
def close_year(organisation_id: int, year: int, staff_id: int) -> None:
    """Close a year; done twice it is closed once."""
    staff = Staff.objects.filter(pk=staff_id).first()
    try:
        closing.close_year(organisation_id=organisation_id, year=year, staff=staff, now=timezone.now())
    except closing.CannotClose:
        return


@shared_task(acks_late=True, ignore_result=True)
def fix_everywhere() -> None:
    """Send one job for each organisation with a month that can be published."""
    with across_organisations():  # only the ids, to enter each organisation's own scope
        organisation_ids = list(Organisation.objects.values_list("pk", flat=True))
    for organisation_id in organisation_ids:
        fix_figures.delay(organisation_id)


@shared_task(acks_late=True, ignore_result=True)
def fix_figures(organisation_id: int) -> None:
    """Publish every month that is over and final, before what it counts is erased; one that fails holds up no other."""
    now = timezone.now()
    with inside(organisation_id):
        wanted = list(fixing.due(Organisation.objects.get(pk=organisation_id), now))
    for source, month in wanted:
        fix_month.delay(organisation_id, source.key, month.isoformat())


@shared_task(acks_late=True, ignore_result=True)
def fix_month(organisation_id: int, source: str, month: str) -> None:
    """Publish one month of one source; done twice it is published once."""
    fixing.fix(organisation_id=organisation_id, source=source, month=date.fromisoformat(month), now=timezone.now())


@shared_task(acks_late=True, ignore_result=True)
def fix_report(organisation_id: int, key: str, span: str) -> None:
    """Publish what is lacking of a report over a period; `reports.progress` tells how far it is."""
    wanted = Span.named(span)
    try:
        with inside(organisation_id):
            source = reports.asked(Organisation.objects.get(pk=organisation_id), key).report.source
        for month in wanted.months:
            fixing.fix(organisation_id=organisation_id, source=source, month=month, now=timezone.now())
    finally:
        outstanding.end(organisation_id, key, span)


def ask_for_report(organisation_id: int, key: str, span: str) -> None:
    """Send that job, unless it is on its way already: however often somebody looks, of each report there is one."""
    if outstanding.begin(organisation_id, key, span):
        fix_report.delay(organisation_id, key, span)


@shared_task(acks_late=True, ignore_result=True)
def make_file(organisation_id: int, number: int) -> None:
    """Make a file of many rows; its page tells how far it is."""
    downloads.make(organisation_id=organisation_id, number=number)
