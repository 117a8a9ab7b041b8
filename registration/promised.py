"""The promises about registrations and figures, each with its check, as they are signed in at `privacy.promises`."""

from datetime import datetime, timedelta

from django.db.models import Min
from django.utils.translation import gettext_lazy as _

from helplines.models import Organisation
from privacy.promises import Finding, Promise, sign_in
from registration import fixing, retention
from registration.models import Published, Registration

DAY = timedelta(days=1)
# Below these nobody can promise (`helplines.policies.NUMBERS`).
LEAST = {"inside": 5, "outside": 10}


def counted_in_time(organisation: Organisation, now: datetime) -> Finding:
    """No registration is there a day after its months are over."""
    late = [rows.count() for rows in retention.overdue(organisation, now - DAY)]
    oldest = Registration.objects.filter(organisation=organisation).aggregate(month=Min("month"))["month"]
    months = {"oldest": f"{oldest:%Y-%m}" if oldest else None, "overdue": sum(late)}
    return Finding(sum(late), months)


def groups_only(organisation: Organisation, _now: datetime) -> Finding:
    """Every published figure is rounded as it says, and nothing of it was changed since."""
    rows = list(Published.objects.filter(organisation=organisation).order_by("pk"))
    looked = sum(len(cells) for row in rows for cells in row.figures.values())
    wrong = tuple(f"published:{row.pk}" for row in rows if not is_whole(row))
    return Finding(
        len(wrong), {"months": len({row.month for row in rows}), "looked": looked, "wrong": len(wrong)}, wrong
    )


def is_whole(row: Published) -> bool:
    """Whether a publication is as it was fixed, and no figure in it is that of a few."""
    counts = [cell[-1] for cells in row.figures.values() for cell in cells]
    is_rounded = all(count > 0 and count % row.base == 0 for count in counts)
    return is_rounded and row.base >= LEAST[row.audience] and fixing.digest(row.figures) == row.digest


PROMISES = [
    Promise(
        key="registrations",
        ids=("F02", "F03", "G07", "G08"),
        field="registration_months",
        says=_("What we note of a talk is gone after %(value)s months; only counts stay."),
        proof=_("Oldest month of which something is noted: %(oldest)s. Notes kept too long: %(overdue)s."),
        check=counted_in_time,
    ),
    Promise(
        key="figures",
        ids=("F14", "G06"),
        says=_("Our figures tell groups, and never single people."),
        proof=_("Published months: %(months)s. Figures looked at: %(looked)s. Not rounded or changed: %(wrong)s."),
        check=groups_only,
    ),
]


def promise() -> None:
    sign_in(PROMISES)
