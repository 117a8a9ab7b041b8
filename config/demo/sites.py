"""Example pages that stand for the organisations' own websites, on another origin than the chat (L01, E1)."""

from typing import NamedTuple

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.views.decorators.http import require_safe

from config.demo.seed import site_text
from helplines.gate import line_page
from helplines.models import Line
from helplines.tenancy import across_organisations


class ExampleSite(NamedTuple):
    """Where one chat line of the example can be found."""

    organisation: str
    slug: str
    name: str
    page: str
    chat: str


def example_sites() -> list[ExampleSite]:
    """The example page and the full-page chat of every chat line."""
    with across_organisations():  # the list of all examples is for everybody
        lines = list(Line.objects.chats().select_related("organisation"))
    return [example_site(line) for line in lines]


def example_site(line: Line) -> ExampleSite:
    where = f"/{line.organisation.slug}/{line.slug}/"
    return ExampleSite(
        line.organisation.name,
        line.slug,
        line.name,
        f"{settings.DEMO_SITE_ORIGIN}/demo{where}",
        f"{settings.ORIGIN}{where}",
    )


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
    """A calm page of an organisation with the one tag that puts the button on it, in Dutch or English."""
    if f"{request.scheme}://{request.get_host()}" != settings.DEMO_SITE_ORIGIN:
        return redirect(example_site(line).page)
    language = "en" if request.GET.get("lang") == "en" else "nl"
    context = {
        "line": line,
        "organisation": line.organisation,
        "language": language,
        "text": site_text(line, language),
        "about": (line.organisation.about or {}).get(language, ""),
        "origin": settings.ORIGIN,
        "chat": settings.ORIGIN + reverse("chat", args=[line.organisation.slug, line.slug]),
    }
    with translation.override(language):
        response = render(request, "demo/site.html", context)
    response["Content-Security-Policy"] = host_policy()
    return response
