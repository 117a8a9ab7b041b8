"""The promises that are proved from tables of this app, as they are signed in at `privacy.promises`."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from complaints import rights_reads
from complaints.models import RightsRequest
from helplines.models import Organisation
from privacy.promises import Finding, Promise, sign_in


def answered_in_time(organisation: Organisation, now: datetime) -> Finding:
    """Nobody waits longer than four weeks for an answer about their data."""
    waiting = RightsRequest.objects.filter(organisation=organisation)
    late = list(waiting.due_before(now).order_by("due_at").values_list("code", flat=True))
    proof = {"waiting": waiting.open().count(), "late": len(late), "longest": rights_reads.longest_wait(organisation)}
    return Finding(len(late), proof, tuple(late))


PROMISES = [
    Promise(
        key="rights",
        ids=("N01",),
        says=_("Who asks about their data has an answer within 4 weeks."),
        proof=_(
            "Waiting for an answer: %(waiting)s, of which too long: %(late)s. Longest wait so far, in days: %(longest)s."
        ),
        check=answered_in_time,
        counts=frozenset({"waiting"}),
        counts_are_open=False,  # that somebody asked is nobody else's business
    ),
]


def promise() -> None:
    sign_in(PROMISES)
