"""Keys, in a database of their own, and the audit log, beside the data that it tells about."""

from privacy.models.audit import AuditEntry, AuditHead, AuditReview
from privacy.models.consent import ConsentState, OpeningConsent
from privacy.models.keys import ConversationKey, OrganisationKey, PseudonymKey
from privacy.models.opening import READ, OpeningQuerySet, OpeningRequest, OpeningState
from privacy.models.promises import PromiseAlarm, PromiseCheck, SweepDone, Verdict
from privacy.models.pulse import DataPulse, KeysPulse
from privacy.models.shuffled import Lot, Waiting
from privacy.models.vault import Holder, IdentityKind, Office, SealedIdentity

__all__ = [
    "READ",
    "AuditEntry",
    "AuditHead",
    "AuditReview",
    "ConsentState",
    "ConversationKey",
    "DataPulse",
    "Holder",
    "IdentityKind",
    "KeysPulse",
    "Lot",
    "Office",
    "OpeningConsent",
    "OpeningQuerySet",
    "OpeningRequest",
    "OpeningState",
    "OrganisationKey",
    "PromiseAlarm",
    "PromiseCheck",
    "PseudonymKey",
    "SealedIdentity",
    "SweepDone",
    "Verdict",
    "Waiting",
]
