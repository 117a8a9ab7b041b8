"""Where a request comes from: the one place that knows which headers of which proxies to believe (D01, D02)."""

from ipaddress import IPv6Address, ip_address
from typing import Any

from django.conf import settings


def client_address(seen: str, claimed: str) -> str:
    """The address that our own outermost proxy saw; what a client writes itself in a header is never believed."""
    forwarded = [part.strip() for part in claimed.split(",") if part.strip()]
    chain = [*forwarded, seen]
    believed = min(int(settings.TRUSTED_PROXIES), len(chain) - 1)
    return chain[-1 - believed]


def seen_and_claimed(scope: dict[str, Any]) -> tuple[str, str]:
    """Who stands at the other end of an ASGI connection, and what X-Forwarded-For says of it."""
    claimed = b",".join(value for name, value in scope["headers"] if name.lower() == b"x-forwarded-for")
    return (scope.get("client") or ("",))[0], claimed.decode("latin-1")


def address_of(scope: dict[str, Any]) -> str:
    """The address of a client in one way of writing, or "" where there is none. To be sealed at once, never to be kept."""
    return written(client_address(*seen_and_claimed(scope)))


def written(address: str) -> str:
    """An address in its one short form: IPv4 also where it came inside IPv6, and no name of a network card."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return ""
    inner = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return str(inner or found)
