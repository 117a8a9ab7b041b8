"""What an organisation's site and our own pages load: the launcher, the status, the accent and the logo."""

import hashlib
from functools import lru_cache, wraps
from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.cache import get_conditional_response
from django.views.decorators.http import condition, require_safe

from chat.slim import tight
from chat.statuses import statuses
from chat.views.around import exit_of
from chat.views.languages import language_for
from helplines import sightings
from helplines.gate import View, everybody, line_page, organisation_page
from helplines.models import Line, Organisation
from helplines.voices import speaking

SHORT = "public, max-age=300"


# What is written apart goes out as one script, with names that no page around it sees.
PIECES = {"launcher.js": ("launcher-face.js", "launcher-exit.js", "launcher.js")}
WHOLE = '(() => {{\n"use strict";\n{}}})();\n'


def source(name: str) -> str:
    """A script for other sites, without its comments."""
    pieces = PIECES.get(name, (name,))
    found = [finders.find(f"chat/{piece}") for piece in pieces]
    if not all(found):
        raise Http404
    text = tight("".join(Path(str(path)).read_text() for path in found))
    return WHOLE.format(text) if len(pieces) > 1 else text


@lru_cache(maxsize=2)
def script(name: str) -> tuple[bytes, str]:
    """A script for other sites, and its ETag."""
    content = source(name).encode()
    return content, f'"{hashlib.sha256(content).hexdigest()[:32]}"'


def for_sites(name: str) -> HttpResponse:
    """A stable address, cached for five minutes, so that a mended script reaches every site soon."""
    response = HttpResponse(script(name)[0], content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = SHORT
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@everybody
@require_safe
@condition(etag_func=lambda request: script("embed.js")[1])
def embed(request: HttpRequest) -> HttpResponse:
    """`/embed.js`: the one tag of a site; a very old browser gets a link from it (A12)."""
    return for_sites("embed.js")


@everybody
@require_safe
@condition(etag_func=lambda request: script("launcher.js")[1])
def launcher(request: HttpRequest) -> HttpResponse:
    """`/launcher.js`: the button and its panel."""
    return for_sites("launcher.js")


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
