"""The organisations, the people in them, and what they promise."""

from helplines.models.invitations import Invitation
from helplines.models.mail import Letter, LetterState, MailServer
from helplines.models.organisation import Address, Branch, EmergencyNumber, Line, LineKind, Organisation
from helplines.models.people import (
    AgreementAcceptance,
    Assignment,
    ConfidentialityAgreement,
    Membership,
    Role,
    Staff,
    at_once,
)
from helplines.models.promises import Policy, PolicyProposal, ProposalState
from helplines.models.replies import CannedReply
from helplines.models.times import Closure, ClosureKind, ExtraOpening, OpeningHours, Weekday

__all__ = [
    "Address",
    "AgreementAcceptance",
    "Assignment",
    "Branch",
    "CannedReply",
    "Closure",
    "ClosureKind",
    "ConfidentialityAgreement",
    "EmergencyNumber",
    "ExtraOpening",
    "Invitation",
    "Letter",
    "LetterState",
    "Line",
    "LineKind",
    "MailServer",
    "Membership",
    "OpeningHours",
    "Organisation",
    "Policy",
    "PolicyProposal",
    "ProposalState",
    "Role",
    "Staff",
    "Weekday",
    "at_once",
]
