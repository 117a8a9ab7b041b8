"""The page that stands for an organisation's own website, strict about what it lets in (L01, E1)."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language_info
from django.views.decorators.http import require_safe

from config.demo.seed import site_text
from config.demo.sites import example_site
from helplines.gate import line_page
from helplines.models import Line
from helplines.voices import speaking


def host_policy() -> str:
    """What a strict organisation allows its own page: itself, and our one origin for the button and the talk."""
    ours = settings.ORIGIN
    return (
        f"default-src 'none'; script-src {ours}; frame-src {ours}; connect-src {ours}; "
        "style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'"
    )


@require_safe
@line_page
def site(request: HttpRequest, line: Line) -> HttpResponse:
    """A calm page of an organisation with the one tag that puts the button on it, in a language of the line."""
    if f"{request.scheme}://{request.get_host()}" != settings.DEMO_SITE_ORIGIN:
        return redirect(example_site(line).page)
    asked = request.GET.get("lang", "")
    language = asked if asked in line.spoken else line.spoken[0]
    context = {
        "line": line,
        "organisation": line.organisation,
        "language": language,
        "languages": [(each, get_language_info(each)["name_local"].capitalize()) for each in line.spoken],
        "text": site_text(line, language),
        "about": (line.organisation.about or {}).get(language, ""),
        "origin": settings.ORIGIN,
        "chat": example_site(line).chat,
    }
    with speaking(line, language):
        response = render(request, "demo/site.html", context)
    response["Content-Security-Policy"] = host_policy()
    return response
