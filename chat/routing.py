"""Addresses of the sockets. No code and no secret stands in an address (security goal D5)."""

from django.urls import path

from chat.consumers import DeskConsumer, PollConsumer, VisitorConsumer

websocket_urlpatterns = [
    path("ws/<slug:organisation>/desk/", DeskConsumer.as_asgi()),
    path("ws/<slug:organisation>/<slug:line>/visitor/", VisitorConsumer.as_asgi()),
]
# Where WebSockets are blocked, a visitor (and nobody else) says and hears the same over HTTP.
poll_urlpatterns = [
    path("poll/<slug:organisation>/<slug:line>/visitor/", PollConsumer.as_asgi()),  # type: ignore[arg-type]
]
