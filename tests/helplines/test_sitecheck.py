"""Fetching a page from the server: never from our own network, never for long, never much."""

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from ipaddress import ip_address
from typing import Any

import pytest

from helplines import sitecheck
from helplines.sitecheck import NotFetched

PUBLIC = "93.184.215.14"


def leads_to(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    def found(host: str, port: int, **given: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", found)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",  # noqa: S104
        "255.255.255.255", "::1", "::", "fe80::1", "fc00::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::a00:1",
        "2002:7f00:1::", "2001:0:a00:1::", "ff02::1", "64:ff9b:1::1",
        "fec0::1", "3fff::1", "192.0.0.8", "192.88.99.1", "::ffff:192.0.0.8",
    ],
)  # fmt: skip
def test_address_of_our_own_network_is_never_asked(monkeypatch, address):
    assert not sitecheck.is_public(ip_address(address))
    for addresses in ([address], [PUBLIC, address]):
        leads_to(monkeypatch, *addresses)
        monkeypatch.setattr(socket, "create_connection", lambda *given, **more: pytest.fail("It asked"))
        with pytest.raises(NotFetched) as refusal:
            sitecheck.fetched("https://www.example.org/")
        assert refusal.value.code == "not_public"


def test_the_address_that_was_judged_is_the_one_that_is_asked(monkeypatch):
    asked = []

    def connect(address: tuple[str, int], **given: Any) -> Any:
        asked.append(address)
        raise ConnectionRefusedError

    leads_to(monkeypatch, PUBLIC)
    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(NotFetched) as refusal:
        sitecheck.fetched("https://www.example.org/help/")
    assert (asked, refusal.value.code) == ([(PUBLIC, 443)], "unreachable")


def test_name_that_leads_nowhere_is_unreachable(monkeypatch):
    def nowhere(*given: Any, **more: Any) -> Any:
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", nowhere)
    with pytest.raises(NotFetched) as refusal:
        sitecheck.fetched("https://www.example.org/")
    assert refusal.value.code == "unreachable"


@pytest.fixture
def answering(settings: Any) -> Iterator[Callable[[Callable[[socket.socket], None]], str]]:
    """A site on this machine that answers one question in the given way; it stands for the example site of the demo."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        threads: list[threading.Thread] = []

        def start(answer: Callable[[socket.socket], None]) -> str:
            def serve() -> None:
                line, _address = server.accept()
                with line:
                    line.recv(4096)
                    answer(line)

            threads.append(threading.Thread(target=serve, daemon=True))
            threads[0].start()
            settings.DEMO, settings.DEMO_SITE_ORIGIN = True, f"http://localhost:{server.getsockname()[1]}"
            return str(settings.DEMO_SITE_ORIGIN)

        yield start
        for thread in threads:
            thread.join(5)


def test_page_of_the_example_is_fetched_with_its_policies(answering):
    head = (
        b"HTTP/1.1 200 OK\r\nContent-Security-Policy: default-src 'none'\r\nContent-Security-Policy: img-src *\r\n\r\n"
    )
    site = answering(lambda line: line.sendall(head + b"<p>caf\xc3\xa9"))
    assert sitecheck.page_of(f"{site}/demo/", [site]) == (200, ["default-src 'none'", "img-src *"], "<p>café")


def test_redirect_is_not_followed(answering):
    site = answering(lambda line: line.sendall(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\n\r\n"))
    assert sitecheck.page_of(f"{site}/", [site]) == (302, [], "")


def test_of_a_large_page_only_the_first_part_is_read(answering):
    def flood(line: socket.socket) -> None:
        with contextlib.suppress(OSError):
            line.sendall(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * (2 * sitecheck.LARGEST))

    site = answering(flood)
    assert len(sitecheck.page_of(f"{site}/", [site]).body) == sitecheck.LARGEST


def test_page_that_drips_is_cut(answering, monkeypatch):
    monkeypatch.setattr(sitecheck, "SECONDS", 0.3)
    over = threading.Event()

    def drip(line: socket.socket) -> None:
        with contextlib.suppress(OSError):
            line.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
            while not over.wait(0.05):
                line.sendall(b"x")

    site = answering(drip)
    began = time.monotonic()
    with pytest.raises(NotFetched):
        sitecheck.page_of(f"{site}/", [site])
    over.set()
    assert time.monotonic() - began < 3


def test_what_is_no_answer_is_unreachable(answering):
    site = answering(lambda line: line.sendall(b"SSH-2.0-hello\r\n"))
    with pytest.raises(NotFetched):
        sitecheck.page_of(f"{site}/", [site])


def test_example_is_no_way_in_without_the_demo(settings):
    settings.DEMO, settings.DEMO_SITE_ORIGIN = False, "http://localhost:1"
    with pytest.raises(NotFetched) as refusal:
        sitecheck.page_of("http://localhost:1/", ["http://localhost:1"], sitecheck.no_page)
    assert refusal.value.code == "not_https"
