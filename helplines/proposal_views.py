"""The page on which a second person sees what somebody proposes, and confirms or declines it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_http_methods

from helplines import openings, policy_words, previews, proposals, second_factor
from helplines.gate import members, to_second_step
from helplines.models import Membership, ProposalState
from helplines.policies import PolicyError
from helplines.proposals import REFUSALS, Refused

ENDED = {
    ProposalState.WITHDRAWN: gettext_lazy("The proposal is withdrawn. Nothing changed."),
    ProposalState.DECLINED: gettext_lazy("The proposal is declined. Nothing changed."),
}


@require_http_methods(["GET", "HEAD", "POST"])
@members(*proposals.MAY_CONFIRM)
def proposal(request: HttpRequest, membership: Membership) -> HttpResponse:
    """What waits for a second person in this organisation."""
    steps = {"confirm": confirm, "end": turn_down}
    step = steps.get(request.POST.get("step", "")) if request.method == "POST" else None
    if step == confirm and not second_factor.is_fresh(request):
        return to_second_step(request)
    if step:
        try:
            step(request, membership)
        except Refused as refusal:
            messages.error(request, str(REFUSALS[refusal.code]))
        except PolicyError as error:
            messages.error(request, " ".join(policy_words.problem_said(entry) for entry in error.problems))
        return redirect("proposal", membership.organisation.slug)
    with timezone.override(membership.organisation.time_zone):
        return proposal_page(request, membership)


def confirm(request: HttpRequest, membership: Membership) -> None:
    version = proposals.confirm(
        organisation=membership.organisation, second=membership.staff, mark=request.POST.get("mark", "")
    )
    messages.success(request, gettext("Version %(number)s is published.") % {"number": version.number})


def turn_down(request: HttpRequest, membership: Membership) -> None:
    state = proposals.turn_down(
        organisation=membership.organisation, by=membership.staff, mark=request.POST.get("mark", "")
    )
    messages.success(request, str(ENDED[state]))


def proposal_page(request: HttpRequest, membership: Membership) -> HttpResponse:
    organisation, now = membership.organisation, timezone.now()
    found = proposals.waiting(organisation)
    context: dict[str, Any] = {"organisation": organisation, "proposal": found}
    if found:
        difference = proposals.difference(found, now)
        others, seconds = (
            proposals.others(organisation, found.proposer),
            proposals.seconds(organisation, found.proposer),
        )
        context |= {
            "difference": difference,
            "is_looser": openings.looser(difference.before, difference.after),
            "is_later": difference.starts > now,
            "changes": policy_words.changes_said(difference.before, difference.after),
            "previews": list(previews.previews(organisation, found.line, difference.after)),
            "fallen": REFUSALS.get(proposals.fallen(found, now), ""),
            "may_confirm": membership.staff in seconds,
            "too_new": REFUSALS["too_new"] if membership.staff in others and membership.staff not in seconds else "",
            "is_own": membership.staff == found.proposer,
        }
    return render(request, "helplines/proposal.html", context)
