"""What keeps a visitor safe around the talk: going away at once, an empty page to land on, and honest advice."""

from typing import Any

import msgspec
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseForbidden
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from chat.leaving import leave_at_once
from chat.strings import safety as words
from chat.views.around import exit_of, names_of, visitor_page
from chat.views.languages import language_for
from helplines.gate import everybody, line_page
from helplines.models import Line
from helplines.origins import is_from_our_page
from helplines.voices import speaking

LARGEST = 1024


class Parting(msgspec.Struct, forbid_unknown_fields=True):
    """What the tab held of its talk; empty where there was none."""

    code: str = ""
    secret: str = ""


_parting = msgspec.json.Decoder(Parting)


# A beacon carries no token. What it does hangs on the secret of the tab, never on a cookie; the origin is checked too.
@csrf_exempt
@line_page
@require_POST
def leave(request: HttpRequest, line: Line) -> HttpResponse:
    """End the talk of a tab that is going away; the answer is the same whether there was one.

    `Clear-Site-Data` takes the pages and pictures that the browser kept, with the organisation's name on them. Not
    "cookies" and not "storage": visitors have no cookie, their tab wipes its own storage, and the desk of a colleague
    in the same browser would lose its session and its settings.
    """
    if not is_from_our_page(request):
        return HttpResponseForbidden()
    try:
        parting = _parting.decode(request.read(LARGEST + 1)[:LARGEST])
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return HttpResponseBadRequest()
    if parting.code and parting.secret:
        leave_at_once(line=line, code=parting.code, secret=parting.secret, now=timezone.now())
    response = HttpResponse(status=204)
    response["Clear-Site-Data"] = '"cache"'
    return response


@require_safe
@line_page
def safe(request: HttpRequest, line: Line) -> HttpResponse:
    """How to chat safely, and what we cannot do about it (A15)."""
    return visitor_page(request, "chat/safe.html", line, {"config": way_out(line, language_for(request, line))})


def way_out(line: Line, language: str) -> dict[str, Any]:
    """What the script of a page beside the talk needs for a quick exit."""
    config = {"exit": exit_of(line.organisation, language), "leave": reverse("leave", kwargs=names_of(line))}
    with speaking(line, language):
        return {**config, "strings": words.strings()}


@require_safe
@everybody
def blank(request: HttpRequest) -> HttpResponse:
    """An empty page that could be anything: where a quick exit ends if the organisation chose no page of its own."""
    asked = request.GET.get("lang", "")
    language = asked if asked in dict(settings.CONTENT_LANGUAGES) else translation.get_language()
    with translation.override(language):
        response = render(request, "chat/blank.html")
    response["Referrer-Policy"] = "no-referrer"
    return response
