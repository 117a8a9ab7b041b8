"""Where somebody was going before something else was asked of them."""

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme


def safe_goal(request: HttpRequest, wanted: str) -> str:
    """This address if it is a page of ours, else nothing."""
    ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if ours else ""
