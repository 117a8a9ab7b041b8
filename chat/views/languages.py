"""Which language a visitor gets: the one they ask for, else the browser's, else the line's own."""

from django.http import HttpRequest

from helplines.models import Line
from helplines.voices import wished


def language_for(request: HttpRequest, line: Line) -> str:
    """One of the line's languages. Nothing is remembered: no cookie, no session."""
    return next((code for code in wished(request) if code in line.spoken), line.spoken[0])
