"""The front page, and what somebody reads when it went wrong: plain words, never a traceback."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from config import health, metrics
from config.demo.sites import example_sites
from helplines.gate import everybody
from helplines.voices import speaking_to_a_stranger


@require_safe
@everybody
def landing(request: HttpRequest) -> HttpResponse:
    """What this is and where to sign in; in the demo also the example pages."""
    with speaking_to_a_stranger(request):
        return render(request, "landing.html", {"examples": example_sites() if settings.DEMO else []})


@require_safe
@everybody
def alive(request: HttpRequest) -> HttpResponse:
    """This process answers."""
    return HttpResponse("ok", content_type="text/plain")


@require_safe
@everybody
def ready(request: HttpRequest) -> HttpResponse:
    """What this process stands on: 200 when it can store a talk, 503 when it cannot."""
    found = health.state()
    return JsonResponse(found, status=200 if found["ready"] else 503)


@require_safe
@everybody
def figures(request: HttpRequest) -> HttpResponse:
    """For Prometheus, which asks each process past the proxy; who comes through the proxy finds nothing here."""
    if "X-Forwarded-For" in request.headers:
        raise Http404
    return HttpResponse(generate_latest(metrics.registry), content_type=CONTENT_TYPE_LATEST)


def told(request: HttpRequest, page: str, status: int) -> HttpResponse:
    with speaking_to_a_stranger(request):
        return render(request, page, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return told(request, "400.html", 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return told(request, "403.html", 403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that did not come from our own page, or from one that stood open too long."""
    return told(request, "403_csrf.html", 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """One answer for what does not exist and for what is not yours; it repeats nothing of the address."""
    return told(request, "404.html", 404)


def broken(request: HttpRequest) -> HttpResponse:
    """Drawn without session and user: whatever broke (the database) may not break this page too."""
    with speaking_to_a_stranger(request):
        return HttpResponse(render_to_string("500.html"), status=500)
