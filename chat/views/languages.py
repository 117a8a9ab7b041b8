"""Which language a visitor gets: the one they ask for, else the browser's, else the line's own."""

from django.http import HttpRequest
from django.utils.translation.trans_real import parse_accept_lang_header

from helplines.models import Line


def language_for(request: HttpRequest, line: Line) -> str:
    """One of the line's languages. Nothing is remembered: no cookie, no session."""
    asked = request.GET.get("lang", "")[:8]
    preferred = [
        code.split("-")[0] for code, _quality in parse_accept_lang_header(request.headers.get("Accept-Language", ""))
    ]
    return next((code for code in [asked, *preferred] if code in line.spoken), line.spoken[0])
