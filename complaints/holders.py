"""What complaints holds about people, as it is signed in at `privacy.registry`."""

from complaints import feedback, retention
from privacy.registry import Eraser, Holding, Kind, sign_in

ERASERS = [
    Eraser(name="reports", due=retention.due, erase=retention.erase, replay=retention.replay),
    Eraser(
        name="rights",
        due=retention.rights_due,
        erase=retention.erase_rights,
        replay=retention.replay_rights,
    ),
    Eraser(name="faults", due=retention.faults_due, erase=retention.erase_faults),
    Eraser(name="remarks", due=feedback.due, erase=feedback.erase),
]
HOLDINGS = [
    Holding(
        model="complaints.Report",
        kind=Kind.REPORT,
        clock="complaints.Report.closed_at",
        lasts="words and address until it is handled, and a year at most; then kind, dates and outcome for the months chosen",
        eraser="reports",
    ),
    Holding(
        model="complaints.Entry",
        kind=Kind.REPORT,
        clock="complaints.Report.closed_at",
        lasts="until the report is closed, or taken back",
        goes_with="complaints.Report",
    ),
    Holding(
        model="complaints.RightsRequest",
        kind=Kind.REPORT,
        clock="complaints.RightsRequest.words_gone_at",
        lasts="words and address a month after the answer, and a year at most; then kind, dates, check and outcome for two years",
        eraser="rights",
    ),
    Holding(
        model="complaints.Fault",
        kind=Kind.REPORT,
        clock="complaints.Fault.gone_at",
        lasts="ninety days; its words until it is solved",
        eraser="faults",
    ),
    Holding(
        model="complaints.Remark",
        kind=Kind.ANONYMOUS,
        clock="complaints.Remark.month",
        lasts="a year; nobody can tell whose it was",
        eraser="remarks",
    ),
    Holding(
        model="complaints.FeedbackForm",
        kind=Kind.PROMISE,
        clock="complaints.FeedbackForm.made_at",
        lasts="as long as the organisation; its author's name goes with the account",
        goes_with="helplines.Organisation",
    ),
]


def hold() -> None:
    sign_in(holdings=HOLDINGS, erasers=ERASERS)
