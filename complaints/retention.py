"""How reports, faults and requests about data go: closed by themselves, erased in time, and again after a restore (F07, F13)."""

from datetime import datetime, timedelta

from django.db import transaction

from complaints import rights, sealed, service
from complaints.models import Fault, Remark, Report, RightsRequest
from helplines.tenancy import inside
from privacy import keys

HALF_A_DAY = timedelta(hours=12)


def due(organisation_id: int, now: datetime) -> int:
    """How many reports should have gone, or closed, by now."""
    with inside(organisation_id):
        return int(
            Report.objects.left_over(now).count() + forgotten(now).count() + Report.objects.read_out(now).count()
        )


def forgotten(now: datetime):  # type: ignore[no-untyped-def]
    """Reports that nobody handled in a year: their key is gone, and they go with it. Their time is the noon of their day."""
    return Report.objects.open().filter(received_at__lte=now - service.LONGEST + HALF_A_DAY)


def erase(organisation_id: int, now: datetime, limit: int) -> int:
    """Close what was answered and read long enough, erase what was kept long enough; gives how many. Safe to run twice."""
    with inside(organisation_id):
        closing = list(Report.objects.read_out(now).select_related("organisation")[:limit])
        for report in closing:
            service.close(report=report, membership=None, outcome="", summary="", now=now)
        with transaction.atomic():
            gone = [*Report.objects.left_over(now)[:limit], *forgotten(now)[:limit]]
            return len(closing) + service.remove(gone)


def faults_due(organisation_id: int, now: datetime) -> int:
    with inside(organisation_id):
        return int(Fault.objects.old(now).count())


def erase_faults(organisation_id: int, now: datetime, limit: int) -> int:
    with inside(organisation_id), transaction.atomic():
        rows = list(Fault.objects.old(now)[:limit])
        keys.destroy(organisation_id, [row.code for row in rows])
        Fault.objects.filter(pk__in=[row.pk for row in rows]).delete()
        return len(rows)


def rights_due(organisation_id: int, now: datetime) -> int:
    with inside(organisation_id):
        return int(RightsRequest.objects.spoken(now).count() + RightsRequest.objects.over(now).count())


def erase_rights(organisation_id: int, now: datetime, limit: int) -> int:
    """Take the words of requests whose time is over, and then requests that were kept long enough (N01). Safe to run twice."""
    with inside(organisation_id), transaction.atomic():
        gone = rights.silence(list(RightsRequest.objects.spoken(now)[:limit]))
        return gone + rights.remove(list(RightsRequest.objects.over(now)[:limit]))


def replay_rights(organisation_id: int) -> int:
    """After a restore: what lost its key was erased, so its words go again."""
    with inside(organisation_id), transaction.atomic():
        alive = keys.stored(organisation_id, sealed.RIGHTS)
        return rights.silence(list(RightsRequest.objects.exclude(words=None).exclude(code__in=alive)))


def replay(organisation_id: int) -> int:
    """After a restore: what lost its key was erased, or an address was taken back; a key without its row is of one that went."""
    with inside(organisation_id), transaction.atomic():
        dead = [row for row in Report.objects.open() if row.code not in keys.stored(organisation_id, sealed.REPORT)]
        again = service.remove(dead)
        alive = keys.stored(organisation_id, sealed.CONTACT)
        for report in Report.objects.exclude(contact_code="").exclude(contact_code__in=alive):
            service.forget_contact(report)
            again += 1
        return again + keys.destroy(organisation_id, lone_keys(organisation_id))


def lone_keys(organisation_id: int) -> list[str]:
    """Keys of this app that no row names."""
    named = {
        sealed.REPORT: set(Report.objects.open().values_list("code", flat=True)),
        sealed.CONTACT: set(Report.objects.values_list("contact_code", flat=True)),
        sealed.SUMMARY: set(Report.objects.values_list("summary_code", flat=True)),
        sealed.FAULT: set(Fault.objects.values_list("code", flat=True)),
        sealed.RIGHTS: set(RightsRequest.objects.exclude(words=None).values_list("code", flat=True)),
        sealed.REMARKS: set(Remark.objects.values_list("code", flat=True)),
    }
    return sorted(code for what in sealed.KINDS for code in keys.stored(organisation_id, what) - named[what])
