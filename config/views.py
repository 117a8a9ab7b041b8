"""The front page, and what somebody reads when it went wrong: plain words, never a traceback."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from config.demo.sites import example_sites
from helplines.gate import everybody


@require_safe
@everybody
def landing(request: HttpRequest) -> HttpResponse:
    """What this is and where to sign in; in the demo also the example pages."""
    return render(request, "landing.html", {"examples": example_sites() if settings.DEMO else []})


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "403.html", status=403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that did not come from our own page, or from one that stood open too long."""
    return render(request, "403_csrf.html", status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """One answer for what does not exist and for what is not yours; it repeats nothing of the address."""
    return render(request, "404.html", status=404)


def broken(request: HttpRequest) -> HttpResponse:
    """Drawn without the request: whatever broke (session, database) may not break this page too."""
    return HttpResponse(render_to_string("500.html"), status=500)
