"""Who may open a socket, or poll: pages of our own origin and nobody else (security goal E2)."""

from collections.abc import Awaitable, Callable
from typing import Any

from django.conf import settings

from helplines.origins import as_browsers_send_it

Application = Callable[[Any, Any, Any], Awaitable[Any]]


def origins_of(scope: dict[str, Any]) -> list[bytes]:
    """Every `Origin` header of a handshake or request; a browser sends exactly one."""
    return [value for name, value in scope.get("headers", []) if name.lower() == b"origin"]


async def refuse(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Ends a handshake before it is accepted, or a request unread; the browser is answered 403."""
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 403, "headers": [(b"cache-control", b"no-store")]})
        await send({"type": "http.response.body", "body": b""})
        return
    await receive()
    await send({"type": "websocket.close", "code": 4403})


class ExactOrigin:
    """Refuses a handshake with 403, before it is accepted, unless its one `Origin` is ours to the byte.

    Channels' `AllowedHostsOriginValidator` is not enough: it lets another scheme and another port in.
    """

    def __init__(self, application: Application) -> None:
        self.application = application

    def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> Awaitable[Any]:
        """Gives what is to be awaited: a step in between would be kept for as long as each socket is open."""
        is_ours = origins_of(scope) == [as_browsers_send_it(settings.ORIGIN)]
        return (self.application if is_ours else refuse)(scope, receive, send)
