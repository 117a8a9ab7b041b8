"""Of every moment of a report only the day is kept, also of those that are open already."""

from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.db import migrations

from helplines.tenancy import across_organisations

MOMENTS = ("received_at", "acknowledged_at", "answered_at", "closed_at", "due_at", "consented_at")


def noon(at: datetime | None, zone: ZoneInfo) -> datetime | None:
    return datetime.combine(at.astimezone(zone).date(), time(12), UTC) if at else None


def keep_days(apps: Any, _editor: Any) -> None:
    entries = apps.get_model("complaints", "Entry").objects
    with across_organisations():  # every organisation's own rows, once
        for report in apps.get_model("complaints", "Report").objects.select_related("organisation"):
            zone = ZoneInfo(report.organisation.time_zone)
            for name in MOMENTS:
                setattr(report, name, noon(getattr(report, name), zone))
            report.save(update_fields=MOMENTS)
            for entry in entries.filter(report_id=report.pk):
                entries.filter(pk=entry.pk).update(at=noon(entry.at, zone))


class Migration(migrations.Migration):
    dependencies = [("complaints", "0003_terms_are_promises")]
    operations = [migrations.RunPython(keep_days, migrations.RunPython.noop)]
