"""The coordinator's view of the lines, and the talks that were missed."""

from datetime import datetime
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from chat import access, blocks, handovers, load, team
from chat.wire import RefusedError
from helplines.gate import members
from helplines.models import Membership, Role

COORDINATORS = (Role.MANAGER, Role.MENTOR, Role.ADMINISTRATOR)
REASON_LENGTH = 500


@require_http_methods(["GET", "HEAD", "POST"])
@members(*COORDINATORS)
def lines(request: HttpRequest, membership: Membership) -> HttpResponse:
    """Per line who is present, how much room there is, who waits and how long; it refreshes itself."""
    if request.method == "POST" and "block" in request.POST:
        return lift(request, membership)
    if request.method == "POST":
        return hand_back(request, membership)
    return drawn(request, membership, "chat/team.html")


@require_safe
@members(*COORDINATORS)
def lines_now(request: HttpRequest, membership: Membership) -> HttpResponse:
    """The part of that page that changes, for its script."""
    return drawn(request, membership, "chat/parts/team_now.html")


def drawn(request: HttpRequest, membership: Membership, template: str) -> HttpResponse:
    now = timezone.now()
    context = {**shared(membership, now), "lines": team.lines_now(membership, now), "now": now}
    context["blocks"] = blocks.in_force(membership, now)
    with timezone.override(membership.organisation.time_zone):
        response = render(request, template, context)
    response["Cache-Control"] = "no-store"
    return response


def shared(membership: Membership, now: datetime) -> dict[str, Any]:
    return {
        "membership": membership,
        "organisation": membership.organisation,
        "may_hand_back": team.may_hand_back(membership),
        "coordinates": membership.role in COORDINATORS,
    }


@require_safe
@members(*COORDINATORS, Role.COUNSELLOR)
def missed(request: HttpRequest, membership: Membership) -> HttpResponse:
    """Who waited today and in the seven days before, and whom nobody came for: when, where and how long."""
    now = timezone.now()
    with timezone.override(membership.organisation.time_zone):
        days = [
            (day, list(rows))
            for day, rows in groupby(team.missed_lately(membership, now), lambda one: timezone.localdate(one.at))
        ]
        return render(request, "chat/missed.html", {**shared(membership, now), "days": days, "most": team.MOST})


@require_safe
@members(*COORDINATORS)
def busy(request: HttpRequest, membership: Membership) -> HttpResponse:
    """When it was busy on each line, by hour and weekday, to plan who is there; of nobody in particular."""
    now = timezone.now()
    context = {"loads": load.of_late(membership, now), "weeks": load.WEEKS, "weekdays": WEEKDAYS_ABBR.values()}
    with timezone.override(membership.organisation.time_zone):
        return render(request, "chat/load.html", {**shared(membership, now), **context})


def lift(request: HttpRequest, membership: Membership) -> HttpResponse:
    """Who guides the lines ends a block before its time; it is noted."""
    if not blocks.may_lift(membership):
        raise Http404
    try:
        blocks.lift(code=request.POST["block"], membership=membership, now=timezone.now())
    except RefusedError:
        messages.warning(request, _("That block was over already."))
    else:
        messages.success(request, _("The block is lifted. The visitor can begin a talk again."))
    return redirect("team", organisation=membership.organisation.slug)


def hand_back(request: HttpRequest, membership: Membership) -> HttpResponse:
    """A manager lets another counsellor go on with a talk, with a reason; both sides are told."""
    if not team.may_hand_back(membership):
        raise Http404
    why = request.POST.get("why", "").strip()[:REASON_LENGTH]
    try:
        conversation = access.talk_to_hand_back(membership, request.POST.get("talk", ""))
        handovers.hand_back(conversation=conversation, membership=membership, why=why, now=timezone.now())
    except RefusedError as refused:
        sentence = _("Say why first.") if refused.why == "empty" else _("That talk does not go on any more.")
        messages.warning(request, sentence)
    else:
        messages.success(request, _("The visitor waits for a colleague, before everybody else. Both sides were told."))
    return redirect("team", organisation=membership.organisation.slug)
