"""Looking at one's promises again every few months, and which versions of them there were (N04, N05)."""

from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from helplines.lifetimes import after_months
from helplines.models import Line, Organisation, Policy
from helplines.reminders import Reminder


class Edition(NamedTuple):
    """One version of what a line promises, as visitors count them: the first is 1. It counts until the next one."""

    number: int
    starts: datetime
    ends: datetime | None


def editions(line: Line) -> list[Edition]:
    """Every version that counts for a line, of its organisation or of itself, oldest first; also those that are to come."""
    rows = Policy.objects.filter(Q(line=None) | Q(line=line), organisation=line.organisation_id)
    starts = sorted(set(rows.values_list("valid_from", flat=True)))
    ends: list[datetime | None] = [*starts[1:], None]
    return [Edition(place + 1, at, ends[place]) for place, at in enumerate(starts)]


def in_force(found: list[Edition], now: datetime) -> Edition | None:
    return next((one for one in reversed(found) if one.starts <= now), None)


def last_looked(organisation: Organisation) -> datetime | None:
    """When somebody last looked at the promises, or changed one; None before the first version."""
    newest = Policy.objects.filter(organisation=organisation).order_by("-created_at")
    published: datetime | None = newest.values_list("created_at", flat=True).first()
    return max(filter(None, [published, organisation.reviewed_at]), default=None)


def is_due(organisation: Organisation, now: datetime) -> bool:
    """Whether it is time to look again (needs the organisation's scope)."""
    last = last_looked(organisation)
    zone = ZoneInfo(organisation.time_zone)
    return last is not None and after_months(last, organisation.review_months, zone) <= now


def reminders(organisation: Organisation) -> list[Reminder]:
    """For the first page of the administration."""
    if not is_due(organisation, timezone.now()):
        return []
    page = reverse("promises", kwargs={"organisation": organisation.slug})
    months = _("Nobody did so for %(months)s months.") % {"months": organisation.review_months}
    return [Reminder(_("It is time to look at your promises again"), months, page)]
