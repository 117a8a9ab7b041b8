"""Technical faults: told by a visitor, to the organisation's support, and without words to the operator (I06, I07)."""

import re
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from complaints import sealed
from complaints.models import Fault, FaultState
from complaints.models.faults import CHECKS, MARKS
from complaints.service import new_code
from helplines import post
from helplines.lifetimes import begin_of_day
from helplines.models import Organisation
from helplines.tenancy import inside
from privacy import keys

KEPT = timedelta(days=90)
BROWSERS = (
    ("Edge", re.compile(r"Edg(?:e|A|iOS)?/(\d+)")),
    ("Firefox", re.compile(r"(?:Firefox|FxiOS)/(\d+)")),
    ("Chrome", re.compile(r"(?:Chrome|CriOS)/(\d+)")),
    ("Safari", re.compile(r"Version/(\d+)[\d.]* (?:Mobile/\w+ )?Safari/")),
)


def browser_of(agent: str) -> str:
    """The name of a browser and its first number: what millions have in common."""
    for name, pattern in BROWSERS:
        if found := pattern.search(agent):
            return f"{name} {found[1]}"
    return ""


def checks_of(given: dict[str, str]) -> dict[str, str]:
    """What of the self-check is kept: known names with a known word each."""
    return {name: given[name] for name in CHECKS if given.get(name) in MARKS}


def tell(
    *, organisation: Organisation, happened_at: datetime, text: str, checks: dict[str, str], agent: str, now: datetime
) -> Fault:
    """Keep a fault, to the hour, and write to the organisation's support that there is one."""
    code, gone = new_code(), begin_of_day(now) + KEPT
    key = sealed.new_key(organisation.pk, code, sealed.FAULT, gone)
    with inside(organisation), transaction.atomic():
        fault = Fault(
            organisation=organisation,
            code=code,
            happened_at=happened_at.replace(minute=0, second=0, microsecond=0),
            checks=checks_of(checks),
            browser=browser_of(agent) if checks else "",
            gone_at=gone,
        )
        fault.sealed = sealed.seal(key, sealed.place_of_fault(fault), text)
        fault.save()
        post.send("fault-new", key=code, organisation=organisation.pk, fault=code)
    return fault


def mark(*, fault: Fault, state: FaultState | str) -> None:
    """Say how it stands with a fault; a solved one keeps no words."""
    with inside(fault.organisation_id), transaction.atomic():
        changes: dict[str, Any] = {"state": state}
        if state == FaultState.SOLVED:
            keys.destroy(fault.organisation_id, [fault.code])
            changes["sealed"] = None
        Fault.objects.filter(pk=fault.pk).update(**changes)


def words_of(fault: Fault) -> str:
    """What the visitor wrote, for the organisation's own support."""
    try:
        key = sealed.key_of(fault.organisation_id, fault.code)
        return sealed.unseal(key, sealed.place_of_fault(fault), fault.sealed)
    except sealed.GoneError:
        return ""
