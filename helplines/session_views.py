"""The page on which people see where they are signed in, and end what is not theirs."""

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from helplines import access, sessions
from helplines.models import Staff


@require_http_methods(["GET", "HEAD", "POST"])
def places(request: HttpRequest) -> HttpResponse:
    """Every session of the person, this one first."""
    staff, own = cast(Staff, request.user), str(request.session.session_key)
    if request.method == "POST":
        ended = sessions.end(staff=staff, mark=request.POST.get("session", ""), own=own)
        said = _("You are signed out there.") if ended else _("There was nothing to end.")
        messages.success(request, said)
        return redirect("sessions")
    zone = access.time_zone_of(staff)
    with timezone.override(zone):
        context = {"places": sessions.places_of(staff, own), "zone": zone}
        return render(request, "helplines/sessions.html", context)
