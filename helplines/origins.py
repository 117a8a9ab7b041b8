"""Our own address as browsers send it: whatever comes without a token must come from a page of ours."""

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest

_USUAL_PORTS = {"http": 80, "https": 443}


def as_browsers_send_it(address: str) -> bytes:
    """An address as a browser writes it in `Origin`: small letters, no path, no port where it is the usual one."""
    parts = urlsplit(address)
    scheme, host = parts.scheme.lower(), parts.hostname or ""
    host = f"[{host}]" if ":" in host else host
    port = "" if parts.port in {None, _USUAL_PORTS.get(scheme)} else f":{parts.port}"
    return f"{scheme}://{host}{port}".encode()


def is_from_our_page(request: HttpRequest) -> bool:
    """Whether the one `Origin` of this request is ours to the byte; two of them arrive as one with a comma."""
    return request.headers.get("Origin", "").encode() == as_browsers_send_it(settings.ORIGIN)
