"""In the demo the same server has two names; each has its own part to play."""

from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

OF_THE_SITES = ("/demo/", "/static/")


class OneOrigin:
    """Leads who typed `localhost` to the installation's own address: sockets open there and nowhere else."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        elsewhere = request.get_host() == urlsplit(settings.DEMO_SITE_ORIGIN).netloc
        if elsewhere and request.method in {"GET", "HEAD"} and not request.path.startswith(OF_THE_SITES):
            return HttpResponseRedirect(settings.ORIGIN + request.get_full_path())
        return self.get_response(request)
