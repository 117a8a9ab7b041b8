"""Short reports: one's own, to learn from; for a mentor those of who they guide, with a purpose that is noted (G03, F11)."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from chat.queries import DESK_ROLES
from helplines.gate import members
from helplines.models import Membership, Role
from registration import access, reading

PURPOSES = {
    "training": _("to train this colleague"),
    "coping": _("to help this colleague cope"),
    "quality": _("to do the work better"),
}


@require_http_methods(["GET", "HEAD", "POST"])
@members(*DESK_ROLES)
def short_reports(request: HttpRequest, membership: Membership) -> HttpResponse:
    """One's own reports; and after a choice of somebody and a purpose, theirs."""
    is_mentor = membership.role == Role.MENTOR
    page: dict[str, Any] = {
        "membership": membership,
        "organisation": membership.organisation,
        "own": reading.own(membership),
        "guided": access.guided(membership) if is_mentor else [],
        "purposes": PURPOSES,
        "is_mentor": is_mentor,
    }
    purpose = request.POST.get("purpose", "")
    if request.method == "POST" and is_mentor and purpose in PURPOSES:
        writer = access.guided_writer(membership, request.POST.get("writer", ""))
        page |= {"writer": writer, "theirs": reading.of_colleague(mentor=membership, writer=writer, purpose=purpose)}
    elif request.method == "POST":
        page["refused"] = is_mentor
    return render(request, "registration/short_reports.html", page)
