"""What an organisation's site and our own pages load: the launcher, the status, the accent and the logo."""

import hashlib
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.cache import get_conditional_response
from django.views.decorators.http import condition, require_safe

from chat.scripts import script
from chat.statuses import statuses
from chat.views.around import exit_of
from chat.views.languages import language_for
from helplines import pinning, sightings
from helplines.gate import View, everybody, line_page, organisation_page
from helplines.models import Line, Organisation
from helplines.voices import speaking

SHORT = "public, max-age=300"
FOR_EVER = "public, max-age=31536000, immutable"


def for_sites(content: bytes, kept: str) -> HttpResponse:
    response = HttpResponse(content, content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = kept
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@everybody
@require_safe
@condition(etag_func=lambda request: script("embed.js")[1])
def embed(request: HttpRequest) -> HttpResponse:
    """`/embed.js`: the one tag of a site; a very old browser gets a link from it (A12).

    A stable address, cached for five minutes, so that a mended script reaches every site soon.
    """
    return for_sites(script("embed.js")[0], SHORT)


@everybody
@require_safe
@condition(etag_func=lambda request: script("launcher.js")[1])
def launcher(request: HttpRequest) -> HttpResponse:
    """`/launcher.js`: the button and its panel."""
    return for_sites(script("launcher.js")[0], SHORT)


@everybody
@require_safe
def pinned(request: HttpRequest, version: str) -> HttpResponse:
    """`/embed-<version>.js`: the button as one file that never changes, for a tag with `integrity` (helplines/pinning.py)."""
    content = pinning.content_of(version)
    if content is None:
        response = HttpResponse(status=404, content_type="text/plain")
        response["Cache-Control"] = "no-store"
    else:
        response = for_sites(content, FOR_EVER)
    # A browser compares only what it may read.
    response["Access-Control-Allow-Origin"] = "*"
    return response


def readable_anywhere(view: View) -> View:
    """Any site may read the answer, also that there is no such line: else its browser blames our headers for it."""

    @wraps(view)
    def answered(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        try:
            response = view(request, **kwargs)
        except Http404:
            response = JsonResponse({"state": "unknown"}, status=404)
        response["Access-Control-Allow-Origin"] = "*"
        return response

    return answered


@require_safe
@readable_anywhere
@line_page
def status(request: HttpRequest, line: Line) -> HttpResponse:
    """The status document (docs/protocol.md): any site may read it, without a cookie."""
    language = language_for(request, line)
    with speaking(line, language):
        answer = {**statuses.of(line, language), "exit": exit_of(line.organisation, language)}
        response: HttpResponse = JsonResponse(answer)
    response["Cache-Control"] = "public, max-age=10"
    response["Vary"] = "Accept-Language"
    response["ETag"] = f'"{hashlib.sha256(response.content).hexdigest()[:32]}"'
    sightings.note(line, request.headers.get("Origin", ""))
    return get_conditional_response(request, etag=response["ETag"], response=response) or response


@require_safe
@organisation_page
def accent(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    """The organisation's one colour, as a style sheet: no inline style anywhere."""
    response = HttpResponse(f":root{{--accent:{organisation.accent}}}\n", content_type="text/css; charset=utf-8")
    response["Cache-Control"] = SHORT
    return response


@require_safe
@organisation_page
def logo(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    """The organisation's logo, an image of a kind that was checked on arrival."""
    if not organisation.logo:
        raise Http404
    response = HttpResponse(bytes(organisation.logo), content_type=organisation.logo_type)
    response["Cache-Control"] = SHORT
    response["Content-Disposition"] = "inline"
    return response
