"""Addresses of the sockets. No code and no secret stands in an address (security goal D5)."""

from django.urls import path

from chat.consumers import DeskConsumer, VisitorConsumer

websocket_urlpatterns = [
    path("ws/<slug:organisation>/desk/", DeskConsumer.as_asgi()),
    path("ws/<slug:organisation>/<slug:line>/visitor/", VisitorConsumer.as_asgi()),
]
