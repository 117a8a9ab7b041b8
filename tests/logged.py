"""What the audit log tells, for tests of whatever must be in it; and a log that cannot be written."""

from typing import Any

import pytest
from django.db import OperationalError

from helplines.models import Organisation
from helplines.tenancy import inside
from privacy import audit
from privacy.models import AuditEntry


def logged(organisation: Organisation, *events: str) -> list[AuditEntry]:
    """The entries of an organisation, oldest first; of these kinds, or of all but signing in."""
    with inside(organisation):
        rows = AuditEntry.objects.order_by("number")
        return list(rows.filter(event__in=events) if events else rows.exclude(event="signed-in"))


def take_the_pen(monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on nothing can be written in the log."""

    def broken(*args: Any) -> None:
        raise OperationalError("no space left")

    monkeypatch.setattr(audit, "append", broken)
