"""What stands around every page of a visitor here: whose it is, the language, and how often somebody may do something."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt

from chat.views import around as chat_around
from chat.views.languages import language_for
from chat.views.safety import way_out
from helplines.addresses import client_address
from helplines.gate import View
from helplines.models import Line, Organisation
from helplines.origins import is_from_our_page
from helplines.voices import speaking
from privacy import paces

# How often one address may do it in a day; a whole school may stand behind one.
MOST = {"report": 10, "fault": 10, "feedback": 30, "receipt": 60, "rights": 5}


def line_of(request: HttpRequest, organisation: Organisation) -> Line:
    """The line that somebody came from, else the first; of an organisation without a chat a stand-in with its name."""
    lines = Line.objects.chats().filter(organisation=organisation).select_related("organisation")
    asked = request.GET.get("line", "")[:40]
    found: Line | None = lines.filter(slug=asked).first() if asked else None
    return found or lines.first() or Line(organisation=organisation, name=organisation.name)


def posted_from_here(view: View) -> View:
    """Visitors have no cookie, so no token can be compared: what is posted must come from a page of ours, to the byte."""

    @wraps(view)
    def page(request: HttpRequest, organisation: Organisation, **kwargs: Any) -> HttpResponse:
        if request.method == "POST" and not is_from_our_page(request):
            return HttpResponseForbidden()
        return view(request, organisation, **kwargs)

    return csrf_exempt(page)


def shown(
    request: HttpRequest,
    organisation: Organisation,
    template: str,
    make: Callable[[str], dict[str, Any]],
    status: int = 200,
) -> HttpResponse:
    """A page in a language of the visitor and in the organisation's way of speaking; `make` gives its context by language."""
    line = line_of(request, organisation)
    language = language_for(request, line)
    with speaking(line, language):
        context = {**chat_around.around(line, language), **make(language)}
        context["config"] = way_out(line, language) if line.pk else {}
        response = render(request, template, context, status=status)
    # Browsers name the page that a form comes from; our own pages read it, nobody else gets it.
    response["Referrer-Policy"] = "same-origin"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def may(request: HttpRequest, organisation: Organisation, what: str, now: datetime) -> bool:
    """Whether somebody at this address may do this once more today."""
    address = client_address(
        str(request.META.get("REMOTE_ADDR") or ""), str(request.META.get("HTTP_X_FORWARDED_FOR", ""))
    )
    return paces.may(organisation_id=organisation.pk, what=what, address=address, most=MOST[what], now=now)
