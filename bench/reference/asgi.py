"""The usual door."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.reference.settings")

from django.core.asgi import get_asgi_application

pages = get_asgi_application()

from channels.auth import AuthMiddlewareStack  # noqa: E402
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from django.urls import path  # noqa: E402

from bench.reference.consumers import ChatConsumer  # noqa: E402

sockets = URLRouter([path("ws/<int:conversation>/<str:party>/", ChatConsumer.as_asgi())])
application = ProtocolTypeRouter({"http": pages, "websocket": AuthMiddlewareStack(sockets)})
