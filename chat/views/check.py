"""The page that shows a visitor, or the helpline's support, what works and what is blocked (A14)."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.views.decorators.http import require_safe

from chat.strings import check as words
from chat.views.languages import language_for
from chat.views.visitor import exit_of
from helplines import queries as promises
from helplines.gate import line_page
from helplines.models import Line


@require_safe
@line_page
def check(request: HttpRequest, line: Line) -> HttpResponse:
    """It begins no talk, and nothing that it finds comes back to us: the visitor may copy it."""
    language = language_for(request, line)
    names = dict(settings.CONTENT_LANGUAGES)
    with translation.override(language):
        page = {
            "organisation": line.organisation,
            "line": line,
            "language": language,
            "languages": [(code, names.get(code, code)) for code in line.spoken],
            "emergency": promises.emergency_numbers(line.organisation, language),
            "exit_url": exit_of(line.organisation),
            "config": config(line, language),
        }
        response = render(request, "chat/check.html", page)
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def config(line: Line, language: str) -> dict[str, Any]:
    names = {"organisation": line.organisation.slug, "line": line.slug}
    return {
        "socket": f"/ws/{names['organisation']}/{names['line']}/visitor/",
        "status": f"{reverse('status', kwargs=names)}?lang={language}",
        "exit": exit_of(line.organisation),
        "now": int(timezone.now().timestamp() * 1000),
        "title": f"{line.organisation.name}, {line.name}",
        "strings": words.strings(),
    }
