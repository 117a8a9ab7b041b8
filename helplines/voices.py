"""How our sentences speak to a visitor where a language has two ways: "je" or "u" in Dutch.

A formal voice is a catalogue of its own (`locale/nl_Formal`) with only what differs from the language; the rest comes from
there. It is nothing that a visitor can choose: `settings.LANGUAGES` and the languages of a line do not have it, so no
address, header or cookie leads to it, and a page says in its `lang` what language it is in. People who work here are
spoken to as the language does by itself. Source: ux-goals, "Look and voice".
"""

from contextlib import AbstractContextManager, nullcontext

from django.conf import settings
from django.http import HttpRequest
from django.utils import translation
from django.utils.translation.trans_real import parse_accept_lang_header

from helplines.models.organisation import Line

# Languages of which we have a formal voice, with the name under which Django finds its catalogue.
FORMAL = {"nl": "nl-formal"}


def voice(line: Line, language: str) -> str:
    """The catalogue for visitors of this line who read this language; the language itself where there is one way only."""
    return FORMAL.get(language, language) if line.is_formal else language


def wished(request: HttpRequest) -> list[str]:
    """The languages that somebody asks for, best first: the one in the address, then those of the browser."""
    header = request.headers.get("Accept-Language", "")
    return [
        request.GET.get("lang", "")[:8],
        *(code.split("-")[0] for code, _quality in parse_accept_lang_header(header)),
    ]


def speaking_to_a_stranger(request: HttpRequest) -> AbstractContextManager[None]:
    """For a page that belongs to no line: inside, every sentence is in a language that visitors can be spoken to in.

    Who signed in reads a language of staff (`settings.LANGUAGES`); visitors have no session, and so no cookie of one.
    """
    if settings.SESSION_COOKIE_NAME in request.COOKIES:
        return nullcontext()
    known = dict(settings.CONTENT_LANGUAGES)
    return translation.override(next((code for code in wished(request) if code in known), translation.get_language()))


def speaking(line: Line, language: str) -> AbstractContextManager[None]:
    """Inside, every sentence is as visitors of this line read it in this language."""
    return translation.override(voice(line, language))
