"""The visitor's page, whole or in the frame on an organisation's site."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from chat import queries, wire
from chat.strings import visitor as words
from chat.views.around import around, exit_of, names_of
from chat.views.languages import language_for
from helplines import afterwards
from helplines import queries as promises
from helplines.fields import best_language, in_language
from helplines.gate import line_page
from helplines.models import Branch, Line
from helplines.otherwise import otherwise_in_words
from helplines.policies import PolicyValues
from helplines.voices import speaking

LINE_TEXTS = ("opening", "busy", "closed", "farewell")
ORGANISATION_TEXTS = ("about", "secrecy")


@require_safe
@line_page
def chat(request: HttpRequest, line: Line) -> HttpResponse:
    """The chat as a page of its own; no site may frame it.

    With `tab` a button opened it that lets us know its page, so that a quick exit can take that page along: the two stay
    connected, and each can send the other elsewhere. Neither reads the other.
    """
    response = page(request, line, embedded=False)
    if "tab" in request.GET:
        response["Cross-Origin-Opener-Policy"] = "unsafe-none"
    return response


@require_safe
@line_page
def frame(request: HttpRequest, line: Line) -> HttpResponse:
    """The chat inside a frame, on the sites that the organisation listed and nowhere else (security goal E4)."""
    response = page(request, line, embedded=True)
    response._csp_replace = {"frame-ancestors": line.origins or ["'none'"]}  # type: ignore[attr-defined]
    response.xframe_options_exempt = True
    return response


def page(request: HttpRequest, line: Line, *, embedded: bool) -> HttpResponse:
    language = language_for(request, line)
    with speaking(line, language):
        response = render(request, "chat/visitor.html", context(line, language, embedded))
    response["Referrer-Policy"] = "no-referrer"
    return response


def context(line: Line, language: str, embedded: bool) -> dict[str, Any]:
    organisation = line.organisation
    now = timezone.now()
    policy = promises.policy_for(line, now)
    status = queries.line_status(line, language, now)
    texts = {name: line.text(name, language) for name in LINE_TEXTS}
    texts |= {
        name: in_language(getattr(organisation, name), language, organisation.first_language)
        for name in ORGANISATION_TEXTS
    }
    return {
        **around(line, language),
        "embedded": embedded,
        "texts": {**texts, **promises.promise_texts(line, language, policy)},
        "said_in": {**said_in(line, language), **promises.promise_languages(line, language, policy)},
        "policy": policy,
        "reading": promises.reading_said(policy),
        "questions": promises.questions_shown(policy, language),
        "asks_nickname": any(question.kind == "nickname" for question in policy.questions),
        "branches": list(Branch.objects.filter(organisation=organisation)),
        "hours": promises.hours_in_words(line, language),
        "otherwise": otherwise_in_words(line, language, now),
        "status": status,
        "afterwards": afterwards.of(line),
        "config": config(line, language, policy, embedded),
    }


def said_in(line: Line, language: str) -> dict[str, str]:
    """In which language each of the organisation's own texts is: not always that of the page (WCAG 3.1.2)."""
    texts = {name: getattr(line, name) for name in LINE_TEXTS}
    texts |= {name: getattr(line.organisation, name) for name in ORGANISATION_TEXTS}
    return {name: best_language(text, language, line.organisation.first_language) for name, text in texts.items()}


def config(line: Line, language: str, policy: PolicyValues, embedded: bool) -> dict[str, Any]:
    """What the page's script needs to know; nothing in it is about the visitor."""
    names, strings = names_of(line), words.strings()
    if line.text("farewell", language):
        # The organisation thanks in its own words: once is enough.
        strings["thanks"] = ""
    return {
        "socket": f"/ws/{names['organisation']}/{names['line']}/visitor/",
        "status": f"{reverse('status', kwargs=names)}?lang={language}",
        "leave": reverse("leave", kwargs=names),
        "exit": exit_of(line.organisation, language),
        "language": language,
        "embedded": embedded,
        "origins": line.origins if embedded else [],
        "max_text": wire.TEXT_LENGTH,
        "soft_minutes": policy.soft_minutes,
        "rejoin_minutes": policy.rejoin_minutes,
        "strings": strings,
    }
