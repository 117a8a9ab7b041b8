"""Who may open a socket: every row of the attack table, and the one origin that is ours."""

import asyncio
from typing import Any

import pytest

from config.origins import ExactOrigin
from helplines.origins import as_browsers_send_it

OURS = "http://127.0.0.1:8000"


def handshake(*origins: str, path: str = "/ws/caw/caw-online/visitor/") -> tuple[bool, list[dict[str, Any]]]:
    """Whether the application behind the wall was reached, and what the wall itself sent."""
    reached: list[bool] = []
    sent: list[dict[str, Any]] = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        reached.append(True)

    async def receive() -> dict[str, Any]:
        return {"type": "websocket.connect"}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    headers = [(b"origin", origin.encode()) for origin in origins]
    scope = {"type": "websocket", "path": path, "headers": headers}
    asyncio.run(ExactOrigin(application)(scope, receive, send))
    return bool(reached), sent


@pytest.fixture(autouse=True)
def origin(settings: Any) -> None:
    settings.ORIGIN = OURS


def test_our_own_origin_is_let_in() -> None:
    assert handshake(OURS) == (True, [])


@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "",
        "https://127.0.0.1:8000",
        "http://127.0.0.1",
        "http://127.0.0.1:80",
        "http://127.0.0.1:8001",
        "http://127.0.0.1:80000",
        "http://127.0.0.1:8000.evil.example",
        "http://127.0.0.1:8000@evil.example",
        "http://127.0.0.10:8000",
        "http://chat.127.0.0.1:8000",
        "http://27.0.0.1:8000",
        "http://localhost:8000",
        "HTTP://127.0.0.1:8000",
        "http://127.0.0.1:8000/",
        " http://127.0.0.1:8000",
    ],
)
def test_any_other_origin_is_refused_before_it_is_accepted(origin: str) -> None:
    assert handshake(origin) == (False, [{"type": "websocket.close", "code": 4403}])


def test_missing_origin_is_refused() -> None:
    assert handshake() == (False, [{"type": "websocket.close", "code": 4403}])


def test_two_origins_are_refused_even_when_one_is_ours() -> None:
    assert handshake(OURS, "http://evil.example")[0] is False
    assert handshake(OURS, OURS)[0] is False


@pytest.mark.parametrize("origin", ["https://CHAT.example.org", "https://example.org", "https://a.chat.example.org"])
def test_name_of_a_host_must_be_equal(settings: Any, origin: str) -> None:
    settings.ORIGIN = "https://chat.example.org"
    assert handshake(origin)[0] is False
    assert handshake("https://chat.example.org")[0] is True


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("https://Chat.Example.org", b"https://chat.example.org"),
        ("HTTPS://chat.example.org:443/", b"https://chat.example.org"),
        ("http://chat.example.org:80", b"http://chat.example.org"),
        ("http://chat.example.org:443", b"http://chat.example.org:443"),
        ("http://[::1]:8000", b"http://[::1]:8000"),
    ],
)
def test_origin_setting_is_read_as_browsers_send_it(written: str, sent: bytes) -> None:
    assert as_browsers_send_it(written) == sent


@pytest.mark.parametrize(
    ("origins", "status"), [([], 403), (["null"], 403), (["http://evil.example"], 403), ([OURS] * 2, 403)]
)
def test_request_from_another_origin_is_refused_unread(origins: list[str], status: int) -> None:
    sent: list[dict[str, Any]] = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        raise AssertionError("let in")

    async def receive() -> dict[str, Any]:
        raise AssertionError("read")

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    headers = [(b"origin", origin.encode()) for origin in origins]
    asyncio.run(ExactOrigin(application)({"type": "http", "headers": headers}, receive, send))
    assert [event.get("status") for event in sent] == [status, None]
