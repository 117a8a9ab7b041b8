"""Keeping how an organisation handles reports."""

from typing import Any

from django.db import transaction

from complaints.models import Procedure
from helplines.tenancy import inside
from privacy import audit
from privacy.audit import Event


@transaction.atomic
def keep(*, procedure: Procedure, staff: Any) -> None:
    """Keep the words and the terms; told in the audit log. Terms that were made longer move no report's own term."""
    with inside(procedure.organisation_id):
        procedure.save()
        audit.record(organisation=procedure.organisation_id, event=Event.SETTINGS_CHANGED, who=staff, what="procedure")
