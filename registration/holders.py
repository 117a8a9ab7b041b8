"""What registration holds about people, as it is signed in at `privacy.registry`."""

from chat import retention as talks
from privacy.registry import Eraser, Holding, Kind, sign_in
from registration import downloads, retention
from registration.models import Draft

ERASERS = [
    Eraser(name="registrations", due=retention.due, erase=retention.erase),
    Eraser(name="made-files", due=downloads.due, erase=downloads.erase),
    Eraser(name="short-reports", due=retention.due_reports, erase=retention.erase_reports),
]
HOLDINGS = [
    Holding(
        model="registration.Draft",
        kind=Kind.TALK,
        clock="chat.Conversation.ended_at",
        lasts="until the registration is finished, and no longer than the talk",
        eraser="talks",
    ),
    Holding(
        model="registration.Waiting",
        kind=Kind.TALK,
        clock="registration.Registration.month",
        lasts="until it is in a crowd, and no longer than a registration",
        eraser="registrations",
    ),
    Holding(
        model="registration.Registration",
        kind=Kind.TALK,
        clock="registration.Registration.month",
        lasts="the months of the policy, or until its year is closed; then it is a figure",
        eraser="registrations",
    ),
    Holding(
        model="registration.ShortReport",
        kind=Kind.TALK,
        clock="registration.ShortReport.month",
        lasts="the months of the policy; with its writer it goes sooner",
        eraser="short-reports",
    ),
    Holding(
        model="registration.Form",
        kind=Kind.PROMISE,
        clock="registration.Form.published_at",
        lasts="as long as the organisation; its author's name goes with the account",
        goes_with="helplines.Organisation",
    ),
    Holding(
        model="registration.Download",
        kind=Kind.LEDGER,
        clock="registration.Download.at",
        lasts="as long as the organisation; the name of who took it along goes with the account",
        goes_with="helplines.Organisation",
    ),
    Holding(
        model="registration.Making",
        kind=Kind.LEDGER,
        clock="registration.Making.asked_at",
        lasts="a day; published figures, of nobody",
        eraser="made-files",
    ),
    Holding(
        model="registration.ClosedYear",
        kind=Kind.LEDGER,
        clock="registration.ClosedYear.closed_at",
        lasts="as long as the organisation; the name of who closed it goes with the account",
        goes_with="helplines.Organisation",
    ),
]


def hold() -> None:
    talks.take_along(Draft)
    sign_in(holdings=HOLDINGS, erasers=ERASERS)
