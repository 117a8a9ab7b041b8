"""Marks of browsers, by which two people at one screen are told from two at two (goal B4); kept for nothing else."""

import secrets
from datetime import timedelta

from django.http import HttpRequest, HttpResponse

from helplines.models import Organisation
from privacy import keys

NAME, PATH = "opening-browser", "/opening/"
KEPT = timedelta(days=14)


def mark_of(request: HttpRequest, organisation: Organisation) -> str:
    """A keyed mark of this browser, 64 characters; it says nothing in another organisation."""
    return keys.fingerprint(organisation.pk, NAME, token_of(request))


def token_of(request: HttpRequest) -> str:
    """What the browser holds, made where it holds nothing yet; `keep` gives it along."""
    given = request.COOKIES.get(NAME, "")
    if not 20 <= len(given) <= 100:
        given = request.COOKIES[NAME] = secrets.token_urlsafe(32)
    return given


def keep(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    hold(request, response, NAME, token_of(request), PATH, int(KEPT.total_seconds()))
    return response


def hold(request: HttpRequest, response: HttpResponse, name: str, value: str, path: str, seconds: int) -> None:
    """A cookie that no script reads, and no other site sends."""
    response.set_cookie(
        name, value, max_age=seconds, path=path, httponly=True, samesite="Strict", secure=request.is_secure()
    )
