"""What people say of the help that they got and ask about their data: feedback, reports, faults, requests about data."""

from complaints.models.faults import Fault, FaultState
from complaints.models.feedback import FeedbackForm, Remark, Tally
from complaints.models.procedure import Procedure
from complaints.models.reports import Entry, EntryKind, Report, ReportKind, ReportOutcome, ReportState
from complaints.models.rights import AskedRight, CameBy, IdentityCheck, RightsEnding, RightsRequest

__all__ = [
    "AskedRight",
    "CameBy",
    "Entry",
    "EntryKind",
    "Fault",
    "FaultState",
    "FeedbackForm",
    "IdentityCheck",
    "Procedure",
    "Remark",
    "Report",
    "ReportKind",
    "ReportOutcome",
    "ReportState",
    "RightsEnding",
    "RightsRequest",
    "Tally",
]
