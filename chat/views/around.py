"""What stands around every page of a visitor: whose it is, the languages, the numbers and the way out."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from chat.views.languages import language_for
from helplines import queries
from helplines.models import Line, Organisation
from helplines.voices import speaking


def visitor_page(request: HttpRequest, template: str, line: Line, context: dict[str, Any]) -> HttpResponse:
    """A page for visitors of this line, in a language of theirs; nobody hears from where somebody went on."""
    language = language_for(request, line)
    with speaking(line, language):
        response = render(request, template, {**around(line, language), **context})
    response["Referrer-Policy"] = "no-referrer"
    return response


def around(line: Line, language: str) -> dict[str, Any]:
    names = dict(settings.CONTENT_LANGUAGES)
    return {
        "organisation": line.organisation,
        "line": line,
        "language": language,
        "languages": [(code, names.get(code, code)) for code in line.spoken],
        "emergency": queries.emergency_numbers(line.organisation, language),
        "exit_url": exit_of(line.organisation, language),
    }


def exit_of(organisation: Organisation, language: str) -> str:
    """Where a quick exit leads: the page that the organisation chose, or our own empty one, which shows nothing."""
    return organisation.exit_url or f"{settings.ORIGIN}{reverse('blank')}?lang={language}"


def names_of(line: Line) -> dict[str, str]:
    """The parts of the addresses of this line."""
    return {"organisation": line.organisation.slug, "line": line.slug}
