"""Fetching one page of an organisation's own site, from the server, without becoming a way into our own network.

Only a site that the line allows, over https on its usual port, at an address that is public; we speak to the very
address that was judged, so that a name cannot change its mind in between. No redirect is followed. At most five seconds
and 512 KiB, and nothing of the page is shown: only whether the tag stands in it.
"""

import contextlib
import http.client
import socket
import ssl
import threading
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import NamedTuple
from urllib.parse import urlsplit

from django.conf import settings

from helplines.origins import as_browsers_send_it

SECONDS, LARGEST = 5.0, 512 * 1024
# Ways to write another network's address, or an IPv4 one, as a public IPv6 one.
# Ways into another network, and blocks that are nobody's and that some versions of Python call public.
BLOCKS = "64:ff9b::/96 64:ff9b:1::/48 2001::/32 2002::/16 fec0::/10 3fff::/20 192.0.0.0/24 192.88.99.0/24"
CLOSED = [ip_network(block) for block in BLOCKS.split()]
Address = IPv4Address | IPv6Address


class NotFetched(Exception):
    """`code` says why there is no page."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


class Fetched(NamedTuple):
    """A page as it came."""

    status: int
    policies: list[str]
    body: str


Fetcher = Callable[[str], Fetched]


def no_page(url: str) -> Fetched:
    """The twin that asks nobody: for tests."""
    raise NotFetched("unreachable")


def page_of(url: str, sites: list[str], fetch: Fetcher | None = None) -> Fetched:
    """A page on one of these sites. Raises NotFetched."""
    try:
        parts = urlsplit(url)
        site = as_browsers_send_it(url).decode()
    except ValueError:
        raise NotFetched("not_allowed") from None
    if site not in {as_browsers_send_it(entry).decode() for entry in sites} or parts.username is not None:
        raise NotFetched("not_allowed")
    if not is_example(site) and (parts.scheme != "https" or parts.port not in {None, 443}):
        raise NotFetched("not_https")
    return (fetch or fetched)(url)


def is_example(site: str) -> bool:
    """The example site of the demo stands on this machine."""
    return bool(settings.DEMO and settings.DEMO_SITE_ORIGIN and site == settings.DEMO_SITE_ORIGIN)


def fetched(url: str) -> Fetched:
    """Ask for the page itself. Raises NotFetched."""
    parts = urlsplit(url)
    host, is_local = parts.hostname or "", is_example(as_browsers_send_it(url).decode())
    port = parts.port or (443 if parts.scheme == "https" else 80)
    address = public_address(host, port, is_local=is_local)
    try:
        with socket.create_connection((str(address), port), timeout=SECONDS) as plain:
            return asked(plain, host, parts.scheme == "https", parts.netloc, parts.path or "/", parts.query)
    except (OSError, http.client.HTTPException, ValueError):
        raise NotFetched("unreachable") from None


def asked(plain: socket.socket, host: str, is_safe: bool, netloc: str, path: str, query: str) -> Fetched:
    """One question over a connection that stands; after five seconds it is cut, however slowly the answer drips."""
    over = threading.Event()
    cut = threading.Timer(SECONDS, hang_up, [plain, over])
    cut.daemon = True
    cut.start()
    try:
        line = ssl.create_default_context().wrap_socket(plain, server_hostname=host) if is_safe else plain
        connection = http.client.HTTPConnection(host)
        connection.sock = line
        target = f"{path}?{query}" if query else path
        headers = {"Host": netloc, "Accept": "text/html", "User-Agent": "toeverlaat-check", "Connection": "close"}
        connection.request("GET", target, headers=headers)
        answer = connection.getresponse()
        policies = answer.headers.get_all("Content-Security-Policy") or []
        body = answer.read(LARGEST).decode("utf-8", "replace") if answer.status == 200 else ""
        if over.is_set():
            raise TimeoutError
        return Fetched(answer.status, list(policies), body)
    finally:
        cut.cancel()


def hang_up(line: socket.socket, over: threading.Event) -> None:
    over.set()
    with contextlib.suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)


def public_address(host: str, port: int, *, is_local: bool = False) -> Address:
    """Where a name leads, if every one of its addresses is public. Raises NotFetched."""
    try:
        found = [ip_address(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    except (OSError, ValueError, UnicodeError):
        raise NotFetched("unreachable") from None
    if not found:
        raise NotFetched("unreachable")
    if not is_local and not all(is_public(address) for address in found):
        raise NotFetched("not_public")
    # The example listens on IPv4 alone.
    return next((address for address in found if address.version == 4), found[0])


def is_public(address: Address) -> bool:
    inner = getattr(address, "ipv4_mapped", None) or address
    if any(inner in block for block in CLOSED):
        return False
    return bool(inner.is_global and not inner.is_multicast and not inner.is_reserved)
