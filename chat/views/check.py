"""The page that shows a visitor, or the helpline's support, what works and what is blocked (A14)."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from chat.strings import check as words
from chat.views.around import exit_of, names_of, visitor_page
from chat.views.languages import language_for
from helplines.gate import line_page
from helplines.models import Line
from helplines.voices import speaking


@require_safe
@line_page
def check(request: HttpRequest, line: Line) -> HttpResponse:
    """It begins no talk, and nothing that it finds comes back to us: the visitor may copy it."""
    response = visitor_page(request, "chat/check.html", line, {"config": config(line, language_for(request, line))})
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def config(line: Line, language: str) -> dict[str, Any]:
    names = names_of(line)
    with speaking(line, language):
        strings = words.strings()
    return {
        "socket": f"/ws/{names['organisation']}/{names['line']}/visitor/",
        "status": f"{reverse('status', kwargs=names)}?lang={language}",
        "exit": exit_of(line.organisation, language),
        "now": int(timezone.now().timestamp() * 1000),
        "title": f"{line.organisation.name}, {line.name}",
        "strings": strings,
    }
