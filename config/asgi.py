"""The one door for servers: pages go to Django, sockets and polling visitors to the talk."""

import os
from collections.abc import Awaitable
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from django.core.asgi import get_asgi_application

pages = get_asgi_application()

from channels.auth import AuthMiddlewareStack  # noqa: E402
from channels.layers import get_channel_layer  # noqa: E402
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from django.urls import re_path  # noqa: E402

from chat.routing import poll_urlpatterns, websocket_urlpatterns  # noqa: E402
from config.answers import ENDING, GivenAgain  # noqa: E402
from config.checks import refuse_unsafe_start  # noqa: E402
from config.origins import Application, ExactOrigin, refuse  # noqa: E402
from config.turns import PAGES, SIGNING_IN, SLOW, SLOW_PAGES, STATUSES, Turns  # noqa: E402

refuse_unsafe_start()
# What speaks with Redis takes a second to load: now, and not while the first visitor and all others wait for it.
get_channel_layer()


class SessionsForTheDesk:
    """Reads the session for a counsellor's socket alone; a visitor's cookies are not even parsed."""

    def __init__(self, application: Application) -> None:
        self.plain, self.signed_in = application, AuthMiddlewareStack(application)

    def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> Awaitable[Any]:
        wanted = self.signed_in if scope["path"].endswith("/desk/") else self.plain
        return wanted(scope, receive, send)


# An address without a socket is refused like a foreign origin, and leaves no trace in the log.
sockets = URLRouter([*websocket_urlpatterns, re_path("", refuse)])  # type: ignore[arg-type]
status_answers = GivenAgain(Turns(pages, STATUSES))
# A password takes long: who waits for one stands in nobody's way.
signing_in = Turns(pages, SIGNING_IN)
# Nor does who waits for a site or a report: those are staff, and the page of a visitor waits behind none of them.
slow_pages = Turns(pages, SLOW)
other_pages = Turns(pages, PAGES)
# Whoever asks whether we are well must hear it, however many wait.
UNWAITING = frozenset({"/livez", "/readyz", "/metrics"})
polls = ExactOrigin(URLRouter([*poll_urlpatterns, re_path("", refuse)]))  # type: ignore[arg-type]


def door_of(method: str, path: str) -> Application:
    """A talk over HTTP meets no session, no cookie and no middleware: its door is the same as a socket's."""
    if path.startswith("/poll/"):
        return polls
    if path.endswith(ENDING):
        return status_answers
    if path in UNWAITING:
        return pages
    if path.startswith(SLOW_PAGES):
        return slow_pages
    return signing_in if method == "POST" and path.startswith("/account/") else other_pages


async def pages_and_polls(scope: dict[str, Any], receive: Any, send: Any) -> Any:
    return await door_of(scope["method"], scope["path"])(scope, receive, send)


application = ProtocolTypeRouter({"http": pages_and_polls, "websocket": ExactOrigin(SessionsForTheDesk(sockets))})
