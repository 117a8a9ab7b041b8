"""The door itself: a socket that is nowhere is refused, and only the desk's handshake meets a session."""

import asyncio
from typing import Any

import pytest
from channels.testing import WebsocketCommunicator
from django.conf import settings

from config import asgi
from config.answers import GivenAgain
from config.asgi import SessionsForTheDesk, application
from config.turns import Turns


@pytest.mark.parametrize("path", ["/ws/nope/", "/", "/ws/caw/caw-online/visitor/extra/", "/desk/"])
def test_socket_that_is_nowhere_is_refused(path: str) -> None:
    async def talk() -> tuple[bool, int | None]:
        headers = [(b"origin", settings.ORIGIN.encode())]
        return await WebsocketCommunicator(application, path, headers=headers).connect()  # type: ignore[no-any-return]

    assert asyncio.run(talk()) == (False, 4403)


@pytest.mark.parametrize(
    ("path", "known"),
    [("/ws/caw/caw-online/visitor/", []), ("/ws/caw/desk/", ["cookies", "session", "user"])],
)
@pytest.mark.django_db
def test_session_is_read_for_the_desk_alone(path: str, known: list[str]) -> None:
    seen: list[str] = []

    async def inner(scope: dict[str, Any], receive: Any, send: Any) -> None:
        seen.extend(sorted({"cookies", "session", "user"} & set(scope)))

    scope = {"type": "websocket", "path": path, "headers": []}
    asyncio.run(SessionsForTheDesk(inner)(scope, None, None))
    assert seen == known


def test_the_status_of_a_line_is_given_again_and_a_page_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    async def pages(scope: dict[str, Any], receive: Any, send: Any) -> None:
        asked.append(scope["path"])
        await send(
            {"type": "http.response.start", "status": 200, "headers": [(b"Cache-Control", b"public, max-age=10")]}
        )
        await send({"type": "http.response.body", "body": b""})

    async def nothing(event: dict[str, Any]) -> None:
        pass

    monkeypatch.setattr(asgi, "other_pages", pages)
    monkeypatch.setattr(asgi, "status_answers", GivenAgain(pages))
    for path in ["/caw/online/status.json", "/caw/online/"] * 2:
        scope = {"type": "http", "method": "GET", "scheme": "http", "path": path, "query_string": b"", "headers": []}
        asyncio.run(application(scope, None, nothing))
    assert asked == ["/caw/online/status.json", "/caw/online/", "/caw/online/"]


@pytest.mark.parametrize(
    ("method", "path", "door"),
    [
        ("POST", "/account/login/", "signing_in"),
        ("GET", "/account/login/", "other_pages"),
        ("POST", "/caw/caw-online/", "other_pages"),
        ("GET", "/caw/caw-online/status.json", "status_answers"),
        ("POST", "/poll/caw/caw-online/visitor/", "polls"),
        ("GET", "/livez", "pages"),
        ("GET", "/readyz", "pages"),
        ("GET", "/metrics", "pages"),
    ],
)
def test_each_kind_of_request_has_a_door_of_its_own(method: str, path: str, door: str) -> None:
    assert asgi.door_of(method, path) is getattr(asgi, door)


def test_pages_leave_connections_to_the_talks() -> None:
    """G6: what pages can take together, and the threads of talks, are no more than a process has."""
    doors = [asgi.signing_in, asgi.other_pages, asgi.status_answers.application]
    assert all(isinstance(door, Turns) for door in doors)
    in_pages = sum(door.at_once for door in doors if isinstance(door, Turns))
    in_talks = 4 + 2 + 1 + 2 + 1 + 1  # chat.lanes, and the writer
    assert in_pages + in_talks <= 20  # DATABASE_POOL
