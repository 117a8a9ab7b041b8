"""The door itself: a socket that is nowhere is refused, and only the desk's handshake meets a session."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from channels.testing import WebsocketCommunicator
from django.conf import settings
from django.urls import get_resolver

from config import asgi
from config.answers import GivenAgain
from config.asgi import SessionsForTheDesk, application
from config.turns import PAGES, SLOW, SLOW_PAGES, Turns
from helplines.validators import RESERVED


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
        ("POST", "/admin/embedding/1/2/", "slow_pages"),
        ("GET", "/admin/mail/1/", "slow_pages"),
        ("GET", "/reports/caw/of/talks/2026-11/", "slow_pages"),
        ("GET", "/audit/caw/week/", "slow_pages"),
        ("GET", "/admin/helplines/line/1/change/", "other_pages"),
        ("POST", "/opening/caw/ask/", "other_pages"),
        ("GET", "/desk/caw/registrations/", "other_pages"),
        ("POST", "/poll/caw/caw-online/visitor/", "polls"),
        ("GET", "/livez", "pages"),
        ("GET", "/readyz", "pages"),
        ("GET", "/metrics", "pages"),
    ],
)
def test_each_kind_of_request_has_a_door_of_its_own(method: str, path: str, door: str) -> None:
    assert asgi.door_of(method, path) is getattr(asgi, door)


def test_visitor_waits_behind_no_slow_page_of_an_administrator(monkeypatch: pytest.MonkeyPatch) -> None:
    """A10: as many look at their sites, and read reports, as all pages together have places; a visitor opens the chat."""

    async def talk() -> set[str]:
        came: set[str] = set()
        never = asyncio.Event()

        async def pages(scope: dict[str, Any], receive: Any, send: Any) -> None:
            came.add(scope["path"])
            if not scope["path"].startswith("/caw/"):
                await never.wait()

        monkeypatch.setattr(asgi.slow_pages, "application", pages)
        monkeypatch.setattr(asgi.other_pages, "application", pages)
        paths = [f"/admin/embedding/1/{line}/" for line in range(PAGES)]
        paths += [f"/reports/caw/of/talks/2026-{month:02}/" for month in range(1, PAGES + 1)]
        asked = [asyncio.ensure_future(asgi.pages_and_polls({"method": "GET", "path": path}, None, None))
                 for path in [*paths, "/caw/online/"]]  # fmt: skip
        await asyncio.sleep(0.05)
        for one in asked:
            one.cancel()
        await asyncio.gather(*asked, return_exceptions=True)
        return came

    came = asyncio.run(talk())
    assert "/caw/online/" in came
    assert len(came) == 1 + SLOW


def test_addresses_of_slow_pages_are_those_of_the_program() -> None:
    """A page that moves does not fall back among the visitors' pages unseen, and none of a visitor is among the slow ones."""

    def walk(patterns: Any, before: str = "/") -> Iterator[str]:
        for one in patterns:
            here = before + str(one.pattern)
            yield from walk(one.url_patterns, here) if hasattr(one, "url_patterns") else [here]

    known = list(walk(get_resolver().url_patterns))
    for page in SLOW_PAGES:
        assert any(address.startswith(page) for address in known), page
        assert page.split("/")[1] in RESERVED


def test_pages_leave_connections_to_the_talks() -> None:
    """G6: what pages can take together, and the threads of talks, are no more than a process has."""
    doors = [asgi.signing_in, asgi.other_pages, asgi.status_answers.application, asgi.slow_pages]
    assert all(isinstance(door, Turns) for door in doors)
    in_pages = sum(door.at_once for door in doors if isinstance(door, Turns))
    in_talks = 4 + 2 + 1 + 2 + 2 + 1 + 1  # chat.lanes, and the writer
    assert in_pages + in_talks <= 24  # DATABASE_POOL
