"""Whether the promises are kept: the sentence, its proof and since when, for who answers for it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from helplines.gate import members
from helplines.models import Membership, Role
from privacy import promises, service, tasks
from privacy.models import Verdict
from privacy.views import READERS


@require_http_methods(["GET", "HEAD", "POST"])
@members(*READERS)
def ledger(request: HttpRequest, membership: Membership) -> HttpResponse:
    """Every promise with its newest proof, broken ones first; a POST checks them all now."""
    organisation = membership.organisation
    if request.method == "POST":
        kept = service.keep_evidence(organisation, timezone.now())
        tasks.tell_if_broken(organisation.pk, kept)
        messages.success(request, _("All promises were checked just now."))
        return redirect("ledger", organisation.slug)
    # An auditor reads figures of groups; exact counts of what people did would undo what is hidden there.
    rows = promises.ledger(organisation, with_counts=membership.role != Role.AUDITOR)
    context = {
        "membership": membership,
        "organisation": organisation,
        "rows": rows,
        "broken": sum(row.verdict == Verdict.BROKEN for row in rows),
        "checked_at": max((row.check.at for row in rows if row.check), default=None),
    }
    with timezone.override(organisation.time_zone):
        return render(request, "privacy/ledger.html", context)
