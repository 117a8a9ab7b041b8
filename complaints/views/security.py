"""Where somebody tells that the program itself is not safe (I08): a page for people, and a file for programs (RFC 9116)."""

from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from helplines.gate import everybody
from helplines.voices import speaking_to_a_stranger

VALID_FOR = timedelta(days=180)


@everybody
@require_safe
def security_txt(request: HttpRequest) -> HttpResponse:
    """`/.well-known/security.txt`: whom to write to, until when this counts, and in which languages."""
    expires = (timezone.now() + VALID_FOR).replace(hour=0, minute=0, second=0, microsecond=0)
    lines = [
        f"Contact: mailto:{settings.SECURITY_CONTACT}",
        f"Contact: {settings.ORIGIN}{reverse('security')}",
        f"Expires: {expires.isoformat().replace('+00:00', 'Z')}",
        "Preferred-Languages: nl, en",
        f"Canonical: {settings.ORIGIN}{reverse('security_txt')}",
        f"Policy: {settings.ORIGIN}{reverse('security')}",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@everybody
@require_safe
def security(request: HttpRequest) -> HttpResponse:
    """How to tell of a security problem or of misuse, and what happens then."""
    with speaking_to_a_stranger(request):
        return render(request, "complaints/security.html", {"contact": settings.SECURITY_CONTACT})
