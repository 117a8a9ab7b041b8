"""What is signed in for the floors below: the organisations' own tables, and those of Django, allauth and axes."""

from datetime import datetime, timedelta

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib.sessions.models import Session
from django.db.models import Model, QuerySet

from helplines import invitation_links, outbox
from helplines.models import Invitation
from helplines.tenancy import inside
from privacy import clocks, pseudonyms, shuffled
from privacy.registry import Eraser, Holding, Kind, sign_in

# A lock lasts a quarter of an hour; a day later nobody needs to know of the attempt.
ATTEMPTS_KEPT = timedelta(days=1)
WORKS_HERE = "as long as the person has an account"


def remove(rows: QuerySet[Model], limit: int) -> int:
    """Delete at most so many of these rows; gives how many."""
    chunk = list(rows.values_list("pk", flat=True)[:limit])
    return int(rows.model._default_manager.filter(pk__in=chunk).delete()[0])


def ended_sessions(now: datetime) -> QuerySet[Session]:
    return Session.objects.filter(expire_date__lte=now)


def old_attempts(now: datetime) -> list[QuerySet[Model]]:
    return [
        model._default_manager.filter(attempt_time__lte=now - ATTEMPTS_KEPT)
        for model in (AccessAttempt, AccessFailureLog, AccessLog)
    ]


def erase_attempts(_organisation_id: int, now: datetime, limit: int) -> int:
    return sum(remove(rows, limit) for rows in old_attempts(now))


def unanswered(organisation_id: int, now: datetime) -> int:
    with inside(organisation_id):
        return int(Invitation.objects.unanswered(now - invitation_links.KEPT_FOR).count())


ERASERS = [
    Eraser(
        name="sessions",
        each=False,
        due=lambda _organisation_id, now: ended_sessions(now).count(),
        erase=lambda _organisation_id, now, limit: remove(ended_sessions(now), limit),
    ),
    Eraser(
        name="attempts",
        each=False,
        due=lambda _organisation_id, now: sum(rows.count() for rows in old_attempts(now)),
        erase=erase_attempts,
    ),
    Eraser(
        name="invitations",
        due=unanswered,
        erase=lambda organisation_id, now, _limit: invitation_links.forget_old(organisation_id, now),
    ),
    Eraser(
        name="pseudonym-keys",
        # On the clock that the windows are counted with: a worker that is ahead would end a limit too soon.
        due=lambda organisation_id, now: pseudonyms.due(organisation_id, clocks.shared(now)),
        erase=lambda organisation_id, now, _limit: pseudonyms.destroy_due(organisation_id, clocks.shared(now)),
    ),
    Eraser(name="letters", each=False, due=outbox.due, erase=outbox.erase),
    Eraser(name="lots", due=shuffled.due, erase=shuffled.erase, replay=shuffled.replay),
]


def of_account(model: str, clock: str, goes_with: str = "helplines.Staff") -> Holding:
    return Holding(model=model, kind=Kind.ACCOUNT, clock=clock, lasts=WORKS_HERE, goes_with=goes_with)


def of_attempt(model: str) -> Holding:
    return Holding(
        model=model, kind=Kind.ACCESS, clock=f"{model}.attempt_time", lasts="a day after it", eraser="attempts"
    )


HOLDINGS = [
    Holding(
        model="helplines.Staff",
        kind=Kind.ACCOUNT,
        clock="helplines.Staff.date_joined",
        lasts=WORKS_HERE,
        removed_by="an administrator",
    ),
    of_account("helplines.Membership", "helplines.Staff.date_joined"),
    of_account("helplines.Assignment", "helplines.Staff.date_joined", "helplines.Membership"),
    of_account("helplines.AgreementAcceptance", "helplines.AgreementAcceptance.accepted_at"),
    Holding(
        model="helplines.CannedReply",
        kind=Kind.WORK,
        clock="helplines.Staff.date_joined",
        lasts="a personal one as long as its writer works there",
        goes_with="helplines.Membership",
    ),
    Holding(
        model="helplines.Policy",
        kind=Kind.PROMISE,
        clock="helplines.Policy.created_at",
        lasts="as long as the organisation; its author's name goes with the account",
        goes_with="helplines.Organisation",
    ),
    Holding(
        model="helplines.PolicyProposal",
        kind=Kind.PROMISE,
        clock="helplines.PolicyProposal.created_at",
        lasts="as long as the organisation; the names in it go with the accounts",
        goes_with="helplines.Organisation",
    ),
    Holding(
        model="helplines.Branch",
        kind=Kind.CONTACT,
        clock="helplines.Branch.id",
        lasts="as long as the organisation makes it known",
        removed_by="an administrator",
    ),
    Holding(
        model="helplines.Invitation",
        kind=Kind.ACCOUNT,
        clock="helplines.Invitation.expires_at",
        lasts="until it is answered, or a month after its link ended",
        eraser="invitations",
    ),
    of_account("account.EmailAddress", "helplines.Staff.date_joined"),
    of_account("mfa.Authenticator", "mfa.Authenticator.created_at"),
    of_account("admin.LogEntry", "admin.LogEntry.action_time"),
    Holding(
        model="sessions.Session",
        kind=Kind.ACCESS,
        clock="sessions.Session.expire_date",
        lasts="until that moment",
        eraser="sessions",
    ),
    Holding(
        model="privacy.AuditEntry",
        kind=Kind.LEDGER,
        clock="privacy.AuditEntry.at",
        lasts="five years or longer, as the law on logs asks; it holds ids and keywords, no names and no text",
        removed_by="the operator, who starts a new log",
    ),
    Holding(
        model="privacy.AuditReview",
        kind=Kind.LEDGER,
        clock="privacy.AuditReview.at",
        lasts="as long as the log that it signs off",
        removed_by="the operator, who starts a new log",
    ),
    Holding(
        model="privacy.PseudonymKey",
        kind=Kind.TALK,
        clock="privacy.PseudonymKey.gone_at",
        lasts="until that instant: two days, or as long as a block lasts; then no two visits can be tied together",
        eraser="pseudonym-keys",
    ),
    Holding(
        model="helplines.Letter",
        kind=Kind.ACCOUNT,
        clock="helplines.Letter.made_at",
        lasts="a month after it was sent; it holds ids, and no address and no word of a letter",
        eraser="letters",
    ),
    Holding(
        model="privacy.Lot",
        kind=Kind.ANONYMOUS,
        clock="privacy.Lot.ends",
        lasts="until enough wait to be moved together, and a year at most",
        eraser="lots",
    ),
    Holding(
        model="privacy.Waiting",
        kind=Kind.ANONYMOUS,
        clock="privacy.Lot.ends",
        lasts="as long as its lot",
        goes_with="privacy.Lot",
    ),
    of_attempt("axes.AccessAttempt"),
    of_attempt("axes.AccessFailureLog"),
    of_attempt("axes.AccessLog"),
]


def hold() -> None:
    sign_in(holdings=HOLDINGS, erasers=ERASERS)
